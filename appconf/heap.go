package appconf

import (
	"math"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/source"
)

// jvmHeapShare is the part of the memory that a JVM takes for its heap by
// default, in percent (MaxRAMPercentage in HotSpot's gc_globals.hpp).
const jvmHeapShare = 25

// javaVariables hold options of every JVM ("The java Command", JVM TI reference).
var javaVariables = []string{"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"}

// nodeHeap reads --max-old-space-size of node, in MiB.
func (r *reading) nodeHeap(w shellwords.Word) {
	value, ok := strings.CutPrefix(strings.ReplaceAll(w.Text, "_", "-"), "--max-old-space-size=")
	if !ok {
		return
	}
	if n, err := strconv.ParseInt(value, 10, 64); err == nil && w.Why == "" && n > 0 && n < 1<<30 {
		r.declare("heap_limit", n<<20, w.At, rankCommand)
	} else {
		r.puzzle("heap_limit", w.At, rankCommand, firstText(w.Why, "not a number"))
	}
}

// defaultHeap is what a JVM does that is told nothing, or told by a variable.
func (r *reading) defaultHeap() {
	r.heapShare, r.heapAt = jvmHeapShare, source.Span{}
	for _, name := range javaVariables {
		v, ok := r.env[name]
		if !ok {
			continue
		}
		for _, w := range shellwords.Split(v.Text, nil) {
			r.heapOption(shellwords.Word{Text: w.Text, At: v.At, Why: v.Why})
		}
		if v.Why != "" {
			r.heapShare = 0
		}
	}
	if r.unreadEnvironment.IsValid() {
		r.heapShare = 0
	}
}

// heapOption reads -Xmx and -XX:MaxRAMPercentage and reports whether it was one.
func (r *reading) heapOption(w shellwords.Word) bool {
	if text, ok := strings.CutPrefix(w.Text, "-Xmx"); ok {
		r.heapShare = 0
		if n, ok := readHeap(text); ok && w.Why == "" {
			r.declare("heap_limit", n, w.At, rankCommand)
		} else {
			r.puzzle("heap_limit", w.At, rankCommand, firstText(w.Why, "not a size"))
		}
		return true
	}
	text, ok := strings.CutPrefix(w.Text, "-XX:MaxRAMPercentage=")
	if !ok {
		return false
	}
	percent, err := strconv.ParseFloat(text, 64)
	if r.heapShare, r.heapAt = int64(percent), w.At; err != nil || w.Why != "" || percent < 1 || percent > 100 {
		r.heapShare = 0
	}
	return true
}

// readHeap reads a size of the JVM: bytes, or with k, m, g or t.
func readHeap(text string) (int64, bool) {
	unit := int64(1)
	if i := len(text) - 1; i > 0 {
		if shift := strings.IndexByte("kmgt", text[i]|0x20); shift >= 0 {
			text, unit = text[:i], int64(1)<<(10*(shift+1))
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n * unit, err == nil && n > 0 && n <= math.MaxInt64/unit
}

// shareHeap settles a heap that is a share of the memory.
func (a *App) shareHeap(r *reading) {
	if a.HeapLimit.Known || r.heapShare == 0 || r.opaque != "" || !a.MemoryLimit.Known || a.MemoryLimit.Value > 1<<50 {
		return
	}
	o := source.Origin{Span: r.heapAt}
	if !r.heapAt.IsValid() {
		o = source.Origin{Default: "JVM default"}
	}
	a.HeapLimit = source.Known(a.MemoryLimit.Value*r.heapShare/100, o)
}

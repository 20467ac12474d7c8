package appconf

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// A Literal is the number by which a file of an application decides one of its
// settings, written out where it can be replaced by another in the same notation.
type Literal struct {
	// Span covers the digits alone, without a unit or quotes.
	Span source.Span
	// Word is what the file calls the setting: "timeout", "server.keepAliveTimeout".
	Word string
	// Step is what one of it means: nanoseconds, bytes, or 1 of a count.
	Step    int64
	decides string
	grouped bool // 60_000
}

// literalForm is a key and a number with its unit, as in "timeout = 120",
// "keepAliveTimeout: 65_000", "--keep-alive 75", `connectionTimeout="20000"`,
// "request_terminate_timeout = 30s" and "IdleTimeout: 75 * time.Second". Anything
// else is computed, a reference, or a notation of several numbers.
var literalForm = syntax.Pattern(`^["']?([A-Za-z_$-][\w.$-]*)["']?(?:\s*(?:=>|[:=])\s*|\s+)["']?([1-9][0-9_]*)(?:[A-Za-z]*|\s*\*\s*time\.[A-Z][a-z]+)["']?$`)

// upperName is what variables of the environment are called. Who else reads one
// is not known.
var upperName = syntax.Pattern(`^[A-Z_][A-Z0-9_]*$`)

// LiteralOf returns the literal that decides a setting, by the setting's key in
// tunelint.yaml, or worker_timeout, compute_timeout and the like. It is false for
// what tunelint.yaml, a default, a variable or a computation decides. That nothing
// else depends on the literal only another reading tells; see [OnlyDiffers].
func (a *App) LiteralOf(name string) (Literal, bool) {
	f := a.figure(name)
	at := f.origin.Span
	if !f.known || f.origin.IsDefault() || f.number <= 0 || !slices.Contains(a.Files, at.File) {
		return Literal{}, false
	}
	m := literalForm().FindStringSubmatchIndex(at.Text())
	if m == nil || upperName().MatchString(at.Text()[m[2]:m[3]]) {
		return Literal{}, false
	}
	span := source.Span{File: at.File, Start: at.Start + m[4], End: at.Start + m[5]}
	grouped := strings.Contains(span.Text(), "_")
	number, err := strconv.ParseInt(strings.ReplaceAll(span.Text(), "_", ""), 10, 64)
	if err != nil || f.number%number != 0 || !slices.Contains(f.steps, f.number/number) || grouped && group(number) != span.Text() {
		return Literal{}, false
	}
	return Literal{Span: span, Word: at.Text()[m[2]:m[3]], Step: f.number / number, decides: "app " + a.Name + " " + name, grouped: grouped}, true
}

// Set returns the edit that writes another value; false for one that is not a
// positive multiple of Step.
func (l Literal) Set(value int64) (source.Edit, bool) {
	if value <= 0 || value%l.Step != 0 {
		return source.Edit{}, false
	}
	text := strconv.FormatInt(value/l.Step, 10)
	if l.grouped {
		text = group(value / l.Step)
	}
	return source.Edit{Span: l.Span, Text: text, Decides: l.decides}, true
}

// group writes a number with underscores between its thousands.
func group(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "_" + digits[i:]
	}
	return digits
}

// OnlyDiffers reports whether a second reading of the same applications differs in
// nothing but that one setting of one of them is value now: the place that was
// edited decides that setting, and nothing else. The time after which gunicorn kills
// a worker is the same thing as the time of a request where that limits one.
func OnlyDiffers(before, after []*App, app *App, name string, value int64) bool {
	if len(before) != len(after) {
		return false
	}
	for i, was := range before {
		is := after[i]
		if was.RuntimeLabel != is.RuntimeLabel || len(was.Skips) != len(is.Skips) || len(was.Disagreements) != len(is.Disagreements) {
			return false
		}
		if was.Speaks.Known != is.Speaks.Known || was.Speaks.Value != is.Speaks.Value || !slices.Equal(was.Listen, is.Listen) {
			return false
		}
		now := is.figures()
		for k, f := range was.figures() {
			want := f.number
			if was == app && (f.name == name || f.isTwinOf(was.figure(name))) {
				want = value
			}
			if now[k].known != f.known || now[k].number != want {
				return false
			}
		}
	}
	return true
}

// isTwinOf reports whether the figure is another name of g.
func (f figure) isTwinOf(g figure) bool {
	twins := f.name == "worker_timeout" && g.name == "request_timeout" || f.name == "request_timeout" && g.name == "worker_timeout"
	return twins && f.known && f.number == g.number && f.origin == g.origin
}

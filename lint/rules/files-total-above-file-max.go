package rules

import (
	"fmt"
	"math/bits"
	"strconv"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/spelling"
)

const fileMax = "fs.file-max"

var totalAboveFileMax = &lint.Rule{
	Name:  "files/total-above-file-max",
	Title: "nginx's workers together may need more open files than the machine has",
	Why: "fs.file-max counts the open files of all processes. When it is reached every open, accept and connect on the machine fails with " +
		"\"Too many open files in system\", whatever the limits of one process; only privileged programs go on. " +
		"Without a line that sets it the kernel has one for every 10 KiB of memory, and systemd sets no limit at all.",
	Refs: []string{
		"https://docs.kernel.org/admin-guide/sysctl/fs.html#file-max-file-nr",
		"https://nginx.org/en/docs/ngx_core_module.html#worker_rlimit_nofile",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.LoadSysctl()},
	Run:      runTotalAboveFileMax,
}

func runTotalAboveFileMax(p *lint.Pass) {
	most := p.Host.FileMax()
	if p.Host.Nginx == nil || !most.Known || belowDefaultSays(p.Host, fileMax, most.Value) {
		return
	}
	need, why, ok := p.Host.FileNeed()
	switch line := p.Host.SysctlLine(fileMax); {
	case why != "":
		p.Skip(line.Span, why)
		return
	case !ok || need.Total() <= most.Value:
		return
	}
	at := p.Host.SysctlLine(fileMax).Span
	r := p.Report(at, "%s of nginx may need %d open files together, %s is %d",
		spelling.Count(need.Workers.Value, "worker"), need.Total(), fileMax, most.Value).Key(fileMax)
	r.SeeOrigin(need.Workers.Origin, "nginx has %s", spelling.Count(need.Workers.Value, "worker"))
	if need.Each < need.Limit.Value {
		r.SeeOrigin(need.Demand.Connections.Origin, "each may need %d (%s)", need.Each, sum(need.Demand))
	} else {
		r.SeeOrigin(need.Limit.Origin, "each may open %d", need.Each)
	}
	if need.Total() > 1<<60 {
		return
	}
	raised := int64(1) << bits.Len64(uint64(need.Total()+need.Total()/10)) // and what else runs
	r.SuggestUnsafe(fmt.Sprintf("raise %s to %d", fileMax, raised), "open files take memory of the kernel, about 1 KiB each",
		p.Host.SetSysctl(fileMax, strconv.FormatInt(raised, 10))...)
}

// belowDefaultSays reports whether a value is below what the machine would have
// without a line: kernel/below-default says so, and its fix is the better one.
func belowDefaultSays(h *host.Host, key string, value int64) bool {
	if h.OwnSysctl(key) == nil {
		return false
	}
	base, ok := h.SysctlBase(key, oldestInUse)
	return ok && len(base.Numbers) > 0 && value < base.Numbers[0]
}

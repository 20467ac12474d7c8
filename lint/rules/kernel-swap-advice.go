package rules

import "github.com/tunelint/tunelint/lint"

var swapAdvice = &lint.Rule{
	Name:  "kernel/swap-advice",
	Title: "vm.swappiness is tuned on a machine without swap",
	Why: "vm.swappiness weighs swapping against dropping cached files when memory runs short; it is no percentage of memory. Without swap only cached files can go, " +
		"whatever it is set to. What keeps such a machine alive is memory left for the cache, and limits on the applications.",
	Refs: []string{
		"https://docs.kernel.org/admin-guide/sysctl/vm.html#swappiness",
		"https://man7.org/linux/man-pages/man5/proc_sys_vm.5.html",
	},
	Severity: lint.Info,
	Run:      runSwapAdvice,
}

const swappiness = "vm.swappiness"

func runSwapAdvice(p *lint.Pass) {
	value, line, swap := p.Host.Sysctl.Int(swappiness), p.Host.OwnSysctl(swappiness), p.Host.Facts.Swap
	usual := int64(60) // since the key is there
	if line == nil || !value.Known || !swap.Known || swap.Value != 0 || value.Value == usual {
		return
	}
	p.Report(line.Span, "%s %d has no effect, the machine has no swap", swappiness, value.Value).Key(swappiness).
		SeeOrigin(swap.Origin, "there is no swap")
}

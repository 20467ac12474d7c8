package rules

import (
	"fmt"
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/sysctl"
)

var harmfulValue = &lint.Rule{
	Name:  "kernel/harmful-value",
	Title: "a kernel setting costs connections, throughput or memory",
	Why: "Some values are passed on from guide to guide although they take away what the kernel does better by itself: clients are turned away in a burst, " +
		"connections over a lossy network break or crawl, programs get no memory while there is some. What each of them does is said at the line.",
	Refs: []string{
		"https://docs.kernel.org/networking/ip-sysctl.html",
		"https://docs.kernel.org/admin-guide/sysctl/vm.html",
		"https://man7.org/linux/man-pages/man7/tcp.7.html",
		"https://www.rfc-editor.org/rfc/rfc1122#section-4.2.3.5",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.Write("sysctl -w KEY=DEFAULT")},
	Run:      runHarmfulValue,
}

func runHarmfulValue(p *lint.Pass) {
	for _, m := range sysctl.Harms() {
		value, line := p.Host.Sysctl.Int(m.Key), p.Host.OwnSysctl(m.Key)
		if line == nil || !value.Known || value.Value < m.Least || value.Value > m.Most {
			continue
		}
		if m.Key == tcpTimestamps && reusesWithoutTimestamps(p.Host) != nil {
			continue // says it better
		}
		reportHarm(p, m, line, value.Value)
	}
	harmfulReserve(p)
	strictOvercommit(p)
	droppedCaches(p)
}

func reportHarm(p *lint.Pass, m sysctl.Harm, line *sysctl.Line, value int64) {
	does := m.Does
	if strings.Contains(does, "%d") {
		does = fmt.Sprintf(does, value/1000)
	}
	r := p.Report(line.Span, "%s %d: %s", m.Key, value, does).Key("%s", m.Key)
	if !m.Severe {
		r.Severity(lint.Info)
	}
	if m.Instead != "" {
		r.Label("%s", m.Instead)
	}
	if k, ok := sysctl.Lookup(m.Key); ok && m.Loss != "" {
		usual, _ := k.DefaultFor(oldestInUse)
		r.SuggestUnsafe("remove "+m.Key, m.Loss, p.Host.DeleteOnlySysctl(m.Key)...).Apply(lint.SetKernel(m.Key, usual))
	}
}

// reserveShare is the part of the memory, in percent, that may be kept free for the
// kernel itself.
const reserveShare = 5

// harmfulReserve reports memory that no program gets.
func harmfulReserve(p *lint.Pass) {
	const key = "vm.min_free_kbytes"
	value, line, memory := p.Host.Sysctl.Int(key), p.Host.OwnSysctl(key), p.Host.Facts.Memory
	if line == nil || !value.Known || !memory.Known || value.Value > 1<<40 || value.Value<<10 <= memory.Value/100*reserveShare {
		return
	}
	r := p.Report(line.Span, "%s %d keeps %s of %s free, programs are killed for lack of memory while it is there", key, value.Value,
		lint.FormatBytes(value.Value<<10), lint.FormatBytes(memory.Value)).Key(key)
	r.Label("more than %d%% of the memory", reserveShare).SeeOrigin(memory.Origin, "the machine has %s", lint.FormatBytes(memory.Value))
}

// strictOvercommit reports memory that programs may not reserve: fork and mmap fail
// beyond the limit.
func strictOvercommit(p *lint.Pass) {
	const key = "vm.overcommit_memory"
	value, line := p.Host.Sysctl.Int(key), p.Host.OwnSysctl(key)
	c, ok := p.Host.CommitLimit()
	if line == nil || !value.Known || value.Value != 2 || !ok || c.Ratio.Value > 80 {
		return
	}
	most, sized := c.Bytes()
	if sized && most >= c.Memory.Value/10*9 {
		return
	}
	limit := fmt.Sprintf("swap and %d%% of the memory", c.Ratio.Value)
	if sized {
		limit = lint.FormatBytes(most)
	}
	r := p.Report(line.Span, "%s 2 lets programs reserve no more than %s, beyond that fork and mmap fail", key, limit).Key(key)
	r.SeeOrigin(c.Ratio.Origin, "vm.overcommit_ratio is %d", c.Ratio.Value)
	if !sized {
		r.Severity(lint.Info)
		return
	}
	r.SeeOrigin(c.Memory.Origin, "the machine has %s", lint.FormatBytes(c.Memory.Value)).SeeOrigin(c.Swap.Origin, "and %s of swap", lint.FormatBytes(c.Swap.Value))
}

// droppedCaches reports a line that is a command and no setting.
func droppedCaches(p *lint.Pass) {
	const key = "vm.drop_caches"
	lines := p.Host.Sysctl.Lines(key)
	if len(lines) == 0 || p.Host.Facts.Container.Value {
		return
	}
	last := lines[len(lines)-1]
	if p.Host.IsVendor(last.Span.File) || last.Template {
		return
	}
	r := p.Report(last.Span, "%s is a command: it throws cached files away whenever the files are applied", key).Severity(lint.Info).Key(key)
	r.Label("the next answers come from the disk again").Suggest("remove "+key, p.Host.DeleteSysctl(lines)...)
	r.Apply(lint.Nothing("the kernel keeps no value of it"))
}

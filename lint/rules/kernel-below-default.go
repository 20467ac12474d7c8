package rules

import (
	"fmt"
	"math"
	"path"
	"strconv"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

var belowDefault = &lint.Rule{
	Name:  "kernel/below-default",
	Title: "a limit is set below what the kernel starts with",
	Why: "Tuning guides hold figures that were large when they were written; since then the kernel has raised its defaults, and sizes others by the memory, " +
		"so that the same line lowers the limit. Without the line there is more room.",
	Refs: []string{
		"https://docs.kernel.org/admin-guide/sysctl/index.html",
		"https://docs.kernel.org/networking/ip-sysctl.html",
		"https://docs.kernel.org/networking/nf_conntrack-sysctl.html",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.LoadSysctl()},
	Run:      runBelowDefault,
}

func runBelowDefault(p *lint.Pass) {
	said := map[*sysctl.Line]bool{}
	for _, c := range sysctl.Capacities() {
		line, value := p.Host.OwnSysctl(c.Key), p.Host.Sysctl.Ints(c.Key)
		if line == nil || !value.Known || said[line] || c.Key == somaxconn && p.Host.CutsQueue() {
			continue // what is cut is raised by sockets/backlog-capped, and further than this
		}
		base, ok := p.Host.SysctlBase(c.Key, oldestInUse)
		has, hasOK := c.Of(value.Value)
		least, leastOK := c.Of(base.Numbers)
		if ok && hasOK && leastOK && has < least && !c.Meant(value.Value, p.Host.Facts.Memory.Value) {
			said[line] = true
			reportBelow(p, c, line, has, least, base)
		}
	}
}

// reportBelow reports a capacity that a line sets to less than the least default.
func reportBelow(p *lint.Pass, c sysctl.Capacity, line *sysctl.Line, has, least int64, base host.SysctlBase) {
	what := fmt.Sprintf("%s %d is", c.Key, has)
	switch {
	case c.Width():
		what = fmt.Sprintf("%s leaves %d ports,", c.Key, has)
	case c.Key == "kernel.sem":
		what = fmt.Sprintf("%s %s allows %d %s,", c.Key, line.Value, has, c.What)
	case c.Place > 0:
		what = fmt.Sprintf("%s %s ends with %d,", c.Key, line.Value, has)
	}
	var r *lint.Report
	if base.Origin.IsDefault() {
		r = p.Report(line.Span, "%s below the kernel's default, %s", what, base.Floor.Words(least, p.Host.Facts.Memory.Known))
	} else {
		r = p.Report(line.Span, "%s below the %d that %s sets", what, least, path.Base(base.Origin.Span.File.Path))
		r.SeeOrigin(base.Origin, "it would be %d without this line", least)
	}
	if c.Spare(has) {
		r.Severity(lint.Info)
	}
	explainBelow(p, r.Key("%s", c.Key).Label("%s", c.What), c, base)
	switch {
	case c.Width(): // a narrow range may keep clear of somebody's ports
	case !c.RaisesOthers(line.Numbers(), base.Numbers):
		r.Suggest("remove "+c.Key, p.Host.DeleteBelow(c, least)...)
		if base.Floor.Grows || c.Place > 0 || least == math.MaxInt64 {
			r.See(source.Span{}, "the running kernel keeps its value until the next boot")
		}
		r.Apply(withoutLine(c, least, base))
	default:
		r.Suggest(fmt.Sprintf("write %d, which is the default", least), raised(p.Host, c, line, least)...)
	}
}

// withoutLine returns what gives the running kernel the value that it has without the
// administrator's lines.
func withoutLine(c sysctl.Capacity, least int64, base host.SysctlBase) lint.Command {
	switch {
	case !base.Origin.IsDefault():
		return lint.LoadSysctl()
	case base.Floor.Grows || c.Place > 0 || least == math.MaxInt64:
		return lint.Boot(c.Key)
	}
	return lint.SetKernel(c.Key, strconv.FormatInt(least, 10))
}

// explainBelow adds what the default rests on.
func explainBelow(p *lint.Pass, r *lint.Report, c sysctl.Capacity, base host.SysctlBase) {
	if kernel := p.Host.Facts.Kernel; base.Floor.Since != "" && kernel.Known {
		r.SeeOrigin(kernel.Origin, "the kernel is %s", kernel.Value)
	}
	if memory := p.Host.Facts.Memory; base.Floor.Grows && memory.Known {
		r.SeeOrigin(memory.Origin, "the machine has %s", lint.FormatBytes(memory.Value))
	}
	if c.Key == "fs.file-max" && base.Origin.IsDefault() {
		r.See(source.Span{}, "systemd 240 and later starts with no limit at all")
	}
}

// raised writes the default in place of the number that is below it; nothing where
// several lines set the key.
func raised(h *host.Host, c sysctl.Capacity, line *sysctl.Line, least int64) []source.Edit {
	if len(h.Sysctl.Lines(c.Key)) != 1 || !h.OwnsLines(line) {
		return nil
	}
	return line.SetNumber(c.Place, least)
}

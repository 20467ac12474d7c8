package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
	"github.com/tunelint/tunelint/sysctl"
)

var sysctlNotLoaded = &lint.Rule{
	Name:  "live/sysctl-not-loaded",
	Title: "the kernel runs with another value than a sysctl file gives it",
	Why: "A line in a sysctl file does nothing until the file is loaded, and what is set with sysctl -w lasts until the next boot. " +
		"Until both agree, what was measured today is not what runs after a reboot. " +
		"The values alone do not tell which of the two it is: where the kernel still has its own default or what another line says, " +
		"or the file is younger than the last boot, the line was most probably never loaded; else somebody or another program has set the key since.",
	Refs: []string{
		"https://man7.org/linux/man-pages/man8/sysctl.8.html",
		"https://man7.org/linux/man-pages/man5/sysctl.d.5.html",
		"https://man7.org/linux/man-pages/man5/modules-load.d.5.html",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.LoadSysctl()},
	Run:      runSysctlNotLoaded,
}

func runSysctlNotLoaded(p *lint.Pass) {
	unloaded := map[*source.File][]*host.Drift{}
	for _, d := range p.Host.Drifts() {
		switch {
		case d.Line == nil:
		case d.Written():
			at := d.Line.Span.File
			unloaded[at] = append(unloaded[at], d)
		default:
			reportSetSince(p, d)
		}
	}
	for _, document := range p.Host.Sysctl.Documents {
		if list := unloaded[document.File]; len(list) > 0 {
			slices.SortFunc(list, func(a, b *host.Drift) int { return a.Line.Span.Start - b.Line.Span.Start })
			reportNotLoaded(p, list)
		}
	}
	reportUnloaded(p)
}

// reportUnloaded is about keys of modules that the boot loads, while the running
// kernel does not have them. Of modules that no file loads another rule speaks.
func reportUnloaded(p *lint.Pass) {
	if p.Host.Machine == nil || p.Host.Facts.Container.Value {
		return
	}
	named, _ := p.Host.BootModules()
	for _, m := range sysctl.Modules() {
		lines := p.Host.Sysctl.LinesOf(m)
		runs := func(l *sysctl.Line) bool { return p.Host.HasKey(l.Key) }
		if len(lines) > 0 && slices.Contains(named, m.Name) && !slices.ContainsFunc(lines, runs) {
			p.Report(lines[0].Span, "the kernel has no %s: the module %s is to be loaded at boot, and is not", lines[0].Key, m.Name).
				Severity(lint.Info).Key("module %s", m.Name).Apply(lint.LoadModule(m.Name), lint.LoadSysctl())
		}
	}
}

// reportNotLoaded is about the lines of one file: loading it is one command.
func reportNotLoaded(p *lint.Pass, list []*host.Drift) {
	first := list[0]
	more := ""
	if n := len(list) - 1; n > 0 {
		more = fmt.Sprintf(", like %s more in this file", spelling.Count(n, "line"))
	}
	name, _ := p.Host.View.Name(first.Line.Span.File.Path)
	r := p.Report(first.Line.ValueSpan, "%s is %s here and %s in the kernel: it was written and, it seems, not loaded%s",
		first.Key, first.Line.Value, first.Running, more).Key("not loaded %s", name)
	switch {
	case first.Other != nil:
		r.See(first.Other.Span, "the value that runs, %s, stands here", first.Running)
	case first.Default:
		r.See(source.Span{}, "%s is the kernel's own default", first.Running)
	}
	if first.Late {
		r.See(source.Span{}, "the file was written after the machine was started")
	}
	for _, d := range list[1:] {
		r.See(d.Line.ValueSpan, "%s is %s in the kernel", d.Key, d.Running)
	}
	if !slices.ContainsFunc(list, (*host.Drift).ConcernsNginx) {
		r.Severity(lint.Info)
	}
}

// plainValue is a value that may stand in a command for sed as it is.
var plainValue = regexp.MustCompile(`^[0-9a-z_-]+( [0-9a-z_-]+)*$`)

// reportSetSince is about a setting that the next boot undoes. Loading the files
// would undo it at once, so that the command writes down what runs.
func reportSetSince(p *lint.Pass, d *host.Drift) {
	at := d.Line.ValueSpan
	r := p.Report(at, "%s is %s in the kernel and %s here: it was set by hand or by another program, and the next boot brings %s back",
		d.Key, d.Running, d.Line.Value, d.Line.Value).Key("set since %s", d.Key).Apply()
	r.See(source.Span{}, "sysctl --system brings %s back now", d.Line.Value)
	if !d.ConcernsNginx() {
		r.Severity(lint.Info)
	}
	name, ok := p.Host.View.Name(at.File.Path)
	plain := plainValue.MatchString(at.Text()) && plainValue.MatchString(d.Running) && !strings.ContainsAny(name, " '\"$&;`\\")
	if ok && plain && !d.Line.Glob && !p.Host.IsVendor(at.File) {
		r.Apply(lint.Write(fmt.Sprintf("sed -i '%ds/= *%s/= %s/' %s", at.Position().Line, at.Text(), d.Running, name)))
	}
}

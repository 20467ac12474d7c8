package rules

import (
	"path"
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
	"github.com/tunelint/tunelint/sysctl"
)

var kernelSyntaxError = &lint.Rule{
	Name:  "kernel/syntax-error",
	Title: "the loaders cannot use this line",
	Why: "A sysctl file holds comments and lines of the form \"key = value\", nothing else: no commands, no quotes, no continued lines. What the " +
		"loaders cannot read they pass over, with a line in the journal at most, and the boot goes on without the setting.",
	Refs: []string{
		"https://www.freedesktop.org/software/systemd/man/latest/sysctl.d.html",
		"https://man7.org/linux/man-pages/man5/sysctl.conf.5.html",
	},
	Severity: lint.Error,
	Run:      runKernelSyntaxError,
}

func runKernelSyntaxError(p *lint.Pass) {
	for _, d := range p.Host.Sysctl.All() {
		var broken []*sysctl.Line
		joined := map[*sysctl.Line]bool{} // what a backslash was meant to join to the line above
		for _, l := range d.Lines {
			if joined[l] || l.Template {
				continue
			}
			rest := d.Continued(l)
			for _, next := range rest {
				joined[next] = true
			}
			if l.Broken != "" || len(rest) > 0 {
				broken = append(broken, l)
			}
		}
		reportBroken(p, d, broken)
	}
}

// reportBroken reports the lines of one file: each for itself, or all in one where
// they are so many that the file is hardly a sysctl file.
func reportBroken(p *lint.Pass, d *sysctl.Document, broken []*sysctl.Line) {
	if len(broken) > lint.ShownPlaces {
		places := make([]source.Span, len(broken)-1)
		for i, l := range broken[1:] {
			places[i] = l.Span
		}
		p.Report(broken[0].Span, "the loaders cannot use %d lines of this file", len(broken)).
			Key("%s", path.Base(d.File.Path)).SeeAll(places, "nor this")
		return
	}
	for _, l := range broken {
		reportBrokenLine(p, d, l)
	}
}

func reportBrokenLine(p *lint.Pass, d *sysctl.Document, l *sysctl.Line) {
	cause, _, _ := strings.Cut(l.Broken, ": ")
	message := "this line sets nothing: " + cause
	switch {
	case l.Disputed():
		message = "the loaders do not read this line alike: " + cause
	case l.Broken == "":
		message = "a backslash continues no line, it becomes part of the value"
	}
	name := spelling.Abbreviate(strings.Join(strings.Fields(l.Span.Text()), " "))
	r := p.Report(l.Span, "%s", message).Key("%s in %s", name, path.Base(d.File.Path))
	if l.Disputed() || l.Exclude && l.Key == "" {
		r.Severity(lint.Warning)
	}
	if key, value := l.Intended(); key != "" {
		r.Label("write \"%s = %s\"", key, value)
	}
	if boot, manual := l.Handled(); boot != "" {
		r.See(source.Span{}, "systemd-sysctl %s", boot).See(source.Span{}, "sysctl --system %s", manual)
	}
	seeContinued(r, p.Host.Sysctl.Kernel, l, d.Continued(l))
}

// seeContinued says what becomes of a value that a backslash was meant to continue.
func seeContinued(r *lint.Report, kernel string, l *sysctl.Line, rest []*sysctl.Line) {
	for _, next := range rest {
		r.See(next.Span, "the loaders skip this: it is a line of its own for them")
	}
	k, known := sysctl.Lookup(l.Key)
	if !known || len(rest) == 0 {
		return
	}
	if verdict, _ := k.Check(l.Value, kernel); verdict == sysctl.Rejected {
		r.See(source.Span{}, "the kernel refuses the value with the backslash")
	}
	seeStored(r, k.Stored(l.Value, kernel))
}

package rules

import (
	"fmt"
	"path"
	"strconv"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/spelling"
	"github.com/tunelint/tunelint/sysctl"
)

var trailingComment = &lint.Rule{
	Name:  "kernel/trailing-comment",
	Title: "the comment behind the value is sent to the kernel",
	Why: "In a sysctl file only a whole line can be a comment. What stands behind a value belongs to it: a text keeps it, a list of ports and " +
		"most names are refused with it, and only for numbers the kernel stops reading at the blank before it.",
	Refs: []string{
		"https://www.freedesktop.org/software/systemd/man/latest/sysctl.d.html",
		"https://man7.org/linux/man-pages/man5/sysctl.conf.5.html",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.LoadSysctl()},
	Reveals: []string{
		"kernel/*", "sockets/*", "files/*", "memory/*", "timeouts/*",
		lint.UnusedIgnore, lint.ExpiredIgnore, lint.IgnoreReason, lint.UnknownRule,
	},
	Run: runTrailingComment,
}

func runTrailingComment(p *lint.Pass) {
	for _, d := range p.Host.Sysctl.Documents {
		for _, l := range d.Lines {
			if c, ok := spoiledBy(l); ok && !isGone(p.Host, l.Key) {
				reportTrailing(p, l, c)
			}
		}
	}
}

// spoiledBy returns the comment behind the value of a line. A text may hold a
// semicolon and a hash of its own; only a hash behind a blank is taken for a
// comment there. Of a key that the table does not know only a number is taken for
// no text.
func spoiledBy(l *sysctl.Line) (sysctl.Comment, bool) {
	c, ok := l.TrailingComment()
	if !ok {
		return c, false
	}
	k, known := sysctl.Lookup(l.Key)
	switch {
	case !known:
		_, err := strconv.ParseInt(l.Bare(), 0, 64)
		return c, err == nil
	case k.Type == "string":
		behind := l.Span.File.Text[c.Span.Start-1]
		return c, l.Bare() != "" && c.Span.Text()[0] == '#' && (behind == ' ' || behind == '\t')
	}
	return c, true
}

func reportTrailing(p *lint.Pass, l *sysctl.Line, c sysctl.Comment) {
	kernel := p.Host.Sysctl.Kernel
	k, known := sysctl.Lookup(l.Key)
	with, without := sysctl.Unsure, sysctl.Unsure
	if known {
		with, _ = k.Check(l.Value, kernel)
		without, _ = k.Check(l.Bare(), kernel)
	}
	message, severity := "the text behind the value of "+l.Key+" is no comment but part of it", lint.Info
	switch {
	case with == sysctl.Rejected:
		message, severity = fmt.Sprintf("the kernel refuses %s = %s: there are no comments behind a value", l.Key, spelling.Abbreviate(l.Value)), lint.Error
	case known && k.Type == "string":
		message, severity = fmt.Sprintf("%s becomes %q, with the text behind the value", l.Key, spelling.Abbreviate(l.Value)), lint.Error
	case known:
		message = "the text behind the value of " + l.Key + " is no comment, the kernel stops reading before it"
	}
	r := p.Report(l.Span, "%s", message).Severity(severity)
	if known && with == sysctl.Rejected {
		seeStored(r, k.Stored(l.Value, kernel))
	}
	r.Key("%s in %s", l.Key, path.Base(l.Span.File.Path)).See(c.Span, "a comment needs a line of its own")
	if c.Text != "" && l.Bare() != "" && without != sysctl.Rejected && p.Host.OwnsLines(l) {
		r.Suggest("put the comment on a line of its own", l.LiftComment()...)
	}
}

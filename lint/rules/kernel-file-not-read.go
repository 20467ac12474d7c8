package rules

import (
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
	"github.com/tunelint/tunelint/sysctl"
)

var fileNotRead = &lint.Rule{
	Name:  "kernel/file-not-read",
	Title: "no boot reads this file",
	Why: "systemd-sysctl reads the files of the sysctl.d directories whose names end in .conf, lower case, and do not start with a dot; of files " +
		"with one name only the one in the first directory. It never reads /etc/sysctl.conf, which counts only where a link in /etc/sysctl.d " +
		"leads to it: Debian has dropped both with version 13.",
	Refs: []string{
		"https://www.freedesktop.org/software/systemd/man/latest/sysctl.d.html",
		"https://www.freedesktop.org/software/systemd/man/latest/systemd-sysctl.service.html",
		"https://man7.org/linux/man-pages/man8/sysctl.8.html",
	},
	Severity: lint.Warning,
	Run:      runFileNotRead,
}

const sysctlConf = "/etc/sysctl.conf"

func runFileNotRead(p *lint.Pass) {
	for _, u := range p.Host.Sysctl.Unread {
		set := u.Document.Assignments()
		switch {
		case p.Host.IsVendor(u.Document.File) || len(set) == 0:
		case u.Name == sysctlConf && !p.Host.LacksSysctlConfLink():
			p.Skip(set[0].Span, u.Why+" here; whether the distribution brings one is not known")
		default:
			reportUnread(p, u, set)
		}
	}
	for _, m := range p.Host.Sysctl.Masked {
		reportMasked(p, m)
	}
	for _, name := range p.Host.Sysctl.Dangling {
		at := source.Span{File: source.NewFile(p.Host.View.Path(name), "")}
		switch {
		case p.Host.IsVendor(at.File):
		case p.Host.WholeMachine():
			p.Report(at, "no loader reads anything through %s: the link leads to nothing", name).Key("%s", name)
		default:
			p.Skip(at, "the link leads to a file that is not among those of the host")
		}
	}
}

func reportUnread(p *lint.Pass, u sysctl.Unread, set []*sysctl.Line) {
	r := p.Report(set[0].Span, "no boot applies this file with %s: %s", spelling.Count(len(set), "setting"), u.Why).Key("%s", u.Name)
	switch {
	case u.Name == sysctlConf:
		r.Label("only \"sysctl --system\" and \"sysctl -p\" do; a file in /etc/sysctl.d counts for both")
	case strings.HasPrefix(path.Base(u.Name), "."):
		r.Label("only \"sysctl --system\" does")
	}
}

// reportMasked reports a file that another one of the same name hides where both
// are the administrator's: to hide a package's file is what the order is for.
func reportMasked(p *lint.Pass, m sysctl.Masked) {
	own := func(name string) bool {
		return slices.ContainsFunc([]string{"/etc/", "/run/", "/usr/local/lib/"}, func(dir string) bool { return strings.HasPrefix(name, dir) })
	}
	if !own(m.Name) || !own(m.By) {
		return
	}
	hidden, err := p.Host.View.Open(m.Name)
	by, err2 := p.Host.View.Open(m.By)
	if err != nil || err2 != nil {
		return
	}
	first := lostLine(sysctl.Parse(hidden), sysctl.Parse(by))
	if first == nil {
		return
	}
	r := p.Report(first.Span, "no loader reads this file: %s has the same name in a directory that comes first", m.By).Key("%s", m.Name)
	r.See(source.Span{File: by}, "this one is read")
}

// lostLine returns the first assignment of a document that another one does not
// repeat; nil for none.
func lostLine(hidden, by *sysctl.Document) *sysctl.Line {
	for _, l := range hidden.Lines {
		same := func(o *sysctl.Line) bool { return o.Key == l.Key && sameValue(o, l) }
		if l.Plain() && !slices.ContainsFunc(by.Lines, same) {
			return l
		}
	}
	return nil
}

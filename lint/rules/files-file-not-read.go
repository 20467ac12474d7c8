package rules

import (
	"strings"

	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

var limitsFileNotRead = &lint.Rule{
	Name:  "files/file-not-read",
	Title: "a file about limits is not read",
	Why: "pam_limits reads limits.conf and the files of limits.d whose names end in .conf, systemd those of the directory NAME.service.d. " +
		"Both pass over other names, directories and links that lead to nothing without a word, so the limit in them is in force nowhere; " +
		"a directory of such a name even hides the drop-ins of that name in the directories behind it.",
	Refs: []string{
		"https://man7.org/linux/man-pages/man8/pam_limits.8.html",
		"https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html",
	},
	Severity: lint.Warning,
	Run:      runLimitsFileNotRead,
}

func runLimitsFileNotRead(p *lint.Pass) {
	for _, u := range p.Host.Limits.Unread {
		at := unreadPlace(p, u)
		switch {
		case u.Linked && (p.Host.IsVendor(at.File) || !p.Host.WholeMachine()):
			p.Skip(at, "the link leads to a file that is not among those of the host")
		case u.File != nil && p.Host.IsVendor(u.File):
		default:
			p.Report(at, "%s reads nothing of %s: %s", readerOf(u.Name), u.Name, u.Why).Key("%s", u.Name)
		}
	}
}

// unreadPlace is the file, or an empty one of its name where there is none.
func unreadPlace(p *lint.Pass, u limits.Unread) source.Span {
	f := u.File
	if f == nil {
		f = source.NewFile(p.Host.View.Path(u.Name), "")
	}
	return source.Span{File: f}
}

// readerOf is the program that would read a file.
func readerOf(name string) string {
	if strings.HasPrefix(name, "/etc/security/") {
		return "pam_limits"
	}
	return "systemd"
}

package rules

import (
	"path"
	"strings"

	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

var limitsSyntax = &lint.Rule{
	Name:  "files/limits-syntax",
	Title: "a line about limits is not read as it is meant",
	Why: "pam_limits skips a line that it cannot read, with a message in the log of the session, and of a value it takes the digits it starts with: " +
		"4k is 4, and with 4 descriptors no program runs. Its domains are one name each, without lists and quotes. " +
		"systemd does not load a unit at all whose file it cannot read.",
	Refs: []string{
		"https://man7.org/linux/man-pages/man5/limits.conf.5.html",
		"https://github.com/linux-pam/linux-pam/blob/master/modules/pam_limits/pam_limits.c",
		"https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html",
	},
	Severity: lint.Error,
	Run:      runLimitsSyntax,
}

func runLimitsSyntax(p *lint.Pass) {
	for _, d := range p.Host.Limits.Documents {
		var list []*limits.Entry
		for _, e := range d.Entries {
			if e.Misread() != "" {
				list = append(list, e)
			}
		}
		if len(list) == 0 {
			reportNUL(p, d.File, "pam_limits reads no line beyond a NUL byte")
		}
		reportMisreadLimits(p, path.Base(d.File.Path), list)
	}
	for _, u := range p.Host.OwnUnits() {
		for _, f := range u.Files() {
			if f.Err != nil && !f.Template {
				reportUnitSyntax(p, u, f)
			}
			if f.Err == nil {
				reportNUL(p, f.File, systemdNUL)
			}
		}
	}
	for _, f := range p.Host.Limits.SystemConf {
		if f.Err != nil && !f.Template {
			name := path.Base(f.File.Path)
			p.Report(wholeIfEmpty(f.Err.Span), "systemd does not read %s from here on: %s", name, f.Err.Message).
				Key("%s", name).Severity(lint.Warning)
		}
		if f.Err == nil {
			reportNUL(p, f.File, systemdNUL)
		}
	}
}

const systemdNUL = "for systemd a NUL byte ends the line"

// reportNUL reports a file that holds NUL bytes, as a crash of the machine leaves
// them behind.
func reportNUL(p *lint.Pass, f *source.File, what string) {
	n := strings.Count(f.Text, "\x00")
	if n == 0 {
		return
	}
	at := strings.IndexByte(f.Text, 0)
	p.Report(source.Span{File: f, Start: at, End: at + 1}, "%s, and the file holds %d of them", what, n).
		Key("NUL in %s", path.Base(f.Path)).Severity(lint.Warning)
}

// wholeIfEmpty is the place itself, or the file where the place is empty.
func wholeIfEmpty(at source.Span) source.Span {
	if at.Start == at.End {
		return source.Span{File: at.File}
	}
	return at
}

// reportMisreadLimits reports the lines of one file: each for itself, or all in one where
// they are so many that the file is hardly one of limits.
func reportMisreadLimits(p *lint.Pass, name string, list []*limits.Entry) {
	if len(list) > mostMisreadLimits {
		var places []source.Span
		for _, e := range list[1:] {
			places = append(places, e.Span)
		}
		p.Report(list[0].Span, "pam_limits cannot use %d lines of this file as they are meant", len(list)).
			Key("%s", name).SeeAll(places, "nor this")
		return
	}
	told := map[string]int{}
	for _, e := range list {
		line := strings.TrimSpace(e.Domain + " " + e.Type + " " + e.Item)
		r := p.Report(e.Span, "%s", e.Misread()).Key("%s in %s%s", line, name, strings.Repeat(" again", told[line]))
		if n, rest, ok := e.Number(); ok && n > 0 && rest != "" && strings.Trim(rest, ";,.") == "" { // taken as it is meant
			r.Severity(lint.Info)
		}
		told[line]++
	}
}

// mostMisreadLimits is how many lines of one file are told one by one.
const mostMisreadLimits = 20

func reportUnitSyntax(p *lint.Pass, u *limits.Unit, f *limits.UnitFile) {
	at := wholeIfEmpty(f.Err.Span)
	name := path.Base(f.File.Path)
	if f == u.Fragment {
		p.Report(at, "systemd does not load %s: %s", u.Name, f.Err.Message).Key("unit %s", u.Name)
		return
	}
	p.Report(at, "systemd does not read %s of %s from here on: %s", name, u.Name, f.Err.Message).
		Key("%s of %s", name, u.Name).Severity(lint.Warning)
}

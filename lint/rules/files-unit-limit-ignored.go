package rules

import (
	"fmt"
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/spelling"
)

var unitLimitIgnored = &lint.Rule{
	Name:  "files/unit-limit-ignored",
	Title: "a limit is written so that systemd ignores it",
	Why: "systemd passes over a line that it cannot read with a warning in the journal, and starts the service with the limit it would have " +
		"without it. Limits that count take plain numbers: no suffix as in 64k, \"infinity\" and not \"unlimited\", no comment behind the value, " +
		"and an empty value sets nothing back. \"systemd-analyze verify\" prints the warning and exits with 0.",
	Refs: []string{
		"https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#Process%20Properties",
		"https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadUnits(), lint.RestartUnit("SERVICE")},
	Run:      runUnitLimitIgnored,
}

func runUnitLimitIgnored(p *lint.Pass) {
	told := map[string]int{}
	seen := map[*limits.Assignment]bool{}
	report := func(u *limits.Unit, subject string, files []*limits.UnitFile) {
		for _, f := range files {
			for _, a := range f.Assignments {
				key, ok := a.Limits()
				if !ok || seen[a] || !isIgnored(a) {
					continue
				}
				seen[a] = true
				what := key + " of " + subject
				r := reportIgnored(p, a, subject).Key("%s%s", what, strings.Repeat(" again", told[what]))
				if told[what]++; u != nil {
					seeInstead(p.Host, r.Apply(lint.ReloadUnits(), lint.RestartUnit(u.Name)), u, a)
				} else {
					r.Apply(lint.ReloadUnits(), lint.RestartLimited())
				}
			}
		}
	}
	for _, u := range p.Host.OwnUnits() {
		report(u, u.Name, u.Files())
	}
	if p.Host.HasSystemd() {
		report(nil, "system.conf", p.Host.Limits.SystemConf)
	}
}

// isIgnored reports whether systemd drops a line for how it is written. Sections
// that start with "X-" are meant to be passed over, and a soft limit above the
// hard one is a finding of its own.
func isIgnored(a *limits.Assignment) bool {
	_, over := a.SoftAboveHard()
	return a.Broken != "" && !over && !strings.HasPrefix(a.Section, "X-")
}

func reportIgnored(p *lint.Pass, a *limits.Assignment, subject string) *lint.Report {
	r := p.Report(a.Span, "systemd ignores %q for %s: %s", spelling.Abbreviate(a.Key+"="+a.Value), subject, whyIgnored(a))
	if p.Host.IsVendor(a.Span.File) {
		return r
	}
	edits, as := a.Mend()
	title := fmt.Sprintf("write %s%s", as, inThousands(a, as))
	switch a.Section {
	case "":
		title = fmt.Sprintf("put [%s] above %s", a.Home(), as)
	case "Unit", "Install":
		title = "move " + as + " to [Service]"
	}
	return r.Suggest(title, edits...)
}

// whyIgnored writes out what is wrong with a line.
func whyIgnored(a *limits.Assignment) string {
	why, value := strings.CutPrefix(a.Broken, "invalid value: ")
	if value && strings.ContainsAny(strings.TrimRight(a.Value, "; \t"), "#;") {
		return "a comment behind a value is part of it"
	}
	return strings.Replace(why, `": `, `" is `, 1)
}

// inThousands says how a suffix is read.
func inThousands(a *limits.Assignment, as string) string {
	for _, suffix := range []string{"k", "K"} {
		if n, ok := strings.CutSuffix(a.Value, suffix); ok && !strings.HasSuffix(as, suffix) {
			return fmt.Sprintf(" (%s x 1024)", n)
		}
	}
	return ""
}

// seeInstead shows what is in force in place of an ignored line. Where a later
// one sets the limit, the line has no effect in any case.
func seeInstead(h *host.Host, r *lint.Report, u *limits.Unit, a *limits.Assignment) {
	key, _ := a.Limits()
	winner := u.Last("Service", key)
	if winner != nil && u.After(winner, a) {
		r.Severity(lint.Info).See(winner.Span, "a later line sets %s to %s", key, winner.Value)
		return
	}
	if started := h.Limits.ServiceNoFile(u.Name); key == "LimitNOFILE" && started.Known {
		r.SeeOrigin(started.Origin, "%s starts with nofile %s", u.Name, started.Value)
	}
}

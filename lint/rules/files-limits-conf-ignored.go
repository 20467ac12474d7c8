package rules

import (
	"slices"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/lint"
)

var limitsConfIgnored = &lint.Rule{
	Name:  "files/limits-conf-ignored",
	Title: "a limit for nginx stands in limits.conf, and systemd starts nginx",
	Why: "pam_limits applies limits.conf and limits.d when it opens a session, and systemd opens none for a service unless its unit sets " +
		"PAMName=. nginx runs with the limits of its unit and runs out at a number that these files do not show; " +
		"worker_rlimit_nofile, or LimitNOFILE= and LimitNPROC= in the unit, are what counts.",
	Refs: []string{
		"https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#Process%20Properties",
		"https://man7.org/linux/man-pages/man8/pam_limits.8.html",
		"https://nginx.org/en/docs/ngx_core_module.html#worker_rlimit_nofile",
	},
	Severity: lint.Warning,
	Run:      runLimitsConfIgnored,
}

func runLimitsConfIgnored(p *lint.Pass) {
	entries := entriesForNginx(p.Host)
	if len(entries) == 0 || !startedBySystemd(p.Host) {
		return
	}
	first, started := entries[0], ""
	rules := p.Host.Limits.ServiceNoFile(p.Host.Service)
	if rules.Known && first.Item == "nofile" {
		started = " with " + rules.Value.String()
	}
	if rules.Known && !slices.ContainsFunc(entries, func(e *limits.Entry) bool { return e.Domain == p.Host.User() || asksMore(e, rules.Value) }) {
		return // everyone's limits, which nginx has without them
	}
	r := p.Report(first.Span, "%s does not reach nginx, which systemd starts%s", entryText(first), started)
	r.Key("limits.conf").Label("pam_limits reads this, systemd does not")
	for _, e := range entries[1:] {
		r.See(e.Span, "nor does %s", entryText(e))
	}
	if started != "" {
		r.SeeOrigin(rules.Origin, "%s starts with nofile %s", p.Host.Service, rules.Value)
	}
	if own := p.Host.Nginx.Root.Effective("worker_rlimit_nofile"); own.Directive() != nil {
		r.SeeOrigin(own.Origin(), "nginx's workers ask for %s", own.First())
		if nothingLost(p.Host, entries) {
			r.Severity(lint.Info)
		}
	}
}

// asksMore reports whether an entry gives more than a range of limits, or may.
func asksMore(e *limits.Entry, r limits.Range) bool {
	n, _, ok := e.Number()
	if !ok || e.Item != "nofile" {
		return true
	}
	return e.Type != "hard" && n > r.Soft || e.Type == "hard" && n > r.Hard
}

// entryText writes an entry for people: "soft nofile 65536 for *".
func entryText(e *limits.Entry) string {
	text := e.Item + " " + e.Value + " for " + e.Domain
	if e.Type == "-" {
		return text
	}
	return e.Type + " " + text
}

// startedBySystemd reports whether nginx is a service whose unit opens no PAM
// session. Without a unit among the files, the packages' own is taken for granted.
func startedBySystemd(h *host.Host) bool {
	u := h.Limits.Unit(h.Service)
	if u == nil || !h.HasSystemd() {
		return h.HasSystemd()
	}
	pam := u.Last("Service", "PAMName")
	return !u.Masked && (pam == nil || pam.Value == "")
}

// entriesForNginx returns the entries that would concern nginx's processes in a
// session. A limit on the processes of everyone is meant for logins and left
// out, and so is what no session gets; groups and ranges of ids are not known to
// hold nginx's user.
func entriesForNginx(h *host.Host) []*limits.Entry {
	if h.Nginx == nil {
		return nil
	}
	var out []*limits.Entry
	user := h.User()
	for _, e := range h.Limits.Entries("nofile") {
		if (e.Domain == "*" || e.Domain == "root" || e.Domain == user) && h.Limits.Overruled(e) == nil {
			out = append(out, e)
		}
	}
	for _, e := range h.Limits.Entries("nproc") {
		if e.Domain == user && h.Limits.Overruled(e) == nil {
			out = append(out, e)
		}
	}
	return out
}

// nothingLost reports whether nginx's workers get what the entries ask for.
func nothingLost(h *host.Host, entries []*limits.Entry) bool {
	limit, _ := h.WorkerNoFile()
	for _, e := range entries {
		n, _, ok := e.Number()
		if !ok || e.Item != "nofile" || !limit.Known || n > uint64(limit.Value) {
			return false
		}
	}
	return true
}

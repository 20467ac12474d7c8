package rules

import (
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/lint"
)

var limitsShadowed = &lint.Rule{
	Name:  "files/limits-shadowed",
	Title: "no session gets the limit, other lines overrule it",
	Why: "pam_limits reads limits.conf, then the files of limits.d by their names. Of the lines for one user or group the last one counts, " +
		"soft and hard limits apart, and a range of ids counts like the names of its users. Whoever edits the earlier line changes nothing.",
	Refs: []string{
		"https://man7.org/linux/man-pages/man5/limits.conf.5.html",
		"https://man7.org/linux/man-pages/man8/pam_limits.8.html",
	},
	Severity: lint.Warning,
	Run:      runLimitsShadowed,
}

// shippedLimits are files of distributions that are there to be overruled.
var shippedLimits = []string{"20-nproc.conf", "90-nproc.conf", "10-coredump-debian.conf"}

func runLimitsShadowed(p *lint.Pass) {
	for _, d := range p.Host.Limits.Documents {
		base, told := path.Base(d.File.Path), map[string]int{}
		if slices.Contains(shippedLimits, base) || p.Host.IsVendor(d.File) {
			continue
		}
		for _, e := range d.Entries {
			by := p.Host.Limits.Overruled(e)
			if !slices.ContainsFunc(by, func(o *limits.Entry) bool { return differ(e, o) }) {
				continue
			}
			what := e.Domain + " " + e.Type + " " + e.Item
			r := p.Report(e.Span, "no session gets %s: %s sets %s", entryText(e), placeOf(e, by[0]), by[0].Value)
			r.Key("%s in %s%s", what, base, strings.Repeat(" again", told[what]))
			for _, o := range by {
				r.See(o.Span, "%s counts instead", entryText(o))
			}
			told[what]++
		}
	}
}

// differ reports whether two entries set different limits.
func differ(a, b *limits.Entry) bool {
	n, _, _ := a.Number()
	m, _, _ := b.Number()
	return n != m
}

// placeOf names the place of an entry as seen from another one.
func placeOf(from, e *limits.Entry) string {
	if e.Span.File == from.Span.File {
		return "a later line"
	}
	return path.Base(e.Span.File.Path)
}

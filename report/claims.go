package report

import (
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

// mostClaims is how many lines text lists of one setting, unless it is verbose.
const mostClaims = 20

// claims lists the lines that ask for a value and what becomes of each.
func (p *page) claims(key string, list []host.Claim) {
	if more := len(list) - mostClaims; more > 0 && !p.Verbose {
		p.fact(key, spelling.Count(more, "more line")+" before these, see -v")
		key, list = "", list[more:]
	}
	for i, c := range list {
		if i > 0 {
			key = ""
		}
		p.fact(key, p.place(c.Span)+": "+p.brief(c.Span.Text()))
		s := faintStyle
		if c.InForce() {
			s = strongStyle
		}
		for _, line := range wrap("- "+p.fate(c), max(p.width()-factIndent, minimalWidth)) {
			p.printf("%*s%s\n", factIndent, "", p.paint(s, line))
		}
	}
}

// notKnown heads a value that nobody can tell.
func (p *page) notKnown(why string) {
	p.printf("%s\n", p.paint(warningStyle, "not known"))
	p.fact("why", p.brief(why))
}

// fate says in words what becomes of a line.
func (p *page) fate(c host.Claim) string {
	why := p.brief(c.Why)
	switch c.Fate {
	case "overruled":
		return "overruled by " + p.place(c.By)
	case "yielding":
		return "a pattern, which leaves the key to the line that names it: " + p.place(c.By)
	case "excluded":
		return "dropped by the exclusion " + p.place(c.By)
	case "excluding":
		return "an exclusion: no pattern sets the key"
	case "refused":
		return "refused by the kernel: " + why
	case "unusable":
		return "not used: " + why
	case "undecided":
		return "not evaluated: " + why
	case "logins only":
		return "for sessions that log in: no service reads limits.conf"
	case "hidden", "unapplied":
		return why
	}
	return c.Fate
}

// origin names what decides a value: its place, or a default.
func (o Options) origin(from source.Origin) string {
	switch {
	case from.Span.IsValid():
		return o.place(from.Span)
	case from.Assumed:
		return from.Default + ", assumed"
	}
	return from.Default
}

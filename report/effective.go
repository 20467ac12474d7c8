package report

import (
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/spelling"
)

// Effective shows what is in force for a directive of nginx, by host.
type Effective struct {
	Directive string
	Hosts     []EffectiveHost
}

// An EffectiveHost is one host with what is in force there.
type EffectiveHost struct {
	Host *host.Host
	host.Effective
}

// mostPlaces is how many places of one value, and mostShadows how many
// directives that it shadows, text lists unless it is verbose.
const (
	mostPlaces  = 10
	mostShadows = 5
)

func (e Effective) text(p *page) {
	for i, h := range e.Hosts {
		if i > 0 {
			p.printf("\n")
		}
		p.hostLine(h.Host, e.Directive)
		if h.Absent != "" {
			p.printf("note: %s\n", p.visible(h.Absent))
		}
		for _, d := range h.Doubts {
			p.printf("note: nginx tries %s (%s) before, which cannot be judged here\n", p.visible(d.ArgText()), p.place(d.HeadSpan()))
		}
		if len(h.Values) == 0 {
			p.printf("\nno block of this host can have it\n")
		}
		held := holding(h.Places)
		for _, v := range h.Values {
			p.printf("\n")
			p.inForce(h.Host, v)
			p.places(h, v.Scopes, held)
		}
	}
}

// inForce prints one value: what it is, what decides it, and what it hides.
func (p *page) inForce(h *host.Host, v *host.InForce) {
	if !v.Known {
		p.printf("%s: %s\n", p.paint(warningStyle, "not known"), p.brief(v.Doubt.Why))
		p.fact("at", p.place(v.Doubt.Span))
	}
	if len(v.Directives) == 0 {
		p.undecided(v)
	}
	for _, d := range v.Placed() {
		p.printf("%s\n", p.paint(strongStyle, p.brief(statement(d.Directive))))
		p.fact("set", p.setAt(h, d))
		p.through(h.Nginx.Chain(d.Directive, d.Scope))
	}
	if v.Rest != nil {
		p.fact("rest", p.stated(v.Rest))
	}
	for i, d := range v.Shadowed {
		if i == mostShadows && !p.Verbose {
			p.fact("shadows", spelling.Count(len(v.Shadowed)-i, "more directive")+", see -v")
			break
		}
		p.fact("shadows", p.stated(d.Directive)+", in "+p.brief(d.Scope.Path()))
	}
}

// undecided prints a value that no directive of the name decides.
func (p *page) undecided(v *host.InForce) {
	origin := "no default"
	text := v.Default
	if text == "" {
		text = "nothing"
	} else {
		origin = v.Origin().Default
	}
	switch {
	case v.Ended != nil:
		p.printf("%s\n", p.paint(strongStyle, p.visible(text)))
		p.fact("ended by", p.stated(v.Ended)+", in "+p.brief(v.Level.Path()))
	case v.Known:
		p.printf("%s  (%s)\n", p.paint(strongStyle, p.visible(text)), origin)
	}
}

// setAt names the place of a directive and the block it stands in.
func (p *page) setAt(h *host.Host, d nginxconf.Placed) string {
	text := p.place(d.HeadSpan()) + ", in " + p.brief(d.Scope.Path())
	if reads := h.Reads(d.Doc.File); reads > 1 {
		text += " (the file is read " + spelling.Count(reads, "time") + ")"
	}
	return text
}

// stated is a directive behind its place.
func (p *page) stated(d *nginxconf.Directive) string {
	return p.place(d.HeadSpan()) + ": " + p.brief(statement(d))
}

// through lists the includes that led to what was said last.
func (p *page) through(chain []*nginxconf.Directive) {
	for _, d := range chain {
		p.fact("through", p.stated(d))
	}
}

// factIndent is where what is said of a value starts.
const factIndent = 12

// fact prints one line about a value, broken where it does not fit.
func (p *page) fact(key, text string) {
	for i, line := range wrap(text, max(p.width()-factIndent, minimalWidth)) {
		if i > 0 {
			key = ""
		}
		p.printf("  %-*s%s\n", factIndent-2, key, line)
	}
}

// places prints where a value is in force. A block whose whole content has the
// same value stands for all of it.
func (p *page) places(h EffectiveHost, in []*nginxconf.Scope, held map[*nginxconf.Scope]int) {
	if len(in) == len(h.Places) && len(in) > 1 && !h.Narrowed {
		p.fact("in force", "everywhere: "+blocks(in))
		return
	}
	lines := p.folded(held, in)
	for i, line := range lines {
		key := ""
		if i == 0 {
			key = "in force"
		}
		if i == mostPlaces && len(lines) > mostPlaces+1 && !p.Verbose {
			p.fact(key, spelling.Count(len(lines)-i, "more place")+", see -v")
			break
		}
		p.fact(key, line)
	}
}

// folded names blocks, outer ones for all that they hold. held counts the places
// within each block.
func (p *page) folded(held map[*nginxconf.Scope]int, in []*nginxconf.Scope) []string {
	here, within := map[*nginxconf.Scope]bool{}, holding(in)
	for _, s := range in {
		here[s] = true
	}
	whole := func(s *nginxconf.Scope) bool { return here[s] && within[s] > 0 && within[s] == held[s] }
	var lines []string
	for _, s := range in {
		switch {
		case isWithinAny(s.Parent, whole):
		case whole(s):
			lines = append(lines, p.brief(s.Path())+" and "+spelling.Count(within[s], "block")+" in it")
		default:
			lines = append(lines, p.brief(s.Path()))
		}
	}
	return lines
}

// holding counts, for every block, those of a list that lie within it.
func holding(list []*nginxconf.Scope) map[*nginxconf.Scope]int {
	held := map[*nginxconf.Scope]int{}
	for _, s := range list {
		for outer := s.Parent; outer != nil; outer = outer.Parent {
			held[outer]++
		}
	}
	return held
}

// isWithinAny reports whether a block or one around it is one of those asked for.
func isWithinAny(s *nginxconf.Scope, is func(*nginxconf.Scope) bool) bool {
	for ; s != nil; s = s.Parent {
		if is(s) {
			return true
		}
	}
	return false
}

// blocks counts blocks by name: "2 servers, 5 locations".
func blocks(list []*nginxconf.Scope) string {
	number := map[string]int{}
	var names []string
	for _, s := range list {
		name := "main"
		if s.Directive != nil {
			name = s.Directive.Name
		}
		if number[name]++; number[name] == 1 {
			names = append(names, name)
		}
	}
	for i, name := range names {
		if name == "if" || name == "limit_except" {
			names[i] = spelling.Count(number[name], name+" block")
		} else {
			names[i] = spelling.Count(number[name], name)
		}
	}
	return strings.Join(names, ", ")
}

package report

import (
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

// Chains shows the way of requests through every party and how long each waits
// for the next, by host.
type Chains struct {
	// URL is what was asked about; "" shows every chain.
	URL   string
	Hosts []ChainHost
	// Findings are those of the rules that [ChainRule] names; they mark the hops
	// that stand in the wrong order.
	Findings []*lint.Finding
}

// A ChainHost is one host with what becomes of the URL there, or, without one,
// its chains.
type ChainHost struct {
	Host *host.Host
	Ways []*host.Way
	// Why says why no server takes the URL; "" where one does.
	Why    string
	Chains []*host.Chain
}

// ChainFormats are the formats of the picture, the default first.
func ChainFormats() []string { return append(ShowFormats(), "svg") }

func (c Chains) text(p *page) {
	for i, h := range c.Hosts {
		drawn, m := map[string]bool{}, newMarker(h.Host, c.Findings)
		if i > 0 {
			p.printf("\n")
		}
		p.hostLine(h.Host, c.headline(h))
		if h.Why != "" {
			p.printf("\n%s\n", p.visible(h.Why))
		}
		for _, w := range h.Ways {
			p.printf("\n")
			p.way(w)
			for _, chain := range w.Chains {
				p.chain(chain, m.marks(chain), drawn)
			}
		}
		for _, chain := range h.Chains {
			p.printf("\n%s\n", p.paint(strongStyle, p.brief(strings.Join(parties(chain), " > "))))
			p.requests(chain)
			p.chain(chain, m.marks(chain), drawn)
		}
	}
}

// headline says what is shown of a host.
func (c Chains) headline(h ChainHost) string {
	switch {
	case c.URL != "":
		return c.URL
	case h.Host.Nginx == nil && len(h.Chains) == 0:
		return "has no nginx configuration that can be read"
	}
	return spelling.Count(len(h.Chains), "chain")
}

// parties names those that a request passes: "edge", "nginx", "backend", "api".
func parties(c *host.Chain) []string {
	names := []string{}
	for _, b := range c.Balancers {
		names = append(names, b.Name)
	}
	if len(c.Places) > 0 {
		names = append(names, "nginx")
	}
	if len(c.Routes) > 0 && (c.Upstream != nil || len(c.Apps) == 0) {
		names = append(names, c.Routes[0].Target())
	}
	for _, a := range c.Apps {
		if c.Upstream == nil || !strings.EqualFold(a.Name, c.Upstream.Name) {
			names = append(names, a.Name)
		}
	}
	return names
}

// way prints which server and location take a request.
func (p *page) way(w *host.Way) {
	for _, f := range p.wayFacts(w) {
		p.fact(f.key, f.text)
	}
}

// A keyedFact is one line about a chain: what it says, and of what.
type keyedFact struct{ key, text string }

// wayFacts says which server and location take a request, and what may change that.
func (o Options) wayFacts(w *host.Way) []keyedFact {
	server := w.Server.Server
	text := o.brief(strings.TrimPrefix(server.Path(), "server "))
	if by := o.chosenBy(w); by != "" {
		text += ", " + by
	}
	facts := []keyedFact{{"server", o.placed(text, server.Directive.HeadSpan())}}
	if w.Path != "" {
		facts = append(facts, keyedFact{"path", o.brief(w.Path)})
	}
	if at := w.Location.Scope; at != nil {
		text := "none"
		if at != server {
			text = o.placed(o.brief(nginxconf.MatchOf(at.Directive).String())+", "+matchKind(at), at.Directive.HeadSpan())
		}
		facts = append(facts, keyedFact{"location", text})
	}
	for _, r := range w.Remarks {
		facts = append(facts, keyedFact{"note", o.placed(o.brief(r.Text), r.At)})
	}
	return facts
}

// placed is a text with the place that it speaks of, if there is one.
func (o Options) placed(text string, at source.Span) string {
	if !at.IsValid() {
		return text
	}
	return text + " (" + o.place(at) + ")"
}

// chosenBy says how nginx comes to a server.
func (o Options) chosenBy(w *host.Way) string {
	if len(w.Addresses) == 0 {
		return ""
	}
	var names []string
	for _, a := range w.Addresses {
		names = append(names, a.String())
	}
	by := w.Server.Kind
	switch {
	case w.Server.Name != nil:
		by += " " + w.Server.Name.Arg(w.Server.NameArg)
	case by != "only server":
		by += ", for no name fits,"
	}
	return o.brief(by + " on " + lint.Briefly(names))
}

// matchKind names what a location takes.
func matchKind(location *nginxconf.Scope) string {
	switch nginxconf.MatchOf(location.Directive).Operator {
	case "=":
		return "exact path"
	case "^~":
		return "longest prefix, no expression is tried"
	case "~", "~*":
		return "first expression that matches"
	}
	return "longest prefix"
}

// chain prints what passes requests on and the ladders of a chain. Idle times
// towards clients that were drawn for another chain are not drawn again.
func (p *page) chain(c *host.Chain, marks []chainMark, drawn map[string]bool) {
	for _, f := range p.chainFacts(c) {
		p.fact(f.key, f.text)
	}
	for i, l := range c.Ladders {
		p.printf("\n")
		key := p.ladderKey(l)
		if l.Kind == host.ClientIdleLadder && drawn[key] && !p.Verbose {
			p.fact("idle", "connections to nginx: as above")
			continue
		}
		drawn[key] = true
		p.ladder(c, l, marksIn(marks, i))
	}
	if p.Verbose {
		p.printf("\n")
		p.settings(c)
	}
}

// ladderKey holds what a ladder shows.
func (p *page) ladderKey(l host.Ladder) string {
	var b strings.Builder
	for _, h := range l.Hops {
		b.WriteString(strings.Join(append(p.hopOrigin(h), h.Who, h.Name, hopValue(h)), "\x00"))
	}
	return b.String()
}

// requests lists the places whose requests take a chain.
func (p *page) requests(c *host.Chain) {
	for _, f := range p.placeFacts(c) {
		p.fact(f.key, f.text)
	}
}

// placeFacts names the places whose requests take a chain.
func (o Options) placeFacts(c *host.Chain) []keyedFact {
	var facts []keyedFact
	for i, at := range c.Places {
		key := ""
		if i == 0 {
			key = "requests"
		}
		if i == mostPlaces && len(c.Places) > mostPlaces+1 && !o.Verbose {
			return append(facts, keyedFact{key, spelling.Count(len(c.Places)-i, "more place") + ", see -v"})
		}
		facts = append(facts, keyedFact{key, o.brief(at.Path())})
	}
	return facts
}

// chainFacts says what passes requests on, and where to.
func (o Options) chainFacts(c *host.Chain) []keyedFact {
	var facts []keyedFact
	if c.Condition != nil {
		facts = append(facts, keyedFact{"only", o.placed("where "+o.brief(c.Condition.HeadText())+" holds", c.Condition.HeadSpan())})
	}
	if len(c.Routes) > 0 {
		pass := c.Routes[0].Pass
		facts = append(facts, keyedFact{"passes", o.placed(o.brief(statement(pass)), pass.HeadSpan())})
	}
	if c.Silent {
		facts = append(facts, keyedFact{"note", "WebSockets or streams may pass: the times for an answer limit their silence"})
	}
	if c.Upstream != nil {
		facts = append(facts, keyedFact{"upstream", o.placed(o.brief(c.Upstream.Name)+", "+spelling.Count(len(c.Upstream.Servers), "server"), c.Upstream.Directive.HeadSpan())})
	}
	for _, a := range c.Apps {
		text := a.Name
		if a.RuntimeLabel != "" {
			text += ", " + a.RuntimeLabel
		}
		facts = append(facts, keyedFact{"app", o.placed(o.brief(text), a.Span)})
	}
	return facts
}

// settings lists every time of a chain.
func (p *page) settings(c *host.Chain) {
	p.fact("settings", "every time of the chain")
	who, name := 0, 0
	for _, h := range c.Settings {
		who, name = max(who, columns(p.brief(h.Who))), max(name, columns(h.Name))
	}
	for _, h := range c.Settings {
		line := strings.Repeat(" ", ladderIndent) + pad(p.brief(h.Who), who) + "  " + pad(h.Name, name) + "  "
		for _, part := range wrap(strings.Join(append([]string{p.brief(hopValue(h))}, p.hopOrigin(h)...), "; "), max(p.width()-columns(line), minimalWidth)) {
			p.printf("%s%s\n", line, part)
			line = strings.Repeat(" ", columns(line))
		}
	}
}

// pad fills a printable text with blanks up to a number of columns.
func pad(s string, n int) string { return s + strings.Repeat(" ", max(n-columns(s), 0)) }

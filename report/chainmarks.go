package report

import (
	"slices"
	"strings"
	"unicode"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A chainMark is a finding about a hop of a chain.
type chainMark struct {
	ladder, hop int
	finding     *lint.Finding
}

// A marking says which hop of a chain a rule speaks of.
type marking struct {
	ladder host.LadderKind
	party  host.Party
	// name is the end of the setting's name; "" for any.
	name string
	// holds says when the rule may be right about a hop, by the figures that are
	// drawn: one finding may stand for many locations, not all of which are alike.
	holds func(l host.Ladder, hop int, f *chainFinding) bool
}

// markings are the rules about neighbours of a chain.
var markings = map[string]marking{
	"timeouts/read-below-app":        {host.AnswerLadder, host.Nginx, "_read_timeout", notAbove(host.App)},
	"timeouts/app-kills-before-read": {host.AnswerLadder, host.App, "request_timeout", always},
	"timeouts/caller-gives-up-first": {host.AnswerLadder, host.Balancer, "", notAbove(host.Nginx)},
	"timeouts/php-three-way":         {host.AnswerLadder, host.App, "request_timeout", always},
	"timeouts/websocket-cut":         {host.AnswerLadder, host.Nginx, "_read_timeout", always},
	"upstream/retries-exceed-caller": {host.AnswerLadder, host.Nginx, "all tries", always},
	"app/nothing-stops-the-work":     {host.AnswerLadder, host.App, "request_timeout", unlimited},
	"timeouts/client-idle-below-lb":  {host.ClientIdleLadder, host.Nginx, "", always},
	"app/direct-lb-idle":             {host.ClientIdleLadder, host.App, "", always},
	"upstream/idle-outlives-app":     {host.PoolIdleLadder, host.Nginx, "", always},
	"upstream/race-disables-servers": {host.PoolIdleLadder, host.Nginx, "", always},
	"upstream/idle-far-below-app":    {host.PoolIdleLadder, host.Nginx, "", always},
}

func always(host.Ladder, int, *chainFinding) bool { return true }

// unlimited: no time of the hop is known.
func unlimited(l host.Ladder, hop int, _ *chainFinding) bool {
	return !l.Hops[hop].Time.Known || l.Hops[hop].Unlimited()
}

// notAbove: the hop ends before some hop below it of another party that the
// finding is about, or with it, as far as the figures are known.
func notAbove(below host.Party) func(l host.Ladder, hop int, f *chainFinding) bool {
	return func(l host.Ladder, hop int, f *chainFinding) bool {
		outer := l.Hops[hop].Time
		return slices.ContainsFunc(l.Hops[hop+1:], func(inner host.Hop) bool {
			return inner.Party == below && !inner.Heartbeat && f.names(inner) &&
				(!outer.Known || !inner.Time.Known || outer.Value <= inner.Time.Value)
		})
	}
}

// ChainRule reports whether findings of a rule mark hops of a chain.
func ChainRule(name string) bool {
	_, ok := markings[name]
	return ok
}

// A marker finds the findings that speak of hops of a host's chains.
type marker struct {
	host *host.Host
	// findings are those that may mark a hop, the gravest first.
	findings []*chainFinding
	// byStart are their indices by where a place of theirs starts, byApp by the
	// index of an application they are about; loose are those that do not list all
	// places.
	byStart map[source.Span][]int
	byApp   map[int][]int
	loose   []int
}

// A chainFinding is a finding with what it is about.
type chainFinding struct {
	*lint.Finding
	apps   []string      // their names
	passes []source.Span // of the host's routes
	more   bool          // and of others that it does not list
}

func newMarker(h *host.Host, findings []*lint.Finding) *marker {
	m := &marker{host: h, byStart: map[source.Span][]int{}, byApp: map[int][]int{}}
	passes := map[source.Span]bool{}
	if h.Nginx != nil {
		for _, r := range h.Nginx.Routes() {
			passes[r.Pass.HeadSpan()] = true
		}
	}
	list := slices.Clone(findings)
	lint.SortByGravity(list)
	for _, f := range list {
		if ChainRule(f.Rule.Name) && (f.Host == h.Name || slices.Contains(f.Also, h.Name)) {
			m.add(f, passes)
		}
	}
	return m
}

func (m *marker) add(f *lint.Finding, passes map[source.Span]bool) {
	i, about := len(m.findings), &chainFinding{Finding: f, more: listsMore(f)}
	for _, s := range f.Spans() {
		m.byStart[start(s)] = append(m.byStart[start(s)], i)
		if passes[s] {
			about.passes = append(about.passes, s)
		}
	}
	for j, a := range m.host.Apps {
		if mentions(f, a.Name) || touches(f, a.Span) || inFiles(f, a.Files) {
			about.apps = append(about.apps, a.Name)
			m.byApp[j] = append(m.byApp[j], i)
		}
	}
	if about.more {
		m.loose = append(m.loose, i)
	}
	m.findings = append(m.findings, about)
}

// start is the place where a span starts.
func start(s source.Span) source.Span { return source.Span{File: s.File, Start: s.Start, End: s.Start} }

// marks returns the findings that speak of hops of a chain, the gravest first.
func (m *marker) marks(c *host.Chain) []chainMark {
	var out []chainMark
	for _, i := range m.candidates(c) {
		f := m.findings[i]
		if mark, ok := f.find(c); ok && f.concerns(c) && !slices.ContainsFunc(out, mark.repeats) {
			out = append(out, mark)
		}
	}
	return out
}

// candidates are the indices of the findings that may speak of a chain, in order.
func (m *marker) candidates(c *host.Chain) []int {
	out := slices.Clone(m.loose)
	for _, a := range c.Apps {
		out = append(out, m.byApp[slices.Index(m.host.Apps, a)]...)
	}
	for _, l := range c.Ladders {
		for _, hop := range l.Hops {
			out = append(out, m.byStart[start(hop.Time.Origin.Span)]...)
			for _, at := range hop.At {
				out = append(out, m.byStart[start(at)]...)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// repeats reports whether another mark says the same of the same hop, as the
// rule does for each of several routes.
func (m chainMark) repeats(o chainMark) bool {
	return m.ladder == o.ladder && m.hop == o.hop && m.finding.Rule == o.finding.Rule && m.finding.Message == o.finding.Message
}

// find returns the hop that the finding marks: one that the rule speaks of, where
// the finding stands.
func (f *chainFinding) find(c *host.Chain) (chainMark, bool) {
	m := markings[f.Rule.Name]
	for i, l := range c.Ladders {
		if l.Kind != m.ladder || l.Kind == host.AnswerLadder && !f.lists(c) {
			continue
		}
		for j, hop := range l.Hops {
			if hop.Party == m.party && !hop.Heartbeat && strings.HasSuffix(hop.Name, m.name) && f.names(hop) && m.holds(l, j, f) && f.stands(hop, l) {
				return chainMark{i, j, f.Finding}, true
			}
		}
	}
	return chainMark{}, false
}

// names reports whether the finding is about the party, where that has a name.
func (f *chainFinding) names(hop host.Hop) bool {
	switch {
	case hop.App != nil:
		return slices.Contains(f.apps, hop.App.Name)
	case hop.Balancer != nil:
		return touches(f.Finding, hop.Balancer.Span) || mentions(f.Finding, hop.Balancer.Name)
	}
	return true
}

// stands reports whether the finding stands where the hop is decided, or, for
// what is not nginx's, where a time of nginx in the ladder is.
func (f *chainFinding) stands(hop host.Hop, l host.Ladder) bool {
	switch hop.Party {
	case host.Nginx:
		return f.speaksOf(hop)
	case host.App:
		if f.speaksOf(hop) {
			return true
		}
	}
	return slices.ContainsFunc(l.Hops, func(o host.Hop) bool { return o.Party == host.Nginx && f.speaksOf(o) })
}

// speaksOf reports whether a place of the finding is one of the hop. Of a default
// a finding may list only some of the places.
func (f *chainFinding) speaksOf(hop host.Hop) bool {
	return touches(f.Finding, hop.Time.Origin.Span) ||
		slices.ContainsFunc(hop.At, func(s source.Span) bool { return touches(f.Finding, s) }) ||
		hop.Time.Origin.IsDefault() && f.more
}

// lists reports whether a finding that lists passes of routes has one of the
// chain among them, or does not list all.
func (f *chainFinding) lists(c *host.Chain) bool {
	return len(f.passes) == 0 || f.more || slices.ContainsFunc(c.Routes, func(r *nginxconf.Route) bool {
		return slices.Contains(f.passes, r.Pass.HeadSpan())
	})
}

// listsMore reports whether a finding leaves places out of its list.
func listsMore(f *lint.Finding) bool {
	return slices.ContainsFunc(f.Related, func(r lint.Related) bool {
		return !r.Span.IsValid() && strings.HasPrefix(r.Label, "and ") && strings.HasSuffix(r.Label, " more")
	})
}

// concerns reports whether the finding is about an application of the chain, or
// about none at all.
func (f *chainFinding) concerns(c *host.Chain) bool {
	for _, a := range c.Apps {
		if slices.Contains(f.apps, a.Name) {
			return true
		}
	}
	return len(f.apps) == 0
}

func inFiles(f *lint.Finding, files []*source.File) bool {
	return slices.ContainsFunc(f.Spans(), func(s source.Span) bool { return slices.Contains(files, s.File) })
}

// touches reports whether a place of the finding lies in a range, or holds it.
func touches(f *lint.Finding, at source.Span) bool {
	return at.IsValid() && slices.ContainsFunc(f.Spans(), func(s source.Span) bool {
		return s.IsValid() && s.File == at.File && (at.Contains(s) || s.Contains(at))
	})
}

// mentions reports whether a finding names something as a whole word.
func mentions(f *lint.Finding, name string) bool {
	texts := []string{f.Message, f.Label}
	for _, r := range f.Related {
		texts = append(texts, r.Label)
	}
	part := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_' && r != '.'
	}
	for _, text := range texts {
		word := func(w string) bool { return w == name || strings.Trim(w, ".") == name }
		if slices.ContainsFunc(strings.FieldsFunc(text, part), word) || strings.ContainsFunc(name, part) && strings.Contains(text, name) {
			return true
		}
	}
	return false
}

func marksIn(list []chainMark, ladder int) []chainMark {
	return slices.DeleteFunc(slices.Clone(list), func(m chainMark) bool { return m.ladder != ladder })
}

func marksAt(list []chainMark, hop int) []chainMark {
	return slices.DeleteFunc(slices.Clone(list), func(m chainMark) bool { return m.hop != hop })
}

package report

import (
	"slices"
	"strings"
	"unicode"

	"github.com/tunelint/tunelint/appconf"
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
	holds func(l host.Ladder, hop int, f *lint.Finding) bool
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

func always(host.Ladder, int, *lint.Finding) bool { return true }

// unlimited: no time of the hop is known.
func unlimited(l host.Ladder, hop int, _ *lint.Finding) bool {
	t := l.Hops[hop].Time
	return !t.Known || t.Value == appconf.Infinite
}

// notAbove: the hop ends before some hop below it of another party that the
// finding is about, or with it, as far as the figures are known.
func notAbove(below host.Party) func(l host.Ladder, hop int, f *lint.Finding) bool {
	return func(l host.Ladder, hop int, f *lint.Finding) bool {
		outer := l.Hops[hop].Time
		return slices.ContainsFunc(l.Hops[hop+1:], func(inner host.Hop) bool {
			return inner.Party == below && !inner.Heartbeat && names(f, inner) &&
				(!outer.Known || !inner.Time.Known || outer.Value <= inner.Time.Value)
		})
	}
}

// ChainRule reports whether findings of a rule mark hops of a chain.
func ChainRule(name string) bool {
	_, ok := markings[name]
	return ok
}

// marksOf returns the findings that speak of hops of a chain, the gravest first.
func marksOf(h *host.Host, c *host.Chain, findings []*lint.Finding) []chainMark {
	var out []chainMark
	list := slices.Clone(findings)
	lint.SortByGravity(list)
	for _, f := range list {
		m, ok := markings[f.Rule.Name]
		if !ok || f.Host != h.Name && !slices.Contains(f.Also, h.Name) || !speaksOf(f, h, c) {
			continue
		}
		if mark, ok := m.find(f, h, c); ok && !slices.ContainsFunc(out, mark.repeats) {
			out = append(out, mark)
		}
	}
	return out
}

// repeats reports whether another mark says the same of the same hop, as the
// rule does for each of several routes.
func (m chainMark) repeats(o chainMark) bool {
	return m.ladder == o.ladder && m.hop == o.hop && m.finding.Rule == o.finding.Rule && m.finding.Message == o.finding.Message
}

// find returns the hop that a finding marks: one that the rule speaks of, where
// the finding stands.
func (m marking) find(f *lint.Finding, h *host.Host, c *host.Chain) (chainMark, bool) {
	for i, l := range c.Ladders {
		if l.Kind != m.ladder {
			continue
		}
		for j, hop := range l.Hops {
			if hop.Party != m.party || hop.Heartbeat || !strings.HasSuffix(hop.Name, m.name) || !names(f, hop) {
				continue
			}
			if m.holds(l, j, f) && (l.Kind != host.AnswerLadder || passes(f, h, c)) && stands(f, hop, l) {
				return chainMark{i, j, f}, true
			}
		}
	}
	return chainMark{}, false
}

// names reports whether a finding is about the party, where that has a name.
func names(f *lint.Finding, hop host.Hop) bool {
	switch {
	case hop.App != nil:
		return concerns(f, hop.App)
	case hop.Balancer != nil:
		return touches(f, hop.Balancer.Span) || mentions(f, hop.Balancer.Name)
	}
	return true
}

// stands reports whether the finding stands where a hop of the ladder is decided: the
// hop that it marks, or, for one that no file decides, its neighbour.
func stands(f *lint.Finding, hop host.Hop, l host.Ladder) bool {
	if spokenOf(f, hop) || hop.Time.Origin.IsDefault() && listsMore(f) {
		return true
	}
	if hop.Party == host.Nginx {
		return false
	}
	return slices.ContainsFunc(l.Hops, func(o host.Hop) bool { return o.Party == host.Nginx && spokenOf(f, o) })
}

func spokenOf(f *lint.Finding, hop host.Hop) bool {
	return touches(f, hop.Time.Origin.Span) || slices.ContainsFunc(hop.At, func(s source.Span) bool { return touches(f, s) })
}

// passes reports whether a finding that lists passes of routes has one of the
// chain among them, or does not list all.
func passes(f *lint.Finding, h *host.Host, c *host.Chain) bool {
	in := func(list []*nginxconf.Route) bool {
		return slices.ContainsFunc(list, func(r *nginxconf.Route) bool { return slices.Contains(f.Spans(), r.Pass.HeadSpan()) })
	}
	return in(c.Routes) || listsMore(f) || h.Nginx == nil || !in(h.Nginx.Routes())
}

// listsMore reports whether a finding leaves places out of its list.
func listsMore(f *lint.Finding) bool {
	return slices.ContainsFunc(f.Related, func(r lint.Related) bool {
		return !r.Span.IsValid() && strings.HasPrefix(r.Label, "and ") && strings.HasSuffix(r.Label, " more")
	})
}

// speaksOf reports whether a finding is about the applications of a chain, where
// it is about applications at all.
func speaksOf(f *lint.Finding, h *host.Host, c *host.Chain) bool {
	about := func(a *appconf.App) bool { return concerns(f, a) }
	return slices.ContainsFunc(c.Apps, about) || !slices.ContainsFunc(h.Apps, about)
}

// concerns reports whether a finding is about an application: it names it, or a
// place of its declaration or its files.
func concerns(f *lint.Finding, a *appconf.App) bool {
	if touches(f, a.Span) || mentions(f, a.Name) {
		return true
	}
	return slices.ContainsFunc(f.Spans(), func(s source.Span) bool { return slices.Contains(a.Files, s.File) })
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

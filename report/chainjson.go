package report

import (
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

// The document of "show chain".
type (
	jsonWay struct {
		Addresses []string     `json:"addresses"`
		Server    jsonChosen   `json:"server"`
		Path      string       `json:"path,omitempty"` // decoded; none where nginx answers 400
		Location  *jsonChosen  `json:"location,omitempty"`
		Remarks   []jsonRemark `json:"remarks"`
		Chains    []jsonChain  `json:"chains"`
	}
	jsonChosen struct {
		jsonBlock
		By string `json:"by,omitempty"`
	}
	jsonRemark struct {
		Text string `json:"text"`
		jsonOrigin
	}
	jsonChain struct {
		Parties   []string     `json:"parties"`
		Places    []jsonBlock  `json:"places"`
		Condition *jsonPlace   `json:"condition,omitempty"`
		Passes    []jsonPlace  `json:"passes"`
		Silent    bool         `json:"silent,omitempty"` // WebSockets or streams may pass
		Upstream  *jsonBlock   `json:"upstream,omitempty"`
		Ladders   []jsonLadder `json:"ladders"`
		Settings  []jsonHop    `json:"settings"`
	}
	jsonLadder struct {
		Kind string    `json:"kind"`
		Hops []jsonHop `json:"hops"`
	}
	jsonHop struct {
		Party string `json:"party"`
		Name  string `json:"name"`
		// Setting is "" for a client, of whom nothing is declared.
		Setting string `json:"setting,omitempty"`
		Known   bool   `json:"known"`
		// Seconds is there for a finite time; Unlimited says that there is no limit.
		Seconds   *float64      `json:"seconds,omitempty"`
		Unlimited bool          `json:"unlimited,omitempty"`
		Why       string        `json:"why,omitempty"` // it is not known
		Note      string        `json:"note,omitempty"`
		Heartbeat bool          `json:"heartbeat,omitempty"`
		Origin    jsonOrigin    `json:"origin"`
		Findings  []jsonChained `json:"findings,omitempty"`
	}
	// A jsonOrigin is the place, or the default, that decides.
	jsonOrigin struct {
		Path    string           `json:"path,omitempty"`
		Start   *source.Position `json:"start,omitempty"`
		Default string           `json:"default,omitempty"`
		Assumed bool             `json:"assumed,omitempty"`
	}
	jsonChained struct {
		Rule        string `json:"rule"`
		Severity    string `json:"severity"`
		Message     string `json:"message"`
		Fingerprint string `json:"fingerprint"`
	}
)

func (c Chains) document(o Options) jsonPicture {
	out := o.newPicture("chain")
	out.URL = c.URL
	for _, h := range c.Hosts {
		shown := shownHost(h.Host)
		shown.Why = h.Why
		m := newMarker(h.Host, c.Findings)
		for _, w := range h.Ways {
			shown.Ways = append(shown.Ways, o.jsonWay(w, m))
		}
		for _, chain := range h.Chains {
			shown.Chains = append(shown.Chains, o.jsonChain(chain, m))
		}
		out.Hosts = append(out.Hosts, shown)
	}
	return out
}

func (o Options) jsonWay(w *host.Way, m *marker) jsonWay {
	out := jsonWay{
		Addresses: []string{}, Server: jsonChosen{o.jsonBlock(w.Server.Server), w.Server.Kind}, Path: w.Path,
		Remarks: []jsonRemark{}, Chains: []jsonChain{},
	}
	for _, a := range w.Addresses {
		out.Addresses = append(out.Addresses, a.String())
	}
	if at := w.Location.Scope; at != nil && at != w.Server.Server {
		out.Location = &jsonChosen{o.jsonBlock(at), matchKind(at)}
	}
	for _, r := range w.Remarks {
		out.Remarks = append(out.Remarks, jsonRemark{r.Text, o.jsonOrigin(source.Origin{Span: r.At})})
	}
	for _, chain := range w.Chains {
		out.Chains = append(out.Chains, o.jsonChain(chain, m))
	}
	return out
}

func (o Options) jsonChain(c *host.Chain, m *marker) jsonChain {
	out := jsonChain{Parties: parties(c), Places: []jsonBlock{}, Passes: []jsonPlace{}, Silent: c.Silent, Ladders: []jsonLadder{}, Settings: []jsonHop{}}
	for _, at := range c.Places {
		out.Places = append(out.Places, o.jsonBlock(at))
	}
	if c.Condition != nil {
		place := o.jsonPlace(c.Condition)
		out.Condition = &place
	}
	for _, r := range c.Routes {
		out.Passes = append(out.Passes, o.jsonPlace(r.Pass))
	}
	if c.Upstream != nil {
		block := o.jsonBlock(c.Upstream.Scope)
		out.Upstream = &block
	}
	marks := m.marks(c)
	for i, l := range c.Ladders {
		ladder := jsonLadder{Kind: [...]string{"answer", "client_idle", "pool_idle"}[l.Kind]}
		for j, hop := range l.Hops {
			shown := o.jsonHop(hop)
			for _, mark := range marksAt(marksIn(marks, i), j) {
				f := mark.finding
				shown.Findings = append(shown.Findings, jsonChained{f.Rule.Name, f.Severity.String(), f.Message, f.Fingerprint()})
			}
			ladder.Hops = append(ladder.Hops, shown)
		}
		out.Ladders = append(out.Ladders, ladder)
	}
	for _, hop := range c.Settings {
		out.Settings = append(out.Settings, o.jsonHop(hop))
	}
	return out
}

func (o Options) jsonHop(h host.Hop) jsonHop {
	out := jsonHop{
		Party: [...]string{"client", "balancer", "nginx", "app"}[h.Party], Name: h.Who, Setting: h.Name,
		Known: h.Time.Known, Why: h.Why, Note: h.Note, Heartbeat: h.Heartbeat, Origin: o.jsonOrigin(h.Time.Origin),
	}
	switch {
	case !h.Time.Known:
	case h.Unlimited():
		out.Unlimited = true
	default:
		seconds := h.Time.Value.Seconds()
		out.Seconds = &seconds
	}
	return out
}

func (o Options) jsonOrigin(at source.Origin) jsonOrigin {
	out := jsonOrigin{Default: at.Default, Assumed: at.Assumed}
	if at.Span.IsValid() {
		span := clamped(at.Span)
		start := span.Position()
		out.Path, out.Start = o.path(span.File.Path), &start
	}
	return out
}

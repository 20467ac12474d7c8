package host

import (
	"slices"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A Chain is the way of requests from what stands in front of nginx to the
// application behind it, with the time that every party gives the next one.
type Chain struct {
	// Places are the locations, or servers, whose requests take the chain, and
	// Routes what passes them on; no routes where nginx answers itself.
	Places []*nginxconf.Scope
	Routes []*nginxconf.Route
	// Condition is the "if" or limit_except under which the requests are passed on
	// so; nil for none.
	Condition *nginxconf.Directive
	// Silent: WebSockets or streams may take the chain. For them the times for an
	// answer limit how long nothing is said.
	Silent bool
	// Balancers, Upstream and Apps are the parties besides nginx; Upstream is nil
	// for a literal address.
	Balancers []*appconf.LoadBalancer
	Upstream  *nginxconf.Upstream
	Apps      []*appconf.App
	// Ladders compare times. Settings are all times of all parties, those that no
	// ladder has among them.
	Ladders  []Ladder
	Settings []Hop
}

// LadderKind says what a ladder compares.
type LadderKind uint8

// The kinds of ladders.
const (
	// AnswerLadder: how long each party waits for an answer. The inner one should
	// give up first, for only it can stop the work.
	AnswerLadder LadderKind = iota
	// ClientIdleLadder: how long idle connections to nginx are kept. The party that
	// opens them should let go first.
	ClientIdleLadder
	// PoolIdleLadder: the same for connections from nginx to an upstream.
	PoolIdleLadder
)

// A Ladder is the times of one kind, those of the outermost party first.
type Ladder struct {
	Kind LadderKind
	Hops []Hop
}

// Party is one of those that a request passes.
type Party uint8

// The parties from outside inwards.
const (
	Client Party = iota
	Balancer
	Nginx
	App
)

// A Hop is one time that a party keeps.
type Hop struct {
	Party Party
	// Who is the party's name: that of a balancer or an application, "nginx".
	Who string
	// Name is the setting: "proxy_read_timeout", or, for a time that several
	// settings come to, what it is.
	Name string
	// Time is [appconf.Infinite] for no limit. Where it is not known its origin may
	// still say what decides.
	Time source.Setting[time.Duration]
	// Why says why the time is not known: "not declared", or why nobody can tell.
	Why string
	// Note says what the number alone does not; "" for nothing.
	Note string
	// Heartbeat: the time limits silence of a worker process, not a request.
	Heartbeat bool
	// Balancer and App are the party; nil for others.
	Balancer *appconf.LoadBalancer
	App      *appconf.App
	// At are places besides the setting's own where the hop is spoken of: the pass
	// directive, the upstream block.
	At []source.Span
}

// Unlimited reports that the hop surely has no limit.
func (h Hop) Unlimited() bool { return h.Time.Known && h.Time.Value == appconf.Infinite }

const notDeclared = "not declared"

// Chains returns every chain of the host's http servers, those with the same
// parties and times as one, in reading order. What nginx answers itself has a
// chain only where a balancer keeps connections to it, or nothing is passed on. A
// host without nginx has one where balancers connect to an application.
func (h *Host) Chains() []*Chain {
	if h.Nginx == nil {
		return h.directChain()
	}
	b := newChainBuilder(h)
	var out chainList
	passing := map[*nginxconf.Scope]bool{}
	for _, r := range h.Nginx.Routes() {
		if r.Module == "stream" || r.Scope.Enclosing(nginxconf.InLocation).Answer() != nil {
			continue
		}
		for s := r.Scope; s != nil; s = s.Parent {
			passing[s] = true
		}
		out.add(b.chain(r.Scope.Enclosing(nginxconf.InLocation), r))
	}
	if len(h.Balancers) == 0 && len(out.chains) > 0 {
		return out.chains
	}
	for _, server := range h.Nginx.HTTPServers() {
		server.Walk(func(s *nginxconf.Scope) {
			if s.Context&(nginxconf.InServer|nginxconf.InLocation) != 0 && !passing[s] {
				out.add(b.chain(s, nil))
			}
		})
	}
	return out.chains
}

func (h *Host) directChain() []*Chain {
	a, _ := h.Direct()
	if a == nil {
		return nil
	}
	c := &Chain{Balancers: h.Balancers, Apps: []*appconf.App{a}}
	c.Ladders = []Ladder{
		{AnswerLadder, append(c.callers(answerOf), h.requestHop(a, nil))},
		{ClientIdleLadder, append(c.callers(idleOf), keepHop(a))},
	}
	c.Settings = append(c.balancerTimes(), h.appTimes(a, nil)...)
	return []*Chain{c}
}

// A chainBuilder makes the chains of a host.
type chainBuilder struct {
	*Host
	balanced []*nginxconf.Scope // servers that balancers connect to
}

func newChainBuilder(h *Host) *chainBuilder {
	b := &chainBuilder{Host: h}
	if len(h.Balancers) > 0 {
		b.balanced = h.balancedServers()
	}
	return b
}

// chain returns the chain of a location's requests; r is nil where nginx answers.
func (h *chainBuilder) chain(at *nginxconf.Scope, r *nginxconf.Route) *Chain {
	c := &Chain{Places: []*nginxconf.Scope{at}}
	if slices.Contains(h.balanced, at.Enclosing(nginxconf.InServer)) {
		c.Balancers = h.Balancers
	}
	if r != nil {
		c.Routes, c.Upstream, c.Apps = []*nginxconf.Route{r}, r.Upstream, h.AppsOn(r)
		c.Silent = h.mayBeSilent(r)
		if r.Scope != at {
			c.Condition = r.Scope.Directive
		}
		c.Ladders = append(c.Ladders, Ladder{AnswerLadder, h.answerHops(c, r)})
	}
	c.Ladders = append(c.Ladders, Ladder{ClientIdleLadder, h.clientIdleHops(c, at, r)})
	if r != nil {
		c.Ladders = append(c.Ladders, Ladder{PoolIdleLadder, h.poolIdleHops(c, r)})
	}
	c.Settings = h.settings(c, at, r)
	return c
}

// answerHops are the times for an answer.
func (h *Host) answerHops(c *Chain, r *nginxconf.Route) []Hop {
	hops := c.callers(answerOf)
	read := directiveHop(r.Scope, r.Module+"_read_timeout")
	read.At = append(read.At, r.Pass.HeadSpan())
	if sum, ok := h.worstCase(r); ok {
		hops = append(hops, sum)
	}
	hops = append(hops, read)
	for _, a := range c.Apps {
		hops = append(hops, h.requestHop(a, r.Scope))
		if beat := a.WorkerTimeout; beat.Known && beat.Origin != a.RequestTimeout.Origin {
			hops = append(hops, appHop(a, Hop{Name: "worker_timeout", Time: beat, Heartbeat: true, Note: "heartbeat of a worker, limits no request"}))
		}
	}
	return append(hops, undeclared(c, r, "request_timeout")...)
}

// clientIdleHops are the times for idle connections to nginx.
func (h *Host) clientIdleHops(c *Chain, at *nginxconf.Scope, r *nginxconf.Route) []Hop {
	hops := c.callers(idleOf)
	if r != nil {
		at = r.Scope
	}
	idle := directiveHop(at, "keepalive_timeout")
	if closesEach(at) || idle.Time.Known && idle.Time.Value == 0 {
		idle.Note = "closes after each answer"
	}
	if http := h.Nginx.HTTP(); http != nil && idle.Time.Origin.IsDefault() {
		idle.At = append(idle.At, http.Directive.NameSpan())
	}
	return append(hops, idle)
}

func answerOf(b *appconf.LoadBalancer) Hop {
	return Hop{Name: "request_timeout", Time: b.RequestTimeout}
}

func idleOf(b *appconf.LoadBalancer) Hop {
	hop := Hop{Name: "idle_timeout", Time: b.IdleTimeout}
	if b.Layer == 4 {
		hop.Note = "forwards connections: the other side has to close first"
	}
	return hop
}

// callers are the parties in front.
func (c *Chain) callers(of func(*appconf.LoadBalancer) Hop) []Hop {
	if len(c.Balancers) == 0 {
		return []Hop{{Party: Client, Who: "client", Why: notDeclared}}
	}
	var hops []Hop
	for _, b := range c.Balancers {
		hops = append(hops, balancerHop(b, of(b)))
	}
	return hops
}

func balancerHop(b *appconf.LoadBalancer, hop Hop) Hop {
	hop.Party, hop.Who, hop.Balancer, hop.At = Balancer, b.Name, b, []source.Span{b.Span}
	if !hop.Time.Known {
		hop.Why = notDeclared
	}
	return hop
}

// directiveHop is a time that a directive of nginx decides.
func directiveHop(s *nginxconf.Scope, name string) Hop {
	v := s.Effective(name)
	hop := Hop{Party: Nginx, Who: "nginx", Name: name, Time: v.Time()}
	switch {
	case !v.Known:
		hop.Time.Origin, hop.Why = source.Origin{Span: v.Doubt.Span}, v.Doubt.Why
	case !hop.Time.Known && v.Directive() != nil:
		hop.Why = "the value is no time that can be read"
	case !hop.Time.Known:
		hop.Why = "there is no default"
	}
	return hop
}

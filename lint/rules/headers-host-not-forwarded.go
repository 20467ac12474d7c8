package rules

import (
	"slices"
	"sync"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var hostNotForwarded = &lint.Rule{
	Name:  "headers/host-not-forwarded",
	Title: "the application sees the upstream's name as the host it is asked for",
	Why: "nginx sends $proxy_host unless told otherwise: the name of the upstream block, or the address. What an application makes of the Host header, " +
		"such as links, redirects, cookies and the choice of a site, then names something that clients cannot reach.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header",
	},
	Severity: lint.Info,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runHostNotForwarded,
}

func runHostNotForwarded(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	lacks := func(s *host.HeaderSet) bool {
		return !s.Sets("Host", "X-Forwarded-Host", "X-Original-Host", "Forwarded")
	}
	for _, l := range lackingSets(p, lacks) {
		r := p.Report(l.routes[0].Pass.HeadSpan(), "applications are asked for the host %s, not for the one that clients ask for", l.routes[0].Address).
			Key("Host in %s", l.at.Path()).SeeAll(nginxconf.PassSpans(l.routes[1:]), "and from here")
		if set := l.sets[0]; len(set.Directives) == 0 {
			r.SeeOrigin(set.Origin(), "Host is $proxy_host")
		} else {
			r.See(set.Directives[0].HeadSpan(), "the headers that are set here leave Host as it is")
		}
		r.SuggestUnsafe("send Host $host", "an application that goes by the upstream's name does not know the one that clients use",
			l.insert(nginxconf.Statement{Name: "proxy_set_header", Words: []string{"Host", "$host"}})...)
	}
}

// A lackingSet is sets of headers that lack an entry, in one server or of http.
type lackingSet struct {
	at     *nginxconf.Scope
	sets   []*host.HeaderSet
	routes []*nginxconf.Route
	// alone: nothing but clients' requests to the host's own applications has them
	alone bool
}

// lackingSets returns the sets that lack something and that clients' requests to
// the host's own applications carry. What a set would inherit but for its own entries
// is headers/inherited-set-lost.
func lackingSets(p *lint.Pass, lacks func(*host.HeaderSet) bool) []*lackingSet {
	var out []*lackingSet
	index := map[*nginxconf.Directive]*lackingSet{}
	clients, lost := sync.OnceValue(p.Host.ClientRoutes), sync.OnceValue(func() lostOf { return lostHeaders(p.Host) }) // which few hosts need
	for _, s := range p.Host.HeaderSets() {
		if !lacks(s) || !lacks(withLost(s, lost()[s.At.Directive])) {
			continue
		}
		routes := slices.DeleteFunc(slices.Clone(s.Routes), func(r *nginxconf.Route) bool { return !clients()[r] })
		if len(routes) == 0 {
			continue
		}
		at := s.At
		if server := at.Enclosing(nginxconf.InServer); server != nil {
			at = server
		}
		l := index[at.Directive]
		if l == nil {
			l = &lackingSet{at: at, alone: true}
			index[at.Directive], out = l, append(out, l)
		}
		l.sets, l.routes = append(l.sets, s), append(l.routes, routes...)
		l.alone = l.alone && !s.Unread && len(routes) == len(s.Routes)
	}
	return out
}

// A lostOf is what blocks lose of the outer set, by block.
type lostOf map[*nginxconf.Directive][]*nginxconf.Directive

func lostHeaders(h *host.Host) lostOf {
	lost, _ := h.LostSets()
	out := lostOf{}
	for _, l := range lost {
		if l.Name == setHeader {
			out[l.Scope.Directive] = l.Lost
		}
	}
	return out
}

// withLost is a set together with what its block loses of the outer one.
func withLost(s *host.HeaderSet, lost []*nginxconf.Directive) *host.HeaderSet {
	whole := *s
	whole.Directives = slices.Concat(s.Directives, lost)
	return &whole
}

// insert adds entries to every set, none where others carry it too. A server
// without a set gets none where locations have their own, which would lose it.
func (l *lackingSet) insert(entries ...nginxconf.Statement) []source.Edit {
	if !l.alone {
		return nil
	}
	var edits []source.Edit
	for _, s := range l.sets {
		blocks := []*nginxconf.Scope{s.At}
		if len(s.Directives) == 0 && setWithin(s.At) {
			blocks = host.LocationsOf(s.Routes)
		}
		for _, at := range blocks {
			edits = append(edits, at.Insert(entries...)...)
		}
	}
	return edits
}

// setWithin reports whether a location of a server has a set of headers.
func setWithin(server *nginxconf.Scope) bool {
	found := false
	server.Walk(func(s *nginxconf.Scope) { found = found || s != server && len(s.Own("proxy_set_header")) > 0 })
	return found
}

package rules

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var connectionUpgradeHardcoded = &lint.Rule{
	Name:  "upstream/connection-upgrade-hardcoded",
	Title: "plain requests carry Connection: upgrade",
	Why: "The header belongs to the request that opens a WebSocket. Some servers refuse a plain request that has it, above all one with a body " +
		"(Kestrel: \"Upgrade cannot have body\"), and the client sees 400 or 502. " +
		"A map of $http_upgrade sends it exactly where the client asks for another protocol.",
	Refs: []string{
		"https://nginx.org/en/docs/http/websocket.html",
		"https://www.rfc-editor.org/rfc/rfc9110#section-7.8",
	},
	Severity: lint.Warning,
	Apply:    []string{"nginx -s reload"},
	Run:      runConnectionUpgradeHardcoded,
}

func runConnectionUpgradeHardcoded(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	routes := map[*nginxconf.Directive][]*nginxconf.Route{}
	var found []*nginxconf.Directive
	for _, r := range p.Host.Nginx.Routes() {
		headers := r.Scope.Effective(setHeader)
		d := host.ConnectionHeader(headers)
		if r.Module != "proxy" || !headers.Known || d == nil || !host.SaysUpgrade(d) {
			continue
		}
		if routes[d] == nil {
			found = append(found, d)
		}
		routes[d] = append(routes[d], r)
	}
	for _, d := range found {
		plain := slices.DeleteFunc(slices.Clone(routes[d]), func(r *nginxconf.Route) bool {
			return !host.TakesEverything(r) || p.Host.MayBeForWebSockets(r)
		})
		if len(plain) > 0 {
			reportHardcoded(p, d, routes[d], plain)
		}
	}
}

func reportHardcoded(p *lint.Pass, d *nginxconf.Directive, routes, plain []*nginxconf.Route) {
	r := p.Report(d.HeadSpan(), "every request to %s says Connection: upgrade, plain ones too", strings.TrimPrefix(plain[0].Pass.Arg(0), plain[0].Scheme+"://")).
		Key("%s Connection in %s", setHeader, plain[0].Scope.Effective(setHeader).Level.Path())
	var places []source.Span
	for _, route := range plain {
		places = append(places, route.Scope.Enclosing(nginxconf.InLocation).Directive.HeadSpan())
	}
	r.SeeAll(places, "takes all requests that no other location wants")
	variable, edits, ok := upgradeVariable(p.Host, routes)
	if ok {
		r.SuggestUnsafe("set Connection to "+variable+", which depends on the client's Upgrade header",
			"requests without an Upgrade header no longer say Connection: upgrade", append(edits, d.SetArg(1, variable))...)
	}
}

const upgradeName = "$connection_upgrade"

// upgradeVariable returns a variable that is "upgrade" for requests that ask for
// another protocol, and the edits that define it where none does. For others it
// is empty where a route is to use a pool, else "close". ok is false where that
// cannot be had.
func upgradeVariable(h *host.Host, routes []*nginxconf.Route) (variable string, edits []source.Edit, ok bool) {
	http := h.Nginx.HTTP()
	if http == nil || h.Nginx.Hidden() != nil {
		return "", nil, false
	}
	pooled, otherwise := slices.ContainsFunc(routes, func(r *nginxconf.Route) bool { return keepsOpen(h, r) }), "close"
	if pooled {
		otherwise = `""`
	}
	for _, d := range http.Own("map") {
		plain, known := h.PlainValue(d.Arg(1))
		if d.Arg(0) == "$http_upgrade" && known && !(pooled && strings.EqualFold(plain, "close")) && givesUpgrade(d) {
			return d.Arg(1), nil, true
		}
	}
	edits = insertAboveServer(routes[0], nginxconf.Statement{Name: "map", Words: []string{"$http_upgrade", upgradeName},
		Block: []nginxconf.Statement{{Name: "default", Words: []string{"upgrade"}}, {Name: `""`, Words: []string{otherwise}}}})
	return upgradeName, edits, edits != nil && !mentions(h.Nginx, upgradeName)
}

// keepsOpen reports whether a route leads to a pool that is used, or that somebody
// asked for.
func keepsOpen(h *host.Host, r *nginxconf.Route) bool {
	if r.Upstream == nil {
		return false
	}
	pool, ok := h.PoolOf(r.Upstream)
	return ok && (!pool.Origin.IsDefault() || !h.ReuseOn(r).Close)
}

// givesUpgrade reports whether a map says "upgrade" by default.
func givesUpgrade(d *nginxconf.Directive) bool {
	return d.Block != nil && slices.ContainsFunc(d.Block.Directives, func(entry *nginxconf.Directive) bool {
		return entry.Name == "default" && strings.EqualFold(entry.Arg(0), "upgrade")
	})
}

// mentions reports whether a variable stands anywhere: somebody gives it a value,
// or means something by it.
func mentions(c *nginxconf.Config, variable string) bool {
	found := false
	c.Root.Walk(func(s *nginxconf.Scope) {
		for _, d := range s.Items() {
			found = found || slices.Contains(texts(d), variable)
		}
	})
	return found
}

// insertAboveServer adds a block above the server of a route.
func insertAboveServer(r *nginxconf.Route, block nginxconf.Statement) []source.Edit {
	server := r.Scope.Enclosing(nginxconf.InServer)
	if server == nil {
		return nil
	}
	return server.InsertAbove(block)
}

package rules

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

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
	pooled, otherwise := slices.ContainsFunc(routes, h.KeepsOpen), "close"
	if pooled {
		otherwise = `""`
	}
	for _, d := range http.Own("map") {
		plain, known := h.PlainValue(d.Arg(1))
		usable := known && (plain == "" || !pooled && strings.EqualFold(plain, "close"))
		if d.Arg(0) == "$http_upgrade" && usable && givesUpgrade(d) {
			return d.Arg(1), nil, true
		}
	}
	edits = insertAboveServer(routes[0], nginxconf.Statement{Name: "map", Words: []string{"$http_upgrade", upgradeName},
		Block: []nginxconf.Statement{{Name: "default", Words: []string{"upgrade"}}, {Name: `""`, Words: []string{otherwise}}}})
	return upgradeName, edits, edits != nil && !mentions(h.Nginx, upgradeName)
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

// passHandshake passes the handshake on in the location of a route and leaves
// every other header, and every other route, as it was; nil when that cannot be
// done.
func passHandshake(h *host.Host, r *nginxconf.Route, variable string) []source.Edit {
	s, location := host.HandshakeOn(r), r.Scope.Enclosing(nginxconf.InLocation)
	reach := h.ReachOf(setHeader)
	if s.Version.First() == "2" || !reach.SameInAllPlaces(location) || h.PassesWithin(location) {
		return nil
	}
	var edits []source.Edit
	var add []nginxconf.Statement
	if d := s.Version.Directive(); !s.HTTP11 && d != nil && s.Version.Level == location {
		edits = append(edits, d.SetArg(0, "1.1"))
	} else if !s.HTTP11 {
		add = append(add, nginxconf.Statement{Name: httpVersion, Words: []string{"1.1"}})
	}
	headers, set := handshakeHeaders(s, location, variable)
	edits = append(edits, set...)
	if add = append(add, headers...); len(add) == 0 {
		return edits
	}
	return append(edits, location.Insert(add...)...)
}

// handshakeHeaders returns the headers that a location lacks, with those it
// inherits and would no longer, or the edit of one that it has.
func handshakeHeaders(s host.Handshake, location *nginxconf.Scope, variable string) (add []nginxconf.Statement, edits []source.Edit) {
	if s.Upgrade && s.Connection {
		return nil, nil
	}
	connection := host.ConnectionHeader(s.Headers)
	own := s.Headers.Level == location
	stays := s.Connection && (own || !host.SaysUpgrade(connection))
	switch {
	case own:
	case stays:
		add = restate(s.Headers, nil)
	default:
		add = restate(s.Headers, connection)
	}
	if !s.Upgrade {
		add = append(add, nginxconf.Statement{Name: setHeader, Words: []string{"Upgrade", "$http_upgrade"}})
	}
	switch {
	case stays:
	case own && connection != nil:
		edits = append(edits, connection.SetArg(1, variable))
	default:
		add = append(add, nginxconf.Statement{Name: setHeader, Words: []string{"Connection", variable}})
	}
	return add, edits
}

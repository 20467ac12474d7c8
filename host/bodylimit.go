package host

import (
	"slices"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A BodyLimit is one value of client_max_body_size in front of an application
// that takes another size of request bodies.
type BodyLimit struct {
	App *appconf.App
	// Edge is nginx's limit in bytes, 0 for none; Directive decides it in Level, and
	// is nil for the default.
	Edge      source.Setting[int64]
	Directive *nginxconf.Directive
	Level     *nginxconf.Scope
	Routes    []*nginxconf.Route
	// Blocks are those whose value counts on the routes, each once: the locations, or
	// the server of a named location, which nginx reaches after it has looked at the
	// size.
	Blocks []*nginxconf.Scope
	// Alone reports that the directive counts on no other routes.
	Alone bool

	seen map[*nginxconf.Directive]bool // the Blocks
}

// Above reports that nginx takes more than the application.
func (l *BodyLimit) Above() bool { return l.Edge.Value == 0 || l.Edge.Value > l.App.MaxBodySize.Value }

// BodyLimits returns the values of client_max_body_size in front of every
// application that has a limit. unread are routes where the value cannot be read.
func (h *Host) BodyLimits() (found []*BodyLimit, unread []*nginxconf.Route) {
	inForce := map[*nginxconf.Directive]int{}
	for _, r := range h.Nginx.Routes() {
		block, sure := bodyBlock(r)
		if block == nil || keepsBody(r) {
			continue
		}
		v := block.Effective("client_max_body_size")
		inForce[v.Directive()]++
		edge := v.Size()
		for _, a := range h.AppsOn(r) {
			switch {
			case !a.MaxBodySize.Known || a.MaxBodySize.Value < 1:
			case !sure || !edge.Known:
				unread = append(unread, r)
			default:
				found = joinBodyLimit(found, &BodyLimit{App: a, Edge: edge, Directive: v.Directive(), Level: v.Level}, r, block)
			}
		}
	}
	for _, l := range found {
		l.Alone = l.Directive != nil && inForce[l.Directive] == len(l.Routes)
	}
	return found, unread
}

// bodyBlock returns the block whose limit counts on a route; sure is false where
// that depends on which location hands over to a named one. nil for streams.
func bodyBlock(r *nginxconf.Route) (block *nginxconf.Scope, sure bool) {
	location, server := r.Scope.Enclosing(nginxconf.InLocation), r.Scope.Enclosing(nginxconf.InServer)
	if location == nil || server == nil {
		return nil, false
	}
	if nginxconf.MatchOf(location.Directive).Operator != "@" {
		return location, true
	}
	sure = true
	server.Walk(func(s *nginxconf.Scope) {
		sure = sure && (s == server || len(s.Own("client_max_body_size")) == 0)
	})
	return server, sure
}

// keepsBody reports whether the application never sees the body of a request.
func keepsBody(r *nginxconf.Route) bool {
	v := r.Scope.Effective(r.Module + "_pass_request_body")
	return v.Known && v.Directive() != nil && !v.On().Value
}

func joinBodyLimit(found []*BodyLimit, l *BodyLimit, r *nginxconf.Route, block *nginxconf.Scope) []*BodyLimit {
	i := slices.IndexFunc(found, func(f *BodyLimit) bool { return f.App == l.App && f.Directive == l.Directive })
	if i < 0 {
		l.seen = map[*nginxconf.Directive]bool{}
		i, found = len(found), append(found, l)
	}
	f := found[i]
	f.Routes = append(f.Routes, r)
	if !f.seen[block.Directive] {
		f.seen[block.Directive] = true
		f.Blocks = append(f.Blocks, block)
	}
	return found
}

package host

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// A Count bounds a number that names make uncertain. Most is [AnyNumber] where
// nothing bounds it.
type Count struct{ Least, Most int }

// AnyNumber is the bound of a [Count] that has none.
const AnyNumber = 1 << 30

// Peers is how nginx counts the servers of an upstream: by address, so that a
// name stands for as many as it resolves to (ngx_http_upstream_init_round_robin).
type Peers struct {
	// All counts every server line, also those marked down and backup servers. Where
	// it is one, nginx never takes the server out, whatever max_fails says.
	All Count
	// Usable leaves out those marked down.
	Usable Count
}

// Single reports whether failures surely have no consequence: there is one
// address, and no other one beside it.
func (p Peers) Single() bool { return p.All.Most == 1 }

// Several reports whether there are surely more addresses than one, so that
// max_fails and fail_timeout count.
func (p Peers) Several() bool { return p.All.Least > 1 }

// PeersOf counts the servers of an upstream.
func (h *Host) PeersOf(u *nginxconf.Upstream) Peers {
	p := Peers{}
	if u.Scope.MayHold("server") {
		p.All.Most, p.Usable.Most = AnyNumber, AnyNumber
	}
	for _, s := range u.Servers {
		n := h.addresses(s)
		p.All = p.All.plus(n)
		if !s.Down {
			p.Usable = p.Usable.plus(n)
		}
	}
	return p
}

func (c Count) plus(d Count) Count {
	return Count{c.Least + d.Least, min(AnyNumber, c.Most+d.Most)}
}

// addresses counts what a server line stands for.
func (h *Host) addresses(s *nginxconf.Server) Count {
	name := nameOf(s.Address)
	switch {
	case !isName(s.Address):
		return Count{1, 1}
	case !strings.EqualFold(name, "localhost"):
		return Count{1, AnyNumber}
	}
	families, certain := h.Localhost()
	switch {
	case !certain:
		return Count{1, 2}
	case families.IPv4 && families.IPv6:
		return Count{2, 2}
	}
	return Count{1, 1}
}

// ChecksActively reports whether something else than failed requests decides, or
// may decide, which servers of an upstream get requests: health checks, or a
// balancer written in Lua.
func (h *Host) ChecksActively(u *nginxconf.Upstream) bool {
	for _, name := range []string{"check", "balancer_by_lua_block", "balancer_by_lua_file", "balancer_by_lua"} {
		if u.Scope.MayHold(name) || u.Scope.Last(name) != nil {
			return true
		}
	}
	return h.Nginx.Has("health_check")
}

package host

import (
	"net"
	"strings"
	"time"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
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

// nameOf cuts the port off an address.
func nameOf(address string) string {
	if name, _, err := net.SplitHostPort(address); err == nil {
		return name
	}
	return strings.Trim(address, "[]")
}

// Families are the kinds of addresses that a name has.
type Families struct{ IPv4, IPv6 bool }

// Localhost returns the addresses of the name localhost, by /etc/hosts and the
// kernel settings that turn IPv6 off. Where there is no such file at hand, or a
// container gets one when it starts, it is what distributions ship, both, and
// not certain.
func (h *Host) Localhost() (families Families, certain bool) {
	for _, key := range []string{"net.ipv6.conf.all.disable_ipv6", "net.ipv6.conf.lo.disable_ipv6"} {
		if v := h.Sysctl.Int(key); v.Known && v.Value == 1 && !h.Facts.Container.Value {
			return Families{IPv4: true}, true
		}
	}
	text, ok := read(h.View, "/etc/hosts")
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		for i, field := range fields {
			if i > 0 && strings.EqualFold(field, "localhost") {
				ip := net.ParseIP(fields[0])
				families.IPv4 = families.IPv4 || ip.To4() != nil
				families.IPv6 = families.IPv6 || ip != nil && ip.To4() == nil
			}
		}
	}
	if !ok || h.Facts.Container.Value || families == (Families{}) {
		return Families{true, true}, false
	}
	return families, true
}

// FailSettings is when nginx takes a server out: after so many failures within
// a time, and for that time.
type FailSettings struct {
	MaxFails    int64
	FailTimeout time.Duration
	// Span is the server line; Default reports that it sets neither.
	Span    source.Span
	Default bool
}

// The defaults of max_fails and fail_timeout (ngx_http_upstream_server).
const (
	defaultMaxFails    = 1
	defaultFailTimeout = 10 * time.Second
)

// FailSettingsOf reads max_fails and fail_timeout of a server; false where nginx
// would refuse them.
func FailSettingsOf(s *nginxconf.Server) (FailSettings, bool) {
	f := FailSettings{defaultMaxFails, defaultFailTimeout, s.Directive.HeadSpan(), true}
	ok := true
	if i, text := s.Directive.Param("max_fails"); i >= 0 {
		f.Default = false
		f.MaxFails, ok = nginxconf.ParseNumber(text)
	}
	if i, text := s.Directive.Param("fail_timeout"); i >= 0 && ok {
		f.Default = false
		f.FailTimeout, ok = nginxconf.ParseTime(text, true)
	}
	return f, ok
}

// AllMayFail reports whether every server that may get a request is taken out
// after failures, so that none may be left, and returns the settings of the one
// that comes back first.
func AllMayFail(u *nginxconf.Upstream) (shortest FailSettings, all bool) {
	for _, s := range u.Servers {
		f, ok := FailSettingsOf(s)
		switch {
		case s.Down:
		case !ok || f.MaxFails == 0 || f.FailTimeout == 0:
			return FailSettings{}, false
		case !all || f.FailTimeout < shortest.FailTimeout:
			shortest, all = f, true
		}
	}
	return shortest, all
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

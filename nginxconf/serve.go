package nginxconf

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// A Served is what takes a request, on one address or several.
type Served struct {
	// Addresses are those where it is so; none when the URL names no host.
	Addresses []*Address
	Server    ServerChoice
	// Path is the decoded path; "" where nginx answers 400, for the reason in Bad.
	Path string
	Bad  error
	// Return answers in the server before a location is chosen; nil for none.
	Return *Directive
	// Location is chosen in the server; its Scope is the server where no location
	// takes the path. It is zero where Bad or Return decide.
	Location Choice
}

// Serve returns what takes a request, once for each outcome: the address that a
// client connects to is not always known, and a URL without a host means every
// server. The error says why nothing does.
func (c *Config) Serve(r Request) ([]Served, error) {
	if c.HTTP() == nil {
		return nil, errors.New("the http block could not be read to its end")
	}
	if r.Host == "" && r.Socket == "" {
		return c.serveEverywhere(r)
	}
	addresses, err := c.reached(r)
	var out []Served
	for _, a := range addresses {
		out = joinServed(out, Served{Addresses: []*Address{a}, Server: a.Choose(r.header())}.locate(r, a))
	}
	return out, err
}

// serveEverywhere asks every server.
func (c *Config) serveEverywhere(r Request) ([]Served, error) {
	var out []Served
	for _, server := range c.HTTPServers() {
		out = append(out, Served{Server: ServerChoice{Server: server}}.locate(r, nil))
	}
	if len(out) == 0 {
		return nil, errors.New("there is no http server")
	}
	return out, nil
}

// locate chooses the location. Slashes are merged as the default server of the
// address says, for the path is read before the name; on TLS the client has told
// the name by then.
func (s Served) locate(r Request, a *Address) Served {
	first := s.Server.Server
	if a != nil && !a.tls() {
		first = a.Servers[0]
		if a.Default != nil {
			first = a.Default
		}
	}
	s.Path, s.Bad = DecodePath(r.Target, first.Effective("merge_slashes").On().Value)
	if s.Bad != nil {
		return s
	}
	if s.Return = s.Server.Server.Answer(); s.Return == nil {
		s.Location = s.Server.Server.Choose(s.Path)
	}
	return s
}

// joinServed adds an outcome, or its address to the same one.
func joinServed(list []Served, s Served) []Served {
	for i := range list {
		o := &list[i]
		if o.Server.Server == s.Server.Server && o.Location.Scope == s.Location.Scope && o.Path == s.Path {
			o.Addresses = append(o.Addresses, s.Addresses...)
			for _, d := range s.Server.Doubts {
				if !slices.Contains(o.Server.Doubts, d) {
					o.Server.Doubts = append(o.Server.Doubts, d)
				}
			}
			return list
		}
	}
	return append(list, s)
}

// reached returns the addresses that take a request: where the very address is
// listened on, no wildcard does.
func (c *Config) reached(r Request) ([]*Address, error) {
	var out []*Address
	best, open := 0, false
	for _, a := range c.Addresses() {
		n := r.reaches(a)
		if n < best || n == 0 {
			continue
		}
		open = true
		if r.Scheme != "" && (r.Scheme == "https") != a.tls() && r.Socket == "" || a.QUIC && r.Scheme != "https" {
			continue
		}
		if n > best {
			out, best = nil, n
		}
		out = append(out, a)
	}
	switch {
	case len(out) > 0:
		return out, nil
	case open && r.Scheme == "https":
		return nil, fmt.Errorf("port %s is listened on without TLS", r.Port)
	case open:
		return nil, fmt.Errorf("port %s is listened on with TLS only; write https://", r.Port)
	case r.Socket != "":
		return nil, fmt.Errorf("no http server listens on unix:%s%s", r.Socket, c.listened())
	}
	where := "port " + r.Port
	if net.ParseIP(r.Host) != nil {
		where = strings.TrimSuffix(net.JoinHostPort(r.Host, r.Port), ":")
	}
	return nil, fmt.Errorf("no http server listens on %s%s", where, c.listened())
}

// listened lists the addresses.
func (c *Config) listened() string {
	var names []string
	for _, a := range c.Addresses() {
		names = append(names, a.String())
	}
	if len(names) == 0 {
		return ""
	}
	return " (there are: " + strings.Join(names, ", ") + ")"
}

// tls reports whether a connection to the address starts with TLS: some listen
// directive of it says so, or, up to nginx 1.25.0, "ssl on" of its default server.
func (a *Address) tls() bool {
	first := a.Servers[0]
	if a.Default != nil {
		first = a.Default
	}
	isTLS := func(d *Directive) bool { return d != nil && d.word("ssl") > 0 }
	return a.QUIC || slices.ContainsFunc(a.Listens, isTLS) || len(first.Effective("ssl").Directives) > 0 && first.Effective("ssl").On().Value
}

// Answer returns the return directive that surely answers every request that
// gets to a server or location, before anything else of it; nil for none.
func (s *Scope) Answer() *Directive {
	for _, d := range s.Items() {
		switch d.Name {
		case "return":
			if d.Certain() && !s.MayHold("rewrite") && !s.MayHold("if") && !s.MayHold("break") && !s.MayHold("return") {
				return d
			}
			return nil
		case "rewrite", "if", "break":
			return nil
		}
	}
	return nil
}

// Detours returns the directives by which a request that gets to a server or
// location may be answered by another one: rewrite, return under a condition, if,
// try_files, error_page and Lua code. What a location inherits is among them.
func (s *Scope) Detours() []*Directive {
	var out []*Directive
	if s.Answer() != nil {
		return nil
	}
	for _, d := range s.Items() {
		switch d.Name {
		case "rewrite", "return", "if", "try_files":
			out = append(out, d)
		default:
			if strings.HasPrefix(d.Name, "rewrite_by_lua") || strings.HasPrefix(d.Name, "access_by_lua") {
				out = append(out, d)
			}
		}
	}
	if s.Context == InLocation {
		out = append(out, s.Effective("error_page").Directives...)
	}
	return out
}

// Unseen returns places that may hold another server, or, in a server, another
// location: a template decides, or a file could not be read.
func (s *Scope) Unseen(name string) []source.Skip {
	var out []source.Skip
	for _, e := range s.unread {
		if e.mayHold(name) {
			out = append(out, source.Skip{Span: e.Directive.HeadSpan(), Why: e.Why()})
		}
	}
	for _, child := range s.Children {
		if why := child.Directive.Uncertain(); why != "" && child.Directive.Name == name {
			out = append(out, source.Skip{Span: child.Directive.HeadSpan(), Why: why})
		}
	}
	return out
}

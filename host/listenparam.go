package host

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// hidesListens reports whether a file that could not be read may hold a listen
// directive; those of nginx's own packages hold none.
func (h *Host) hidesListens() bool {
	return slices.ContainsFunc(h.Nginx.Includes, func(e *nginxconf.IncludeError) bool { return !e.Packaged() })
}

// ToListen returns the edits that say "ssl on" or "http2 on" with a parameter
// of the listen directives instead, and nothing where that would change what
// another server on the same socket speaks.
func (h *Host) ToListen(d *nginxconf.Directive) []source.Edit {
	if h.hidesListens() {
		return nil
	}
	listens := h.Nginx.Listens()
	var edits []source.Edit
	for _, l := range listens {
		switch {
		case l.QUIC || l.Scope.Effective(d.Name).Directive() != d:
			continue
		case d.Name == "http2" && !takesTLS(l):
			continue // with the parameter a plain socket would not speak HTTP/1.1 any more
		case d.Name == "ssl" && strings.HasSuffix(l.Socket, ":80"):
			return nil // hardly meant
		}
		for _, other := range listens {
			if other.Socket == l.Socket && !other.QUIC && !speaks(other, d.Name) {
				return nil
			}
		}
		if argIndex(l.Directive, d.Name) < 0 {
			edits = append(edits, l.Directive.AddArgs(d.Name))
		}
	}
	if len(edits) == 0 && !anyListen(listens, d) {
		return nil
	}
	return append(edits, d.Delete())
}

// anyListen reports whether the directive decides for a socket with its parameter.
func anyListen(listens []*nginxconf.Listen, d *nginxconf.Directive) bool {
	for _, l := range listens {
		if l.Scope.Effective(d.Name).Directive() == d && argIndex(l.Directive, d.Name) > 0 {
			return true
		}
	}
	return false
}

// HTTP2Directive returns the edits that turn HTTP/2 on with the http2 directive
// in every server on a socket instead of the parameter of listen, and nothing
// where a server would then speak it on one more TLS socket, or no longer.
func (h *Host) HTTP2Directive(l *nginxconf.Listen) []source.Edit {
	if h.hidesListens() {
		return nil
	}
	listens := h.Nginx.Listens()
	servers, sockets := map[*nginxconf.Scope]bool{l.Scope: true}, map[string]bool{}
	for grown := true; grown; {
		grown = false
		for _, other := range listens {
			if other.QUIC || !servers[other.Scope] && !sockets[other.Socket] {
				continue
			}
			if servers[other.Scope] && !sockets[other.Socket] {
				if !hasParameter(listens, other.Socket, "http2") {
					if takesTLS(other) || hasParameter(listens, other.Socket, "ssl") {
						return nil
					}
					continue
				}
				sockets[other.Socket], grown = true, true
			}
			if !servers[other.Scope] {
				servers[other.Scope], grown = true, true
			}
		}
	}
	return h.moveHTTP2(listens, servers, sockets)
}

func (h *Host) moveHTTP2(listens []*nginxconf.Listen, servers map[*nginxconf.Scope]bool, sockets map[string]bool) []source.Edit {
	var edits []source.Edit
	inserted := map[*nginxconf.Scope]bool{}
	for _, l := range listens {
		if i := argIndex(l.Directive, "http2"); i > 0 && sockets[l.Socket] {
			edits = append(edits, l.Directive.DropArg(i))
		}
		if !servers[l.Scope] || inserted[l.Scope] || speaks(l, "http2") && l.Scope.Effective("http2").Directive() != nil {
			continue
		}
		if l.Scope.Effective("http2").Directive() != nil || h.Nginx.Uses(l.Scope.Directive.Doc.File) > 1 {
			return nil
		}
		inserted[l.Scope] = true
		edits = append(edits, l.Scope.Insert(nginxconf.Statement{Name: "http2", Words: []string{"on"}})...)
	}
	return edits
}

// takesTLS reports whether the listen directive itself says ssl.
func takesTLS(l *nginxconf.Listen) bool { return argIndex(l.Directive, "ssl") > 0 }

// TakesTLS reports whether some server speaks TLS to clients. h.Nginx must not be nil.
func (h *Host) TakesTLS() bool {
	for _, l := range h.Nginx.Listens() {
		if takesTLS(l) || l.QUIC {
			return true
		}
	}
	found := false
	h.each("listen", func(s *nginxconf.Scope, d *nginxconf.Directive) {
		found = found || s.Context != nginxconf.InServer && argIndex(d, "ssl") > 0
	})
	return found
}

// speaks reports whether a server has a protocol turned on for a socket.
func speaks(l *nginxconf.Listen, protocol string) bool {
	return argIndex(l.Directive, protocol) > 0 || l.Scope.Effective(protocol).On().Value
}

func hasParameter(listens []*nginxconf.Listen, socket, name string) bool {
	for _, l := range listens {
		if l.Socket == socket && argIndex(l.Directive, name) > 0 {
			return true
		}
	}
	return false
}

func argIndex(d *nginxconf.Directive, word string) int {
	for i := 1; i < len(d.Args); i++ {
		if d.Arg(i) == word {
			return i
		}
	}
	return -1
}

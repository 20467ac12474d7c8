package nginxconf

import (
	"net"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// A Listen is one listen directive of an http server.
type Listen struct {
	Directive *Directive
	Scope     *Scope
	// Socket identifies the listening socket: "*:80", "[::]:443", "unix:/run/x".
	Socket string
	// QUIC reports a UDP socket, which has no accept queue.
	QUIC bool
}

func newListen(s *Scope, d *Directive) *Listen {
	l := &Listen{Directive: d, Scope: s, Socket: socket(d.Arg(0))}
	for _, a := range d.Args[1:] {
		l.QUIC = l.QUIC || a.Text == "quic"
	}
	return l
}

// socket writes a listen address in one way: "80" and "*" become "*:80".
func socket(address string) string {
	if strings.HasPrefix(address, "unix:") {
		return address
	}
	if _, ok := ParseNumber(address); ok {
		return "*:" + address
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host, port = strings.Trim(address, "[]"), "80"
	}
	if host == "" || host == "0.0.0.0" {
		host = "*"
	}
	return strings.ReplaceAll(net.JoinHostPort(host, port), "[*]", "*")
}

// Backlog returns the accept queue length the listen directive asks for; nginx
// asks for 511 on Linux unless told otherwise (NGX_LISTEN_BACKLOG).
func (l *Listen) Backlog() source.Setting[int64] {
	i, value := l.Directive.Param("backlog")
	if i < 0 {
		return source.Known(int64(511), source.Origin{Default: "nginx default"})
	}
	n, ok := ParseNumber(value)
	return source.Setting[int64]{Value: n, Known: ok, Origin: source.Origin{Span: l.Directive.ArgSpan(i)}}
}

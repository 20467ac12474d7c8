package host

import (
	"net"
	"strconv"
	"strings"
)

// An address is one end of a connection, taken apart.
type address struct {
	// socket is the path of a unix socket; "" for others.
	socket string
	// name is the host in lower case, "" for every address of the machine.
	name, port string
}

// target reads what nginx connects to: "host", "host:port", "unix:/path". A
// missing port is the one given.
func target(text, port string) address {
	if path, ok := socketPath(text); ok {
		return address{socket: path}
	}
	if name, own, err := net.SplitHostPort(text); err == nil {
		return address{name: strings.ToLower(name), port: own}
	}
	return address{name: strings.ToLower(strings.Trim(text, "[]")), port: port}
}

// listener reads what a program listens at as programs write it: "3000", ":3000",
// "*:3000", "0.0.0.0:3000", "http://+:80/", "unix:///run/app.sock", "/run/app.sock".
func listener(text string) address {
	if path, ok := socketPath(text); ok {
		return address{socket: path}
	}
	if _, rest, ok := strings.Cut(text, "://"); ok {
		text = rest
	}
	text, _, _ = strings.Cut(text, "/")
	if strings.Trim(text, "0123456789") == "" {
		return address{port: text}
	}
	a := target(text, "")
	switch a.name {
	case "*", "+", "0.0.0.0", "::":
		a.name = ""
	}
	return a
}

// socketPath returns the path of a unix socket: "unix:/path", with or without what
// follows a second colon, "unix:///path", or the path itself.
func socketPath(text string) (string, bool) {
	path, ok := strings.CutPrefix(text, "unix:")
	if !ok {
		return text, strings.HasPrefix(text, "/") || strings.HasPrefix(text, "./")
	}
	path, _, _ = strings.Cut(path, ":")
	if rest, ok := strings.CutPrefix(path, "//"); ok {
		path = rest
	}
	return path, true
}

// same reports whether two ends are one: localhost is any loopback address.
func (a address) same(b address) bool {
	if a.socket != "" || b.socket != "" {
		return a.socket == b.socket
	}
	return a.port == b.port && a.name != "" && (a.name == b.name || a.isLocalhost() && b.isLoopback() || b.isLocalhost() && a.isLoopback())
}

func (a address) isLocalhost() bool { return a.name == "localhost" }

// isLoopback reports whether it is an address of this machine that no other one
// reaches.
func (a address) isLoopback() bool {
	ip := net.ParseIP(a.name)
	return a.isLocalhost() || ip != nil && ip.IsLoopback()
}

// passPort is the port where an address of a route names none: that of its scheme.
func passPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}

// onLoopback reports whether an address is one of this machine's loopback ones, or
// their name.
func onLoopback(text string) bool { return target(text, "").isLoopback() }

// isLocal reports whether an address is a unix socket or a loopback one.
func isLocal(text string) bool {
	a := target(text, "")
	return a.socket != "" || a.isLoopback()
}

// nameOf cuts the port off an address.
func nameOf(address string) string {
	if name, _, err := net.SplitHostPort(address); err == nil {
		return name
	}
	return strings.Trim(address, "[]")
}

// isName reports whether an address is neither an IP address nor a socket.
func isName(address string) bool {
	return !strings.HasPrefix(address, "unix:") && net.ParseIP(nameOf(address)) == nil
}

// withPort returns an address with the port that nginx takes where it names none.
func withPort(address string) string {
	if strings.HasPrefix(address, "unix:") {
		return address
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		return net.JoinHostPort(strings.Trim(address, "[]"), "80")
	}
	return address
}

// portOf returns the port of an address such as "10.0.0.1:3000", "[::]:80",
// "*:80" or "3000"; 0 where it has none.
func portOf(address string) int64 {
	if strings.HasPrefix(address, "unix:") {
		return 0
	}
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		text = address
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0
	}
	return int64(port)
}

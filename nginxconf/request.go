package nginxconf

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// A Request is what decides which server and location take it. The zero values
// of Scheme, Host, Port and Socket leave open what a URL does not say.
type Request struct {
	// Scheme is "http" or "https".
	Scheme string
	// Host is the Host header as nginx compares it: in lower case, without port.
	Host string
	// Port is a decimal number.
	Port string
	// Socket is the path of a unix socket, for "http://unix:/run/nginx.sock:/path".
	Socket string
	// Target is the path as it is sent, with what follows "?".
	Target string
}

// ParseRequest reads "https://shop.test:8443/api/?page=1", "shop.test/api/",
// "/api/" and, as proxy_pass writes it, "http://unix:/run/nginx.sock:/api/". A
// URL without a path is one for "/". The error says what to write.
func ParseRequest(text string) (Request, error) {
	r, rest := Request{}, text
	if scheme, after, ok := strings.Cut(text, "://"); ok && !strings.ContainsAny(scheme, "/?#") {
		r.Scheme, rest = strings.ToLower(scheme), after
		if r.Scheme != "http" && r.Scheme != "https" {
			return r, errors.New(`the scheme is not http or https; write "https://shop.test/api/"`)
		}
	}
	if strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		return r, errors.New("no URL holds control characters; write %0A for a line feed")
	}
	if path, ok := strings.CutPrefix(rest, "unix:"); ok {
		r.Socket, r.Target, _ = strings.Cut(path, ":")
		r.Host = "localhost"
		return r.complete()
	}
	authority := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, r.Target = rest[:i], rest[i:]
	}
	if authority == "" && r.Scheme != "" {
		return r, errors.New(`there is no host; write "https://shop.test/api/"`)
	}
	r.Host = authority[strings.LastIndexByte(authority, '@')+1:]
	if name, port, err := net.SplitHostPort(r.Host); err == nil {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil && port != "" {
			return r, errors.New("the port is not a number from 0 to 65535")
		}
		r.Host, r.Port = name, port
	}
	r.Host = strings.Trim(r.Host, "[]")
	return r.complete()
}

// complete fills in what the parts mean together.
func (r Request) complete() (Request, error) {
	r.Host = strings.TrimSuffix(strings.ToLower(r.Host), ".")
	if strings.Contains(r.Host, "..") {
		return r, errors.New("no host name holds two dots together")
	}
	if !strings.HasPrefix(r.Target, "/") {
		r.Target = "/" + r.Target
	}
	if r.Port == "" && r.Socket == "" {
		r.Port = map[string]string{"http": "80", "https": "443"}[r.Scheme]
	}
	return r, nil
}

// header is the Host header: an address of IPv6 has brackets.
func (r Request) header() string {
	if strings.Contains(r.Host, ":") {
		return "[" + r.Host + "]"
	}
	return r.Host
}

// reaches reports how well an address takes the request: 0 for not at all, 2
// for the very address, 1 for a wildcard or where the URL names no address.
func (r Request) reaches(a *Address) int {
	if r.Socket != "" || strings.HasPrefix(a.Name, "unix:") {
		if a.Name == "unix:"+r.Socket {
			return 2
		}
		if r.Port == "" && r.Socket == "" {
			return 1
		}
		return 0
	}
	host, port, err := net.SplitHostPort(a.Name)
	if err != nil || r.Port != "" && port != r.Port {
		return 0
	}
	asked, err := netip.ParseAddr(r.Host)
	if err != nil {
		return 1
	}
	on, err := netip.ParseAddr(host)
	switch {
	case err == nil && on == asked:
		return 2
	case err != nil && host != "*": // a name that is looked up when nginx starts
		return 1
	case host == "*" && asked.Is4(), err == nil && on.IsUnspecified() && (asked.Is6() || a.takesIPv4()):
		return 1
	}
	return 0
}

// takesIPv4 reports whether "ipv6only=off" makes a socket of IPv6 take IPv4 too.
func (a *Address) takesIPv4() bool {
	for _, d := range a.Listens {
		if d == nil {
			continue
		}
		if _, value := d.Param("ipv6only"); value == "off" {
			return true
		}
	}
	return false
}

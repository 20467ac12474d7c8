package verdict

import (
	"net/netip"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// urlForm says what a setter asks of nginx's reader of addresses, ngx_parse_url.
type urlForm uint8

const (
	urlListens  urlForm = 1 << iota // a port alone, a range of ports and "*" are addresses
	urlWithPath                     // what follows from "/" or "?" on is a part of its own
)

// An address is a word as ngx_parse_url splits it.
type address struct {
	host       string // of an IPv6 address with its brackets; for a socket file its path
	path       string // what follows the address, with its "/" or "?"
	port, last int    // of a range; 0 where none is written
	ip         netip.Addr
	unix       bool
	any        bool // every address of the family
}

// hasPort reports whether the word names a port.
func (a *address) hasPort() bool { return a.port > 0 }

// readAddress returns what a word says, or nginx's words against it. A host name
// is an address without ip; whether it resolves is not asked.
func readAddress(word string, form urlForm) (a address, refusal string) {
	switch {
	case len(word) >= 5 && strings.EqualFold(word[:5], "unix:"):
		return readSocketFile(word[5:], form)
	case strings.HasPrefix(word, "["):
		return readIPv6(word, form)
	}
	return readHost(word, form)
}

// maxSocketPath is the longest path that sockaddr_un holds on Linux, with the
// zero at its end.
const maxSocketPath = 108

func readSocketFile(path string, form urlForm) (a address, refusal string) {
	a.unix = true
	if form&urlWithPath != 0 {
		path, a.path, _ = strings.Cut(path, ":")
	}
	switch a.host = path; {
	case path == "":
		return a, "no path in the unix domain socket"
	case len(path) >= maxSocketPath:
		return a, "too long path in the unix domain socket"
	}
	return a, ""
}

func readHost(word string, form urlForm) (a address, refusal string) {
	head, refusal := a.cutPath(word, "/?", form)
	if refusal != "" {
		return a, refusal
	}
	host, ports, written := strings.Cut(head, ":")
	switch {
	case written:
		if refusal := a.readPorts(ports, form); refusal != "" {
			return a, refusal
		}
	case a.path == "" && form&urlListens != 0:
		if isPort, refusal := a.readPortAlone(head); isPort {
			return a, refusal
		}
	}
	if host == "" {
		return a, "no host"
	}
	a.host = host
	if form&urlListens != 0 && host == "*" {
		a.ip, a.any = netip.IPv4Unspecified(), true
		return a, ""
	}
	if ip, ok := readIPv4(host); ok && ip != broadcast {
		a.ip, a.any = ip, ip.IsUnspecified()
	}
	return a, ""
}

// cutPath takes what follows the address off a word, from one of the bytes on. A
// port is looked for in front of it only.
func (a *address) cutPath(word, starts string, form urlForm) (head, refusal string) {
	i := strings.IndexAny(word, starts)
	if i < 0 {
		return word, ""
	}
	if form&urlListens != 0 || form&urlWithPath == 0 {
		return word, "invalid host"
	}
	a.path = word[i:]
	return word[:i], ""
}

func readIPv6(word string, form urlForm) (a address, refusal string) {
	end := strings.IndexByte(word, ']')
	if end < 0 {
		return a, "invalid host"
	}
	rest, refusal := a.cutPath(word[end+1:], "/", form)
	if refusal != "" {
		return a, refusal
	}
	if rest != "" {
		if rest[0] != ':' {
			return a, "invalid host"
		}
		if refusal := a.readPorts(rest[1:], form); refusal != "" {
			return a, refusal
		}
	}
	if end == 1 {
		return a, "no host"
	}
	ip, ok := readGroups(word[1:end])
	if !ok {
		return a, "invalid IPv6 address"
	}
	a.host, a.ip, a.any = word[:end+1], ip, ip.IsUnspecified()
	return a, ""
}

const maxPort = 65535

// readPorts reads what stands behind the colon: a port or, for listen, a range.
func (a *address) readPorts(word string, form urlForm) string {
	first, last, isRange := strings.Cut(word, "-")
	if !isRange || form&urlListens == 0 {
		first, last = word, ""
	}
	if first != word && !isPort(last, &a.last) || !isPort(first, &a.port) {
		return "invalid port"
	}
	return a.checkRange()
}

// readPortAlone reads a word that may be a port without an address.
func (a *address) readPortAlone(word string) (is bool, refusal string) {
	first, last, isRange := strings.Cut(word, "-")
	if isRange {
		if _, ok := nginxconf.ParseNumber(last); !ok {
			return false, ""
		}
		if !isPort(last, &a.last) {
			return true, "invalid port"
		}
	}
	if _, ok := nginxconf.ParseNumber(first); !ok {
		a.last = 0
		return false, ""
	}
	if !isPort(first, &a.port) {
		return true, "invalid port"
	}
	a.ip, a.any = netip.IPv4Unspecified(), true
	return true, a.checkRange()
}

// checkRange makes one port a range of one.
func (a *address) checkRange() string {
	if a.last == 0 {
		a.last = a.port
	}
	if a.port > a.last {
		return "invalid port range"
	}
	return ""
}

func isPort(word string, port *int) bool {
	n, ok := nginxconf.ParseNumber(word)
	*port = int(n)
	return ok && n >= 1 && n <= maxPort
}

// readIPv4 reads four numbers as ngx_inet_addr does: zeros at the front are
// allowed.
func readIPv4(word string) (netip.Addr, bool) {
	var octets [4]byte
	n, value := 0, 0
	for i := 0; i < len(word); i++ {
		switch c := word[i]; {
		case c >= '0' && c <= '9':
			if value = value*10 + int(c-'0'); value > 255 {
				return netip.Addr{}, false
			}
		case c == '.' && n < 3:
			octets[n], n, value = byte(value), n+1, 0
		default:
			return netip.Addr{}, false
		}
	}
	octets[n] = byte(value)
	return netip.AddrFrom4(octets), n == 3
}

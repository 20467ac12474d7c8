package verdict

import (
	"net/netip"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// networkSetters are the directives that take addresses and networks without
// asking for names. What set_real_ip_from and debug_connection cannot read they
// take for a name.
var networkSetters = []setter{
	{"allow|deny", anyHTTP | anyStream, checkAccess},
	{binds, anyHTTP | anyStream, checkBind},
}

// checkAccess is ngx_http_access_rule and its twin of stream.
func checkAccess(s *statement) {
	word := s.Arg(0)
	if word == "all" || word == "unix:" || isPlaceholder(word) || strings.Contains(word, "\x00") {
		return
	}
	if _, ok := readNetwork(word); ok {
		return
	}
	s.refuse(0, `invalid parameter "%s"`, word)
	if ip, ok := strings.CutPrefix(word, "["); ok {
		s.suggest(strings.Replace(ip, "]", "", 1), func(meant string) bool { _, ok := readNetwork(meant); return ok })
	} else if strings.EqualFold(word, "all") {
		s.suggest("all", func(string) bool { return true })
	}
}

// suggest completes the last refusal where what was meant would be taken.
func (s *statement) suggest(meant string, taken func(string) bool) {
	if taken(meant) {
		s.out[len(s.out)-1].Suggestion = meant
	}
}

// checkBind is ngx_http_upstream_bind_set_slot and its twin of stream.
func checkBind(s *statement) {
	word := s.Arg(0)
	if strings.ContainsAny(word, "$\x00") || isPlaceholder(word) || word == "off" && len(s.Args) == 1 {
		return
	}
	if !isBindAddress(word) {
		s.refuse(0, `invalid address "%s"`, word)
	}
}

// isBindAddress reports whether ngx_parse_addr_port reads a word: an address, or
// an address and a port. An IPv6 address has brackets exactly when a port
// follows.
func isBindAddress(word string) bool {
	if _, ok := readIP(word); ok {
		return true
	}
	host, port, ok := strings.Cut(word, ":")
	if strings.HasPrefix(word, "[") {
		host, port, ok = strings.Cut(word[1:], "]")
		ok = ok && strings.HasPrefix(port, ":")
		port = strings.TrimPrefix(port, ":")
	}
	var n int
	if !ok || !isPort(port, &n) {
		return false
	}
	_, ok = readIP(host)
	return ok
}

// readIP reads an address as ngx_parse_addr does.
func readIP(word string) (netip.Addr, bool) {
	if ip, ok := readIPv4(word); ok && ip != broadcast {
		return ip, true
	}
	return readGroups(word)
}

// broadcast is what ngx_inet_addr returns for what it cannot read.
var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// readNetwork reads an address with or without a prefix length as ngx_ptocidr
// does. Low bits of the address that are set are only warned about.
func readNetwork(word string) (netip.Prefix, bool) {
	host, length, written := strings.Cut(word, "/")
	ip, ok := readIP(host)
	if !ok || !written {
		return netip.PrefixFrom(ip, ip.BitLen()), ok
	}
	bits, ok := nginxconf.ParseNumber(length)
	if !ok || bits > int64(ip.BitLen()) {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(ip, int(bits)).Masked(), true
}

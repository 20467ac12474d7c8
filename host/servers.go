package host

import "github.com/tunelint/tunelint/nginxconf"

// UsableServers counts the servers of an upstream that may get a request, backup
// servers included. A name counts once, however many addresses it has.
func UsableServers(u *nginxconf.Upstream) int {
	n := 0
	for _, s := range u.Servers {
		if !s.Down {
			n++
		}
	}
	return n
}

// regularServers counts the servers that get requests in normal traffic.
func regularServers(u *nginxconf.Upstream) int64 {
	n := int64(0)
	for _, s := range u.Servers {
		if !s.Down && !s.Backup {
			n++
		}
	}
	return n
}

// FailingServers counts the servers of an upstream that nginx takes out after
// failures; with a single server it never does.
func FailingServers(u *nginxconf.Upstream) int {
	n := 0
	for _, s := range u.Servers {
		if _, fails := s.Directive.Param("max_fails"); !s.Down && fails != "0" {
			n++
		}
	}
	return n
}

// largestMaxConns returns the largest max_conns of an upstream's servers, 0
// where one has none.
func largestMaxConns(u *nginxconf.Upstream) int64 {
	most := int64(0)
	for _, s := range u.Servers {
		_, text := s.Directive.Param("max_conns")
		n, ok := nginxconf.ParseNumber(text)
		if !ok || n == 0 {
			return 0
		}
		most = max(most, n)
	}
	return most
}

// addressesOf returns what stands in the server lines.
func addressesOf(u *nginxconf.Upstream) []string {
	out := make([]string, len(u.Servers))
	for i, s := range u.Servers {
		out[i] = s.Address
	}
	return out
}

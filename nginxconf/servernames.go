package nginxconf

import (
	"net"
	"net/netip"
	"strings"
	"sync"

	"github.com/tunelint/tunelint/source"
)

// An Address is one address that http servers listen on, with the servers that
// nginx chooses from there by name.
type Address struct {
	// Name is "*:80", "[::1]:443" or "unix:/run/x".
	Name string
	// QUIC reports UDP: names are looked up apart from those of TCP.
	QUIC bool
	// Servers are in the order nginx reads them.
	Servers []*Scope
	// Listens are the directives, one for each server; nil for a server without
	// one, which listens on port 80.
	Listens []*Directive
	// Default is the server marked default_server; nil when none is, and the
	// first one is the default.
	Default *Scope

	names func() *nameTable
}

// String names the address for people: QUIC has ports of its own.
func (a *Address) String() string {
	if a.QUIC {
		return a.Name + " (UDP)"
	}
	return a.Name
}

// Addresses returns the addresses of the http servers in the order they are
// first seen; none while a file has a syntax error. What a template decides
// about is left out.
func (c *Config) Addresses() []*Address { return c.addresses() }

func findAddresses(c *Config) []*Address {
	var out []*Address
	byName := map[string]*Address{}
	add := func(name string, server *Scope, d *Directive) {
		quic := d != nil && d.word("quic") > 0
		key := name
		if quic {
			key += " udp"
		}
		a := byName[key]
		if a == nil {
			a = &Address{Name: name, QUIC: quic}
			a.names = sync.OnceValue(func() *nameTable { return namesOf(a) })
			byName[key], out = a, append(out, a)
		}
		if n := len(a.Servers); n == 0 || a.Servers[n-1] != server {
			a.Servers, a.Listens = append(a.Servers, server), append(a.Listens, d)
		}
		if d != nil && (d.word("default_server") > 0 || d.word("default") > 0) {
			a.Default = server
		}
	}
	for _, server := range c.HTTPServers() {
		listens := server.Own("listen")
		for _, d := range listens {
			if !d.Certain() {
				continue
			}
			for _, name := range listenNames(d.Arg(0)) {
				add(name, server, d)
			}
		}
		if len(listens) == 0 && !server.mayHide("listen", server.definition("listen")) {
			add("*:80", server, nil)
		}
	}
	return out
}

// HTTPServers returns the servers of the http block, in order, without those that
// a template may leave out; none while a file has a syntax error.
func (c *Config) HTTPServers() []*Scope {
	var out []*Scope
	if http := c.HTTP(); http != nil {
		for _, s := range http.Children {
			if s.Context == InServer && !s.Directive.Conditional() {
				out = append(out, s)
			}
		}
	}
	return out
}

// word returns the index of an argument that reads like this, -1 for none.
func (d *Directive) word(text string) int {
	for i, a := range d.Args {
		if a.Text == text {
			return i
		}
	}
	return -1
}

// longestRange is the largest range of ports that is looked at port by port.
const longestRange = 256

// listenNames writes the first word of a listen directive in one way; a range
// of ports is several addresses.
func listenNames(text string) []string {
	if _, _, ok := portRange(text); ok {
		text = "*:" + text
	}
	name := socket(text)
	if strings.HasPrefix(name, "unix:") {
		return []string{name}
	}
	host, ports, err := net.SplitHostPort(name)
	if err != nil {
		return []string{name}
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		host = ip.String()
	}
	low, high, ok := portRange(ports)
	if !ok || high-low > longestRange {
		return []string{joinPort(host, ports)}
	}
	var out []string
	for port := low; port <= high; port++ {
		out = append(out, joinPort(host, formatInt(port)))
	}
	return out
}

// portRange reads "8000-8010".
func portRange(text string) (low, high int64, ok bool) {
	first, last, isRange := strings.Cut(text, "-")
	low, ok1 := ParseNumber(first)
	high, ok2 := ParseNumber(last)
	return low, high, isRange && ok1 && ok2 && low <= high
}

func joinPort(host, port string) string {
	return strings.ReplaceAll(net.JoinHostPort(strings.ToLower(host), port), "[*]", "*")
}

// A ServerName is one name of an http server.
type ServerName struct {
	// Name is in lower case, as nginx compares it. It is "" for requests without
	// a Host header, which a server without any name serves.
	Name   string
	Server *Scope
	// Directive and Arg are where it stands; nil for a server without names.
	Directive *Directive
	Arg       int
}

// Span is where the name stands, or else the server.
func (n ServerName) Span() source.Span {
	if n.Directive == nil {
		return n.Server.Directive.HeadSpan()
	}
	return n.Directive.ArgSpan(n.Arg)
}

// appendServerNames adds the names of a server in order, without regular
// expressions and what a template decides about. A server without names has the
// name "", unless a file that could not be read may hold some.
func appendServerNames(out []ServerName, server *Scope) []ServerName {
	any := false
	for _, d := range server.Own("server_name") {
		for i, a := range d.Args {
			if any = true; !strings.HasPrefix(a.Text, "~") && !d.TaggedArg(i) && !d.Conditional() {
				out = append(out, ServerName{strings.ToLower(a.Text), server, d, i})
			}
		}
	}
	if !any && !server.mayHide("server_name", server.definition("server_name")) {
		out = append(out, ServerName{Server: server})
	}
	return out
}

// A NameConflict is a server name that nginx ignores on an address, because the
// address has it already.
type NameConflict struct {
	Address        *Address
	Ignored, Taken ServerName
}

// NameConflicts returns the names that nginx warns about and ignores, by address,
// in its order.
func (c *Config) NameConflicts() []NameConflict {
	var out []NameConflict
	for _, a := range c.Addresses() {
		out = append(out, a.names().conflicts...)
	}
	return out
}

// nameTable holds the names of one address as ngx_hash_add_key keeps them.
type nameTable struct {
	names             []ServerName
	exact, head, tail map[string]int // to the index in names
	kept              []int
	conflicts         []NameConflict
}

// newNameTable returns a table with room for n names.
func newNameTable(n int) *nameTable {
	return &nameTable{
		names: make([]ServerName, 0, n), kept: make([]int, 0, n),
		exact: make(map[string]int, n), head: map[string]int{}, tail: map[string]int{},
	}
}

// namesOf returns the names of an address; none where a single server listens:
// nginx does not look at names there.
func namesOf(a *Address) *nameTable {
	if len(a.Servers) < 2 {
		return newNameTable(0)
	}
	t := newNameTable(2 * len(a.Servers))
	var names []ServerName
	for _, server := range a.Servers {
		names = appendServerNames(names[:0], server)
		for _, n := range names {
			if taken, ok := t.add(n); !ok {
				t.conflicts = append(t.conflicts, NameConflict{a, n, taken})
			}
		}
	}
	return t
}

// add returns the name that is in the way, if any. ".example.com" stands for the
// domain and all below; where the domain is taken nginx drops both.
func (t *nameTable) add(n ServerName) (taken ServerName, ok bool) {
	name := n.Name
	t.names = append(t.names, n)
	switch {
	case strings.Count(name, "*") > 1 || strings.Contains(name, ".."):
		return taken, true // refused
	case len(name) > 1 && name[0] == '.':
		if at, there := t.exact[name[1:]]; there {
			return t.names[at], false
		}
		t.exact[name[1:]] = len(t.names) - 1
		return t.keep(t.head, name[1:])
	case len(name) > 2 && strings.HasPrefix(name, "*."):
		return t.keep(t.head, name[2:])
	case len(name) > 2 && strings.HasSuffix(name, ".*"):
		return t.keep(t.tail, name[:len(name)-2])
	case strings.Contains(name, "*"):
		return taken, true
	}
	return t.keep(t.exact, name)
}

// keep enters the last of the names.
func (t *nameTable) keep(m map[string]int, key string) (taken ServerName, ok bool) {
	if at, there := m[key]; there {
		return t.names[at], false
	}
	m[key] = len(t.names) - 1
	t.kept = append(t.kept, len(t.names)-1)
	return taken, true
}

// CatchAll reports whether the names of a server say that it is for requests
// that no other one wants: none, "", "_", or something that is no host name.
func CatchAll(server *Scope) bool {
	for _, d := range server.Own("server_name") {
		for i, a := range d.Args {
			if a.Text != "" && a.Text != "_" && a.Text != "*" && (isHostName(a.Text) || d.TaggedArg(i)) {
				return false
			}
		}
	}
	return true
}

// isHostName reports whether a client may ask for such a name: a single word
// that is not the host's own is made up, as is a name that cannot be looked up.
func isHostName(name string) bool {
	return strings.ContainsAny(name, ".~$") || strings.EqualFold(name, "localhost")
}

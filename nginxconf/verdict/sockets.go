package verdict

import (
	"fmt"
	"net/netip"

	"github.com/tunelint/tunelint/nginxconf"
)

// A socketKey is an address to listen on as nginx compares them. A name that is
// resolved is told from other names only.
type socketKey struct {
	ip   netip.Addr
	name string // a host name or the path of a socket file
	port int
	udp  bool
}

func (k socketKey) String() string {
	if k.ip.IsValid() {
		return netip.AddrPortFrom(k.ip, uint16(k.port)).String()
	}
	return k.name
}

// A socket is what the listen directives of all servers say of one address.
type socket struct {
	servers    []*nginxconf.Scope // in order; the first answers by default
	standard   *nginxconf.Scope   // the default server
	configured bool               // a listen with options of the socket was seen
	chosen     bool               // a listen with default_server was seen
	bound      bool               // it is bound even where a wildcard covers it
	secure     string             // "ssl" or "quic"
}

// listening are the sockets of http, stream or mail.
type listening struct {
	block   *nginxconf.Scope
	port    int  // where none is written; 0 has the system choose one
	unique  bool // an address may stand once in all servers
	sockets map[socketKey]*socket
	order   []socketKey
	unknown bool // some listen is a template's
	left    int  // how many addresses more are looked at
	out     []Verdict
}

// maxAddresses bounds how many addresses of ranges of ports are remembered.
const maxAddresses = 1 << 20

// sharedAddresses are the releases from which stream takes an address in
// several servers.
const sharedAddresses = "1.25.5"

// listen reads the servers of a block in order.
func (j *judge) listen(block *nginxconf.Scope, server nginxconf.Context) *listening {
	l := &listening{block: block, sockets: map[socketKey]*socket{}, left: maxAddresses}
	if server == nginxconf.InServer {
		l.port = defaultHTTPPort
	}
	l.unique = server == nginxconf.InMailServer || server == nginxconf.InStreamServer && !j.version.Since(sharedAddresses)
	for _, s := range block.Children {
		if s.Context != server || s.Directive == nil {
			continue
		}
		certain := s.Directive.Certain()
		listens := s.Own("listen")
		for _, d := range listens {
			if !certain || !isKnown(d) || len(d.Args) == 0 || isPlaceholder(d.Arg(0)) {
				l.unknown = true
				continue
			}
			l.read(s, d)
		}
		if len(listens) == 0 && server == nginxconf.InServer && certain {
			l.add(s, nil, socketKey{ip: netip.IPv4Unspecified(), port: l.port})
		}
	}
	return l
}

// defaultHTTPPort is the port of a listen without one in http.
const defaultHTTPPort = 80

func (l *listening) read(s *nginxconf.Scope, d *nginxconf.Directive) {
	a, refusal := readAddress(d.Arg(0), urlListens)
	if refusal != "" {
		return
	}
	key := socketKey{ip: a.ip, port: a.port}
	key.udp = hasWord(d, "udp") || hasWord(d, "quic")
	switch {
	case a.unix:
		key.name, key.port = "unix:"+a.host, 0
	case !a.ip.IsValid():
		key.name = a.host
	}
	if key.port == 0 && !a.unix {
		key.port = l.port
	}
	for last := max(a.last, key.port); key.port <= last; key.port++ {
		if l.left--; l.left < 0 || !l.add(s, d, key) || a.unix {
			return
		}
	}
}

// add adds one address of a listen directive, nil for what a server without one
// listens on; false where nginx refuses it.
func (l *listening) add(s *nginxconf.Scope, d *nginxconf.Directive, key socketKey) bool {
	have := l.sockets[key]
	if have == nil {
		have = &socket{standard: s}
		l.sockets[key] = have
		l.order = append(l.order, key)
	} else if message := l.conflict(have, s, d, key); message != "" {
		l.out = append(l.out, Verdict{Kind: DuplicateDirective, Directive: d, Scope: s, Context: s.Context, Earlier: l.earlier(have, d, key), Arg: -1, Message: message})
		return false
	}
	have.servers = append(have.servers, s)
	if d == nil {
		return true
	}
	if setsOptions(d) {
		have.configured, have.bound = true, true
	}
	if hasWord(d, "default_server") || hasWord(d, "default") {
		have.chosen, have.standard = true, s
	}
	switch {
	case hasWord(d, "quic"):
		have.secure = "quic"
	case hasWord(d, "ssl") && have.secure == "":
		have.secure = "ssl"
	}
	return true
}

// conflict says what nginx has against an address that it has already.
func (l *listening) conflict(have *socket, s *nginxconf.Scope, d *nginxconf.Directive, key socketKey) string {
	switch {
	case d == nil:
		return ""
	case l.unique:
		return fmt.Sprintf(`duplicate "%s" address and port pair`, key)
	case have.servers[len(have.servers)-1] == s:
		return fmt.Sprintf("a duplicate listen %s", key)
	case setsOptions(d) && have.configured:
		return fmt.Sprintf("duplicate listen options for %s", key)
	case have.chosen && (hasWord(d, "default_server") || hasWord(d, "default")):
		return fmt.Sprintf("a duplicate default server for %s", key)
	}
	return ""
}

// earlier returns the listen directive that a later one repeats.
func (l *listening) earlier(have *socket, d *nginxconf.Directive, key socketKey) *nginxconf.Directive {
	for i := len(have.servers) - 1; i >= 0; i-- {
		for _, other := range have.servers[i].Own("listen") {
			if other != d && len(other.Args) > 0 && l.covers(other, key) {
				return other
			}
		}
	}
	return d
}

func (l *listening) covers(d *nginxconf.Directive, key socketKey) bool {
	a, refusal := readAddress(d.Arg(0), urlListens)
	switch {
	case refusal != "":
		return false
	case a.unix:
		return key.name == "unix:"+a.host
	case a.port == 0:
		a.port, a.last = l.port, l.port
	}
	return a.ip == key.ip && (a.ip.IsValid() || a.host == key.name) && a.port <= key.port && key.port <= a.last
}

// socketOptions are the parameters of listen that may be set once for an address.
var socketOptions = []string{
	"backlog=", "bind", "deferred", "fastopen=", "ipv6only=", "multipath", "rcvbuf=", "reuseport", "setfib=", "sndbuf=", "so_keepalive=",
}

func setsOptions(d *nginxconf.Directive) bool {
	if len(d.Args) < 2 {
		return false
	}
	for _, option := range socketOptions {
		if hasWord(d, option) {
			return true
		}
	}
	return false
}

// hasWord reports whether a parameter behind the first argument is the word or,
// where that ends in "=", starts with it.
func hasWord(d *nginxconf.Directive, word string) bool {
	for i := 1; i < len(d.Args); i++ {
		text := d.Args[i].Text
		if text == word || word[len(word)-1] == '=' && len(text) >= len(word) && text[:len(word)] == word {
			return true
		}
	}
	return false
}

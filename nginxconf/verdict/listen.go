package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

const anyListen = nginxconf.InServer | nginxconf.InStreamServer | nginxconf.InMailServer

var listenSetters = []setter{
	{"listen", anyListen, checkListen},
}

// checkListen is ngx_http_core_listen and its twins of stream and mail: the
// address first, then the parameters, then which of them go together.
func checkListen(s *statement) {
	word := s.Arg(0)
	if isPlaceholder(word) {
		return
	}
	if _, refusal := readAddress(word, urlListens); refusal != "" {
		s.refuse(0, `%s in "%s" of the "listen" directive`, refusal, word)
		s.suggestListen(word)
		return
	}
	sound := len(s.out) == 0
	for i := range s.Args[1:] {
		sound = s.listenParameter(i+1) && sound
	}
	if sound {
		s.datagramConflict()
	}
}

// suggestListen proposes the address without a scheme or a path.
func (s *statement) suggestListen(word string) {
	_, bare, _ := strings.Cut(word, "://")
	if host, ok := strings.CutPrefix(word, ":"); ok {
		bare = host
	}
	if bare = strings.TrimSuffix(bare, "/"); bare != "" {
		s.suggest(bare, func(string) bool { _, refusal := readAddress(bare, urlListens); return refusal == "" })
	}
}

// listenParameter reports whether the value of a known parameter is right.
func (s *statement) listenParameter(i int) bool {
	word := s.Arg(i)
	name, value, valued := strings.Cut(word, "=")
	if !isPlaceholder(word) && !s.accused(i) && s.strayVariable(i) {
		return false
	}
	if !valued || isPlaceholder(word) || s.accused(i) {
		return true
	}
	switch ok := true; name {
	case "backlog":
		n, read := nginxconf.ParseNumber(value)
		ok = read && n > 0
		return s.listenValue(ok, i, `invalid backlog "%s"`, word)
	case "fastopen":
		_, ok = nginxconf.ParseNumber(value)
		return s.listenValue(ok, i, `invalid fastopen "%s"`, word)
	case "rcvbuf", "sndbuf":
		_, ok = nginxconf.ParseSize(value, false)
		return s.listenValue(ok, i, `invalid `+name+` "%s"`, word)
	case "ipv6only":
		return s.listenValue(value == "on" || value == "off", i, `invalid parameter "%s"`, word)
	case "so_keepalive":
		return s.listenValue(readsKeepalive(value), i, `invalid so_keepalive value: "%s"`, value)
	}
	return true
}

// accused reports whether an argument was refused already.
func (s *statement) accused(arg int) bool {
	for i := range s.out {
		if s.out[i].Arg == arg {
			return true
		}
	}
	return false
}

func (s *statement) listenValue(ok bool, arg int, format, word string) bool {
	if !ok {
		s.refuse(arg, format, word)
	}
	return ok
}

// readsKeepalive reads on, off, or idle:interval:count, of which one at least
// must be given and not zero.
func readsKeepalive(value string) bool {
	if value == "on" || value == "off" {
		return true
	}
	idle, rest, _ := strings.Cut(value, ":")
	interval, count, _ := strings.Cut(rest, ":")
	set := false
	for _, time := range []string{idle, interval} {
		if time == "" {
			continue
		}
		if !nginxconf.ReadsTime(time, true) {
			return false
		}
		set = set || strings.Trim(time, "0yMwdhms ") != ""
	}
	if count != "" {
		n, ok := nginxconf.ParseNumber(count)
		if !ok {
			return false
		}
		set = set || n > 0
	}
	return set
}

// tcpOnly are the parameters that a listen of datagrams cannot have, in the
// order of the checks.
var tcpOnly = []struct {
	quic, udp bool
	word      string
}{
	{true, true, "backlog="},
	{true, true, "fastopen="},
	{true, true, "deferred"},
	{true, true, "multipath"},
	{true, true, "ssl"},
	{true, false, "http2"},
	{true, true, "so_keepalive="},
	{true, true, "proxy_protocol"},
}

// datagramConflict finds a parameter that does not go with quic or udp. Before
// 1.25.5 stream looked at fewer of them; those it did not know at all.
func (s *statement) datagramConflict() {
	http := s.context == nginxconf.InServer
	kind := "udp"
	if http {
		kind = "quic"
	}
	if s.context == nginxconf.InMailServer || !s.hasParam(kind) {
		return
	}
	for _, p := range tcpOnly {
		if (http && p.quic || !http && p.udp) && s.hasParam(p.word) {
			s.refuseAs(InvalidParameter, -1, `"listen" directive "%s" parameter is incompatible with "%s"`, strings.TrimSuffix(p.word, "="), kind)
			return
		}
	}
}

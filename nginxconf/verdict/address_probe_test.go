package verdict

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/nginxconf/nginxtest"
)

var (
	probeHosts = []string{
		"127.0.0.1", "0.0.0.0", "*", "[::1]", "[::]", "[::1", "[]", "[1::2::3]", "[1:2:3:4:5:6:7::]", "[::127.0.0.01]", "localhost", "1.2.3", "256.1.1.1", "no.such",
		"", "-", "10", "http://127.0.0.1", "https://[::1]", "uwsgi://127.0.0.1", "grpc://127.0.0.1", "unix:", "unix:/tmp/x", "UNIX:/tmp/y", "unix:" + strings.Repeat("a", 107), "unix:" + strings.Repeat("a", 108), "u", "U",
	}
	probePorts = []string{"", ":80", ":", ":0", ":65535", ":65536", ":80x", ":8080-8082", ":82-80", ":-1", ":80-", ":80:80", ":080", ":/a"}
	probeTails = []string{"", "/", "/a:1", "?b"}
)

// addressPlaces are configurations around one address.
var addressPlaces = []string{
	"events {}\nhttp { server {\nlisten %q;\n} }\n",
	"events {}\nstream { server { return x;\nlisten %q;\n} }\n",
	"events {}\nmail { auth_http 127.0.0.1; server { protocol pop3;\nlisten %q;\n} }\n",
	"events {}\nmail { server { listen 110;\nauth_http %q;\n} }\n",
	"events {}\nhttp { upstream u {\nserver %q;\n} }\n",
	"events {}\nstream { upstream u {\nserver %q;\n} }\n",
	"events {}\nhttp { upstream u { server 127.0.0.1; } server { location / {\nproxy_pass %q;\n} } }\n",
	"events {}\nhttp { upstream u { server 127.0.0.1; } server { location / {\nproxy_pass http://%s;\n} } }\n",
	"events {}\nhttp { upstream u { server 127.0.0.1; } server { location ~ a {\nproxy_pass http://%s;\n} } }\n",
	"events {}\nhttp { server { location @a {\nproxy_pass https://%s;\n} } }\n",
	"events {}\nhttp { server { location / { if ($uri) {\nproxy_pass http://%s;\n} } } }\n",
	"events {}\nhttp { upstream u { server 127.0.0.1; } server { location / {\nfastcgi_pass %q;\n} } }\n",
	"events {}\nhttp { server { location / {\nuwsgi_pass %q;\n} } upstream u { server 127.0.0.1; } }\n",
	"events {}\nhttp { server { location / {\ngrpc_pass %q;\n} } upstream u { server 127.0.0.1; } }\n",
	"events {}\nhttp { server { location / {\nscgi_pass %q;\n} } }\n",
	"events {}\nhttp { server { location / { set $memcached_key a;\nmemcached_pass %q;\n} } }\n",
	"events {}\nstream { upstream u { server 127.0.0.1:1; } server { listen 12345;\nproxy_pass %q;\n} }\n",
	"events {}\nhttp {\nresolver %q;\n}\n",
	"events {}\nmail {\nresolver %q;\n}\n",
	"events {}\nhttp {\nallow %q;\n}\n",
	"events {}\nstream {\ndeny %q;\n}\n",
	"events {}\nhttp {\nproxy_bind %q;\n}\n",
	"events {}\nhttp {\nset_real_ip_from %q;\n}\n",
	"events {}\nhttp {\naccess_log syslog:server=%s;\n}\n",
	"events {\ndebug_connection %q;\n}\n",
}

// addressProbes are all addresses in all places.
func addressProbes() []string {
	var out []string
	for _, place := range addressPlaces {
		for _, host := range probeHosts {
			for _, port := range probePorts {
				for _, tail := range probeTails {
					if word := host + port + tail; word != "" || strings.Contains(place, "%q") {
						out = append(out, fmt.Sprintf(place, word))
					}
				}
			}
		}
	}
	return out
}

// listenProbes are two listen directives, in one server or in two.
func listenProbes() []string {
	words := []string{"80", "*:80", "127.0.0.1:80", "[::]:80", "79-81", "unix:/tmp/x"}
	options := []string{"", " default_server", " backlog=5", " bind so_keepalive=on", " ssl", " udp", " quic", " reuseport proxy_protocol", " default", " ipv6only=on"}
	servers := []string{
		"events {}\nhttp { server {\nlisten %s;\nlisten %s;\n} }\n",
		"events {}\nhttp { server {\nlisten %s;\n}\nserver {\nlisten %s;\n} }\n",
		"events {}\nstream { server { return x;\nlisten %s;\nlisten %s;\n} }\n",
		"events {}\nstream { server { return x;\nlisten %s;\n}\nserver { return x;\nlisten %s;\n} }\n",
		"events {}\nmail { auth_http 127.0.0.1; server { protocol smtp;\nlisten %s;\nlisten %s;\n} }\n",
		"events { worker_connections 3; }\nhttp { server {\nlisten %s;\nlisten %s;\n} }\n",
	}
	var out []string
	for _, server := range servers {
		for _, first := range words {
			for _, second := range words {
				for _, option := range options {
					for _, other := range options {
						out = append(out, fmt.Sprintf(server, first+option, second+other))
					}
				}
			}
		}
	}
	return out
}

// parameterWords are directives with parameters whose values are read.
func parameterWords() []string {
	values := []string{"", "0", "1", "-1", "x", "5s", "5ms", "1k", "1g", "on", "off", "On", "::", "1:1:1", "0:0:0", ":x", "5::", "99999999999999999999", "a.b", "max", "$uri", "a:1m", "a:1k", "a:"}
	places := []struct {
		text  string
		names []string
	}{
		{"events {}\nhttp { server {\nlisten 80 %s=%s;\n} }\n", []string{"backlog", "fastopen", "rcvbuf", "sndbuf", "so_keepalive", "ipv6only", "accept_filter", "deferred", "nothing"}},
		{"events {}\nstream { server { return x;\nlisten 80 %s=%s;\n} }\n", []string{"backlog", "fastopen", "rcvbuf", "so_keepalive", "ipv6only", "udp"}},
		{"events {}\nmail { auth_http u; server { protocol imap;\nlisten 80 %s=%s;\n} }\n", []string{"backlog", "rcvbuf", "so_keepalive", "ipv6only", "ssl"}},
		{"events {}\nhttp { upstream u {\nserver 127.0.0.1 %s=%s;\n} }\n", []string{"weight", "max_fails", "fail_timeout", "max_conns", "backup", "route", "service", "slow"}},
		{"events {}\nstream { upstream u {\nserver 127.0.0.1:1 %s=%s;\n} }\n", []string{"weight", "max_fails", "fail_timeout", "max_conns", "down"}},
		{"events {}\nhttp {\nresolver 127.0.0.1 %s=%s;\n}\n", []string{"valid", "ipv6", "ipv4", "nothing"}},
		{"events {}\nhttp {\nerror_log syslog:server=127.0.0.1,%s=%s;\n}\n", []string{"facility", "severity", "tag", "server", "nohostname"}},
		{"events {}\nhttp { upstream u { server 127.0.0.1;\nsticky cookie a %s=%s;\n} }\n", []string{"expires", "domain", "path", "samesite", "secure", "x"}},
		{"events {}\nhttp { upstream u { server 127.0.0.1;\nsticky learn create=$uri lookup=$uri zone=z:1m %s=%s;\n} }\n", []string{"timeout", "zone", "create", "lookup", "header"}},
	}
	var out []string
	for _, place := range places {
		for _, name := range place.names {
			for _, value := range values {
				out = append(out, fmt.Sprintf(place.text, name, value))
			}
		}
	}
	return out
}

// wholeProbes are blocks that are right or wrong as a whole.
func wholeProbes() []string {
	methods := []string{"", "hash $remote_addr;", "hash a consistent;", "least_conn;", "random;", "random two;", "random two least_conn;", "random x;", "ip_hash;", "keepalive 5;", "keepalive 0;", "keepalive x;"}
	servers := []string{"", "server 127.0.0.1:1;", "server 127.0.0.1:1 backup;", "server 127.0.0.1:1 down;", "server 127.0.0.1:1 resolve;", "server no.such:1 resolve;", "server no.such service=a resolve;"}
	var out []string
	for _, block := range []string{"http", "stream"} {
		for _, before := range methods {
			for _, server := range servers {
				for _, after := range append(methods, servers...) {
					out = append(out, fmt.Sprintf("events {}\n%s { upstream u {\n%s\n%s\n%s\n} }\n", block, before, server, after))
				}
			}
		}
	}
	mail := []string{"", "listen 110;", "listen 111;", "listen 465;", "protocol imap;", "protocol IMAP;", "auth_http 127.0.0.1;", "starttls on;", "starttls off;", "listen 2000 ssl;", "ssl_certificate a;"}
	for _, a := range mail {
		for _, b := range mail {
			out = append(out, fmt.Sprintf("events {}\nmail {\nserver {\n%s\n%s\n}\n}\n", a, b))
		}
	}
	for _, name := range []string{"u", "U", "v"} {
		out = append(out, "events {}\nhttp { upstream u { server 127.0.0.1; }\nupstream "+name+" { server 127.0.0.1; } }\n")
	}
	out = append(out,
		"events {}\nstream {\nserver {\nlisten 80; } }\n",
		"events {}\nstream {\nserver {\nreturn x; } }\n",
		"events {}\nhttp {\nserver { ssl_reject_handshake on; listen 80 ssl; }\nserver { listen 80; }\n}\n",
		"events {}\nhttp {\nserver { ssl_reject_handshake on; listen 80 ssl; }\nserver { listen 80; ssl_reject_handshake on; }\n}\n",
		"events {}\nhttp {\nserver { listen 80; }\nserver { listen 80 ssl default_server; }\n}\n",
		"events {}\nhttp {\nssl on;\nserver { listen 80; }\n}\n",
	)
	return out
}

// TestAddressesLikeNginx asks every nginx about addresses, what listens on them
// and what passes to them: nothing that it takes may be refused, and what it
// refuses must be refused at the same line.
func TestAddressesLikeNginx(t *testing.T) {
	lists := [][]string{addressProbes(), listenProbes(), parameterWords(), wholeProbes()}
	for _, n := range nginxtest.All(t) {
		for _, list := range lists {
			compareTexts(t, n, n.Load(t, "ngx_stream_module.so", "ngx_mail_module.so"), sample(list, 150), missed, otherLine)
		}
	}
}

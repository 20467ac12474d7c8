package verdict

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tunelint/tunelint/nginxconf"
)

func TestReadAddress(t *testing.T) {
	for _, c := range []struct {
		word string
		form urlForm
		want string
	}{
		{"127.0.0.1", 0, "127.0.0.1 127.0.0.1"},
		{"127.0.0.1:080", 0, "127.0.0.1 127.0.0.1 80-80"},
		{"app.test:65535", 0, "app.test 65535-65535"},
		{"app.test:65536", 0, "invalid port"},
		{"app.test:", 0, "invalid port"},
		{":80", 0, "no host"},
		{"", 0, "no host"},
		{"http://app.test", 0, "invalid host"},
		{"app.test:80/a?b", urlWithPath, "app.test 80-80 /a?b"},
		{"app.test?b:80", urlWithPath, "app.test ?b:80"},
		{"80", 0, "80"},
		{"80", urlListens, "0.0.0.0 any 80-80"},
		{"80-90", urlListens, "0.0.0.0 any 80-90"},
		{"90-80", urlListens, "invalid port range"},
		{"80-x", urlListens, "80-x"},
		{"80-0", urlListens, "invalid port"},
		{"*:80", urlListens, "* 0.0.0.0 any 80-80"},
		{"127.0.0.1:80-90", 0, "invalid port"},
		{"0.0.0.0", urlListens, "0.0.0.0 0.0.0.0 any"},
		{"1.2.3", 0, "1.2.3"},
		{"[::1]:80", 0, "[::1] ::1 80-80"},
		{"[::]", urlListens, "[::] :: any"},
		{"[::1", 0, "invalid host"},
		{"[::1]80", 0, "invalid host"},
		{"[]", 0, "no host"},
		{"[::1%lo]", 0, "invalid IPv6 address"},
		{"[1:2:3:4:5:6:7::]", 0, "invalid IPv6 address"},
		{"[::ffff:127.0.0.01]", 0, "[::ffff:127.0.0.01] ::ffff:127.0.0.1"},
		{"[:1:2:3:4:5:6:7:8]", 0, "[:1:2:3:4:5:6:7:8] 1:2:3:4:5:6:7:8"},
		{"unix:/run/a.sock", 0, "/run/a.sock unix"},
		{"unix:/run/a.sock:/b", urlWithPath, "/run/a.sock unix /b"},
		{"unix:", 0, "no path in the unix domain socket"},
		{"unix:" + strings.Repeat("a", maxSocketPath), 0, "too long path in the unix domain socket"},
	} {
		a, refusal := readAddress(c.word, c.form)
		if got := describe(a, refusal); got != c.want {
			t.Errorf("%.40s: %s, want %s", c.word, got, c.want)
		}
	}
}

// describe prints an address, or what nginx has against it.
func describe(a address, refusal string) string {
	if refusal != "" {
		return refusal
	}
	words := []string{a.host}
	if a.ip.IsValid() {
		words = append(words, a.ip.String())
	}
	if a.unix {
		words = append(words, "unix")
	}
	if a.any {
		words = append(words, "any")
	}
	if a.hasPort() {
		words = append(words, fmt.Sprintf("%d-%d", a.port, a.last))
	}
	if a.path != "" {
		words = append(words, a.path)
	}
	return strings.TrimSpace(strings.Join(words, " "))
}

func FuzzReadAddress(f *testing.F) {
	f.Add("127.0.0.1:80/a", byte(2))
	f.Add("[1::2.3.4.5]:80-90", byte(1))
	f.Fuzz(func(t *testing.T, word string, form byte) {
		a, refusal := readAddress(word, urlForm(form%4))
		if refusal == "" && a.last < a.port {
			t.Errorf("%q: a range from %d to %d", word, a.port, a.last)
		}
		if network, ok := readNetwork(word); ok && !network.IsValid() {
			t.Errorf("%q: not a network", word)
		}
	})
}

// TestAddressVerdicts holds the words, and what is proposed instead, for what
// listens and what is passed to.
func TestAddressVerdicts(t *testing.T) {
	newest, old := nginxconf.Options{}, nginxconf.Options{Version: nginxconf.Version{1, 22, 1}}
	for _, c := range []struct {
		options nginxconf.Options
		conf    string
		want    []string
	}{
		{old, "http { upstream u { server http://10.0.0.1:80; } }", []string{`1: invalid host in upstream "http://10.0.0.1:80" (10.0.0.1:80?)`}},
		{old, "http { upstream u { server 10.0.0.1 weight=0; } }", []string{`1: invalid parameter "weight=0"`}},
		{old, "http { upstream u { hash $uri;\nserver 10.0.0.1;\nserver 10.0.0.2 backup; } }", []string{`3: balancing method does not support parameter "backup"`}},
		{old, "http { upstream u { hash $uri; least_conn; server 10.0.0.1; server 10.0.0.2 backup; } }", nil},
		{old, "http { upstream u { keepalive 5; } }", []string{"1: no servers are inside upstream"}},
		{old, "http { upstream u { include servers; } }", nil},
		{old, "http { upstream u { server ${HOST}:${PORT}; } server { listen ${PORT}; location / { proxy_pass ${BACKEND}; } } }", nil},
		{old, "http { upstream u { server {{ ip }}:80; } }", nil},
		{old, "http { upstream u { server 10.0.0.1:$port; } }", []string{`1: invalid port in upstream "10.0.0.1:$port"`}},
		{old, "http { upstream u { server 10.0.0.1 backup; } }", []string{`1: no servers in upstream "u"`}},
		{old, "http { upstream u { server 10.0.0.1; }\nupstream U { server 10.0.0.1; } }", []string{`2: duplicate upstream "U"`}},
		{old, "http { upstream u { server 10.0.0.1; keepalive 0; } }", []string{`1: invalid value "0" in "keepalive" directive`}},
		{newest, "http { upstream u { server 10.0.0.1; keepalive 0; } }", nil},
		{newest, "http { upstream u { server app.test resolve; } }", []string{`1: resolving names at run time requires upstream "u" to be in shared memory`}},
		{newest, "http { upstream u { zone u 1m; server app.test resolve; } }", []string{`1: no resolver defined to resolve names at run time in upstream "u"`}},
		{newest, "http { resolver 10.0.0.1; upstream u { zone u 1m; server app.test resolve; } }", nil},
		{old, "stream { upstream u { server 10.0.0.1; } }", []string{`1: no port in upstream "10.0.0.1"`}},

		{old, "http { server { location / { proxy_pass 127.0.0.1:3000; } } }", []string{"1: invalid URL prefix (http://127.0.0.1:3000?)"}},
		{old, "http { server { location / { proxy_pass $backend/a; set $backend a; } } }", nil},
		{old, "http { server { location ~ a { proxy_pass http://127.0.0.1/; } } }", []string{
			`1: "proxy_pass" cannot have URI part in location given by regular expression, or inside named location, or inside "if" statement, or inside "limit_except" block`,
		}},
		{old, "http { server { location / { fastcgi_pass php; } } }", []string{`1: no port in upstream "php"`}},
		{old, "http { server { location / { fastcgi_pass php; } } upstream php { server 10.0.0.1:9000; } }", nil},
		{old, "http { server { location / { proxy_pass http://app:80; } } upstream app { server 10.0.0.1; } }", []string{`1: upstream "app" may not have port 80`}},
		{old, "http { server { location / { uwsgi_pass http://127.0.0.1:3031; } } }", []string{`1: invalid host in upstream "http://127.0.0.1:3031" (127.0.0.1:3031?)`}},

		{old, "http { server { listen 80;\nlisten *:80; } }", []string{"2: a duplicate listen 0.0.0.0:80"}},
		{old, "http { server { listen 80 default_server; }\nserver { listen 0.0.0.0:80 default_server; } }", []string{"2: a duplicate default server for 0.0.0.0:80"}},
		{old, "http { server { listen 80 backlog=5; }\nserver { listen 80 backlog=5; } }", []string{"2: duplicate listen options for 0.0.0.0:80"}},
		{old, "http { server { listen 80 backlog=5; }\nserver { listen 80; } server { listen [::]:80; listen 127.0.0.1:80; } }", nil},
		{old, "stream { server { return x; listen 80; }\nserver { return x; listen 127.0.0.1:79-81; listen *:80; } }", []string{`2: duplicate "0.0.0.0:80" address and port pair`}},
		{newest, "stream { server { return x; listen 80; }\nserver { return x; listen *:80; } }", nil},
		{old, "http { server { listen 80 so_keepalive=30ms; } }", []string{`1: invalid so_keepalive value: "30ms"`}},
		{newest, "http { server { listen 443 quic ssl; } }", []string{
			`1: "listen" directive "ssl" parameter is incompatible with "quic"`, `1: no "ssl_certificate" is defined for the "listen ... quic" directive`,
		}},
		{old, "http { server { listen https://127.0.0.1:443; } }", []string{`1: invalid host in "https://127.0.0.1:443" of the "listen" directive (127.0.0.1:443?)`}},
		{old, "http { server { listen 443 ssl; } }", []string{`1: no "ssl_certificate" is defined for the "listen ... ssl" directive`}},
		{old, "events { worker_connections 2; }\nhttp { server { listen 1; listen 2; } }", []string{"1: 2 worker_connections are not enough for 2 listening sockets"}},
		{old, "events { worker_connections 2; }\nhttp { server { listen 1; listen 127.0.0.1:1; } }", nil},
		{old, "stream { server { listen 1; } }", []string{"1: no handler for server"}},
		{newest, "stream { server { listen 1; } }", nil},
		{old, "stream { server { return x; } }", []string{`1: no "listen" is defined for server`}},
		{old, "mail { server { listen 111; protocol POP3; } }", []string{`1: unknown protocol "POP3" (pop3?)`, `1: no "auth_http" is defined for server`}},
		{old, "mail { server { listen 111; } }", []string{"1: unknown mail protocol for server"}},

		{old, "http { resolver valid=5s; }", []string{"1: no name servers defined"}},
		{newest, "http { resolver 10.0.0.1 ipv4=off ipv6=off; }", []string{`1: "ipv4" and "ipv6" cannot both be "off"`}},
		{old, "http { allow [::1]; deny ALL; }", []string{`1: invalid parameter "[::1]" (::1?)`, `1: invalid parameter "ALL" (all?)`}},
		{old, "http { allow 10.0.0.1/8; deny ::/129; }", []string{`1: invalid parameter "::/129"`}},
		{old, "http { proxy_bind app.test; }", []string{`1: invalid address "app.test"`}},
		{old, "http { error_log syslog:facility=local7; }", []string{"1: no syslog server specified"}},
		{old, "http { access_log syslog:server=10.0.0.1,tag=a-b; }", []string{`1: syslog "tag" only allows alphanumeric characters and underscore`}},
		{newest, "http { upstream u { server 10.0.0.1; sticky cookie a path=/ path=/; } }", []string{`1: "sticky" directive parameter "path" is duplicate`}},
	} {
		conf := c.conf
		if !strings.HasPrefix(conf, "events") {
			conf = "events {}" + conf
		}
		got := verdictsOf(t, c.options, map[string]string{"nginx.conf": conf})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.conf, diff)
		}
	}
}

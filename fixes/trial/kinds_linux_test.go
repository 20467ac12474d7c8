package trial

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/nginxconf/nginxtest"
)

// kinds are the ways in which the world around a configuration fails it: what
// stands in the main file and in http. nginx complains of each in its own words.
var kinds = []struct {
	name, main, http string
	complaint        string
	broken           bool // it is the configuration itself
}{
	{name: "certificate", http: "server { listen 18099 ssl; ssl_certificate /none.pem; ssl_certificate_key /none.key; }", complaint: "cannot load certificate"},
	{name: "certificate that is none", http: "server { listen 18099 ssl; ssl_certificate DIR/b.conf; ssl_certificate_key DIR/b.conf; }", complaint: "cannot load certificate"},
	{name: "trusted certificates", http: "server { location / { proxy_ssl_verify on; proxy_ssl_trusted_certificate /none.pem; proxy_pass https://127.0.0.1; } }", complaint: "none.pem"},
	{name: "upstream", http: "upstream u { server no-such-host.invalid:80; }", complaint: "host not found in upstream"},
	{name: "proxied name", http: "server { location / { proxy_pass http://no-such-host.invalid; } }", complaint: "host not found in upstream"},
	{name: "name to listen on", http: "server { listen no-such-host.invalid:80; }", complaint: "host not found in"},
	{name: "resolver", http: "resolver no-such-host.invalid;", complaint: "host not found in resolver"},
	{name: "module", main: "load_module DIR/none.so;", complaint: "dlopen()"},
	{name: "module that is none", main: "load_module DIR/b.conf;", complaint: "dlopen()"},
	{name: "user", main: "user no-such-user;", complaint: `getpwnam("no-such-user") failed`},
	{name: "group", main: "user root no-such-group;", complaint: `getgrnam("no-such-group") failed`},
	{name: "folder of a log", http: "access_log /no/such/a.log;", complaint: "open() \"/no/such/a.log\" failed (2"},
	{name: "folder of temporary files", http: "client_body_temp_path /no/such/body;", complaint: "mkdir() \"/no/such/body\" failed (2"},
	{name: "folder of a cache", http: "proxy_cache_path /proc/none keys_zone=a:1m;", complaint: "mkdir() \"/proc/none\" failed"},
	{name: "log that is a folder", http: "access_log /etc;", complaint: "open() \"/etc\" failed (21"},
	{name: "included file", http: "include DIR/none.conf;", complaint: "open() \""},
	{name: "file of a map", http: "geo $g { include DIR/none.geo; }", complaint: "none.geo"},
	{name: "directive", http: "bogus on;", complaint: "unknown directive", broken: true},
	{name: "value", http: "keepalive_timeout x;", complaint: "invalid value", broken: true},
	{name: "brace", http: "server {", complaint: "unexpected end of file", broken: true},
	{name: "variable", http: "server { set $a $none; }", complaint: "unknown \"none\" variable", broken: true},
	{name: "no events", main: "events", complaint: "", broken: true},
}

// TestKinds has what fails nginx stand there before and after a change, and after it
// only, and lets it be repaired.
func TestKinds(t *testing.T) {
	need(t)
	for _, nginx := range nginxtest.All(t) {
		for _, k := range kinds {
			t.Run(nginx.Version+" "+k.name, func(t *testing.T) {
				main := k.main + "\nevents {}\npid DIR/pid;\nhttp {\n\tinclude DIR/b.conf;\n" + k.http + "\n}\n"
				dir := tree(t, map[string]string{"bad.conf": main, "good.conf": "events {}\npid DIR/pid;\nhttp {\n\tinclude DIR/b.conf;\n}\n", "b.conf": "#\n"})
				bad, good := readText(t, filepath.Join(dir, "bad.conf")), readText(t, filepath.Join(dir, "good.conf"))
				conf, other := filepath.Join(dir, "nginx.conf"), filepath.Join(dir, "b.conf")
				tr := &Trial{Program: nginx.Command(t), Conf: conf}
				for _, c := range []struct {
					name, before, path, text string
					want                     Judgement
				}{
					{"before and after", bad, other, "keepalive_timeout 1s;\n", Undecided},
					{"a line below", bad, conf, "\n\n" + bad, Undecided},
					{"after", good, conf, bad, Worse},
					{"before", bad, conf, good, Accepted},
				} {
					if err := os.WriteFile(conf, []byte(c.before), 0o644); err != nil {
						t.Fatal(err)
					}
					ch := change(t, c.path, c.text)
					before, after := twice(t, tr, ch)
					if got := Judge(before, after, []fixes.Change{ch}, nil); got != c.want {
						t.Errorf("%s: judgement %d, want %d: before %v, after %v", c.name, got, c.want, before, after)
					}
					v := before
					if c.before == good {
						v = after
					}
					if want := map[bool]Kind{true: Broken, false: CannotTell}[k.broken]; v.Kind != want || !strings.Contains(v.Complaint, k.complaint) {
						t.Errorf("%s: kind %d, want %d about %q: %v", c.name, v.Kind, want, k.complaint, v)
					}
				}
			})
		}
	}
}

package verdict

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// verdictsOf loads files of /etc/nginx and prints the verdicts.
func verdictsOf(t *testing.T, o nginxconf.Options, files map[string]string) []string {
	t.Helper()
	var out []string
	for _, v := range Of(load(t, files, o)) {
		line := fmt.Sprintf("%d: %s", v.Directive.StopSpan().Position().Line, v.Message)
		switch {
		case v.Kind == NotEvaluated:
			line += " (not evaluated)"
		case v.Kind == NeedsNewer || v.Kind == Removed:
			line += " (" + v.Since + ")"
		case v.Suggestion != "":
			line += " (" + v.Suggestion + "?)"
		case v.ThirdParty != nil:
			line += " (" + strings.Join(v.ThirdParty, ", ") + ")"
		}
		out = append(out, line)
	}
	return out
}

func TestVerdicts(t *testing.T) {
	old := nginxconf.Options{Version: nginxconf.Version{1, 22, 1}}
	with := func(modules ...string) nginxconf.Options {
		return nginxconf.Options{Version: nginxconf.Version{1, 22, 1}, Modules: modules}
	}
	for _, c := range []struct {
		name    string
		options nginxconf.Options
		conf    string
		want    []string
	}{
		{"fine", old, "events {}\nhttp { server { listen 80; location / { limit_except GET { deny all; } if ($host) { return 404; } } } }", nil},
		{"typo", old, "http { server { location / { proxy_passs http://a; } } }", []string{`1: unknown directive "proxy_passs" (proxy_pass?)`}},
		{"typo of what stands elsewhere", old, "http { worker_procesess 1; }", []string{`1: unknown directive "worker_procesess"`}},
		{"typo with the wrong ending", old, "http { sever; }", []string{`1: unknown directive "sever"`}},
		{"block with a typo", old, "events {}\nhtpp {\nsever {\nlisten 80;\nroots /;\n}\nworker_processes 1;\n}", []string{
			`2: unknown directive "htpp" (http?)`,
			`3: unknown directive "sever" (server?)`,
			`7: "worker_processes" directive is not allowed here`,
			`5: unknown directive "roots" (root?)`,
		}},
		{"nothing near", old, "http { frobnicate { a; } }", []string{`1: unknown directive "frobnicate"`}},
		{"third party", old, "http { more_clear_headers A; }", []string{`1: unknown directive "more_clear_headers" (ngx_http_headers_more_filter_module)`}},
		{"declared", with("headers-more"), "http { more_clear_headers A; }", nil},
		{"declared by module name", with("ngx_http_headers_more_filter_module"), "http { more_clear_headers A; }", nil},
		{"declared by package", with("libnginx-mod-http-headers-more-filter"), "http { more_clear_headers A; }", nil},
		{"declared as a bundle", with("openresty"), "http { more_clear_headers A; server { location / { content_by_lua_block { a } } } }", nil},
		{"loaded", old, "load_module modules/ngx_http_headers_more_filter_module.so;\nhttp { more_clear_headers A; }", nil},
		{"declared and misplaced", with("headers-more"), "more_clear_headers A;", []string{`1: "more_clear_headers" directive is not allowed here`}},
		{"of a module nobody knows", with("frobnicator"), "http { frobnicate; }", []string{
			`1: the directives of module "frobnicator" are not known (not evaluated)`,
		}},
		{"modules of nginx", with("modules/ngx_stream_module.so", "njs", "ngx_http_geoip_module"), "frobnicate;", []string{`1: unknown directive "frobnicate"`}},
		{"rtmp", old, "rtmp {\nserver {\nlisten 1935;\napplication a {\nlive on;\n}\n}\n}", []string{`1: unknown directive "rtmp" (ngx_rtmp_module)`}},
		{"Plus", old, "http { server { status_zone a; } }", []string{`1: unknown directive "status_zone" (NGINX Plus, ngx_http_core_module@angie, ngx_stream_core_module@angie)`}},
		{"Plus declared", with("plus"), "http { server { status_zone a; } }", nil},
		{"Plus would refuse it too", old, "http { upstream u { server a; connect_timeout 3s; } }", []string{`1: unknown directive "connect_timeout"`}},
		{"parameter as a statement", old, "http { upstream u { server a; max_fails=3; } }", []string{`1: unknown directive "max_fails=3"`}},
		{"newer", old, "http { server { http2 on; max_headers 3; } }", []string{
			`1: unknown directive "http2" (1.25.1)`, `1: unknown directive "max_headers" (1.29.8)`,
		}},
		{"removed", nginxconf.Options{Version: nginxconf.Version{1, 26, 0}}, "http { server { ssl on; } }", []string{`1: unknown directive "ssl" (1.25.0)`}},
		{"removed or not", nginxconf.Options{}, "http { server { ssl on; } }", nil},
		{"fork or not", nginxconf.Options{}, "http { limit_req_zone $a zone=a:1m; }", nil},
		{"not a fork", old, "http { limit_req_zone $a zone=a:1m; }", []string{`1: invalid number of arguments in "limit_req_zone" directive`}},
		{"of a fork", old, "http { upstream u { backup_switch permanent; } }", []string{`1: unknown directive "backup_switch" (ngx_http_upstream_module@angie-pro)`}},
		{"verbatim", old, "http { types { a b; } map $a $b { proxy_passs 1; }\ngeo $a { default proxy_passs; } }", nil},
		{"entries of a module's own", with("geoip2"), "http { geoip2 a.mmdb { auto_reload 5m; $a source=$b x; } }", nil},
		{"template tag", old, "http { server { <%= x %>; ${EXTRA}; } }", []string{"1: template (not evaluated)", "1: template (not evaluated)"}},
		{"terminators", old, "http;\nhttp { gzip on {} }", []string{
			`1: directive "http" has no opening "{"`, `2: directive "gzip" is not terminated by ";"`,
		}},
	} {
		got := verdictsOf(t, c.options, map[string]string{"nginx.conf": c.conf})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestVerdictsOfIncludedFiles(t *testing.T) {
	got := verdictsOf(t, nginxconf.Options{}, map[string]string{
		"nginx.conf": "http { server { include a; } server { include a; include b; } include b; }",
		"a":          "worker_processes 1;",
		"b":          "\nlocation / { }\nlisten 80;",
	})
	want := []string{
		`2: "location" directive is not allowed here`, `3: "listen" directive is not allowed here`, `1: "worker_processes" directive is not allowed here`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNearest(t *testing.T) {
	for _, c := range []struct {
		name string
		in   nginxconf.Context
		want string
	}{
		{"proxy_raed_timeout", nginxconf.InLocation, "proxy_read_timeout"},
		{"proxy_read_timeouts", nginxconf.InHTTP, "proxy_read_timeout"},
		{"worker_conections", nginxconf.InEvents, "worker_connections"},
		{"lisen", nginxconf.InServer, "listen"},
		{"proxy_pass", nginxconf.InLocation, ""},
		{"http3", nginxconf.InServer, ""},
		{"http22", nginxconf.InServer, ""},
		{"gzp", nginxconf.InHTTP, "gzip"},
		{"ab", nginxconf.InHTTP, ""},
		{"max_fails=3", nginxconf.InUpstream, ""},
		{strings.Repeat("a", 5000), nginxconf.InHTTP, ""},
		{"", nginxconf.InHTTP, ""},
	} {
		if got, ok := Nearest(c.name, c.in); got != c.want || ok != (c.want != "") {
			t.Errorf("%.30s: %q, %v", c.name, got, ok)
		}
	}
}

func TestVerdictsOfNonsenseAreQuick(t *testing.T) {
	var b strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&b, "proxy_pas%dx http://a;\n", i)
	}
	start := time.Now()
	if got := verdictsOf(t, nginxconf.Options{}, map[string]string{"nginx.conf": "http {" + b.String() + "}"}); len(got) != 50_000 {
		t.Errorf("%d verdicts", len(got))
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}

func BenchmarkVerdicts(b *testing.B) {
	server := "server { listen 80; server_name a b; location / { proxy_pass http://127.0.0.1:81; proxy_set_header A b; proxy_read_timeout 3s; } access_log /l main buffer=32k; }\n"
	f := source.NewFile("/etc/nginx/nginx.conf", "events {}\nhttp {\nlog_format main $uri;\n"+strings.Repeat(server, 37_500)+"}\n")
	c, err := nginxconf.Load(source.NewStore(source.Memory{f.Path: f.Text}).View("/"), nginxconf.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if len(Of(c)) > 0 {
			b.Fatal("refused")
		}
	}
}

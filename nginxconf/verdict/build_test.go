package verdict

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tunelint/tunelint/nginxconf"
)

// TestBuild judges directives of modules that an nginx may lack.
func TestBuild(t *testing.T) {
	const debian = "--with-http_ssl_module --with-http_perl_module=dynamic --with-stream=dynamic --with-stream_ssl_module --add-dynamic-module=/build/nchan"
	for _, c := range []struct {
		name, build, conf string
		want              []string
	}{
		{"not known", "", "events {}\nhttp { perl_modules /a; js_import a.js; auth_request_set $a b; }", nil},
		{"not loaded", debian, "events {}\nhttp {\nperl_modules /a; }", []string{`3: unknown directive "perl_modules"`}},
		{"loaded", debian, "load_module modules/ngx_http_perl_module.so;\nevents {}\nhttp {\nperl_modules /a; }", nil},
		{"loaded by an absolute name", debian, "load_module /usr/lib/ngx_stream_module.so;\nevents {}\nstream { }", nil},
		{"a block", debian, "events {}\nstream { }", []string{`2: unknown directive "stream"`}},
		{"not built", debian, "events {}\nhttp { geoip_org /a; }", []string{`2: unknown directive "geoip_org"`}},
		{"built in", debian, "events {}\nhttp { ssl_session_timeout 3m; }", nil},
		{"njs", debian, "events {}\nhttp { js_import a.js; }", []string{`2: unknown directive "js_import"`}},
		{"third party", debian, "events {}\nhttp { server { nchan_publisher; } }", []string{`2: unknown directive "nchan_publisher"`}},
		{"what was added may be anything", debian + " --add-module=/build/x", "events {}\nhttp { server { nchan_publisher; } js_import a.js; }", []string{
			`2: unknown directive "nchan_publisher" (ngx_nchan_module)`,
		}},
		{"a fixed variable", "--with-http_realip_module", "events {}\nhttp { map $uri $realip_remote_addr { default 1; } }", []string{
			`2: the duplicate "realip_remote_addr" variable`,
		}},
	} {
		got := verdictsOf(t, nginxconf.Options{Version: nginxconf.Version{1, 22, 1}, Build: c.build}, map[string]string{"nginx.conf": c.conf})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

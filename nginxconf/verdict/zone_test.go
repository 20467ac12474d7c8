package verdict

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tunelint/tunelint/nginxconf"
)

// TestWholeConfigurations looks at what needs more than one directive.
func TestWholeConfigurations(t *testing.T) {
	for _, test := range []struct{ name, text, directive, message string }{
		{"a zone of nobody", "http { server { limit_req zone=a; } }", "limit_req", `zero size shared memory zone "a"`},
		{"a cache of nobody", "http { server { proxy_cache a; } }", "proxy_cache", `"proxy_cache" zone "a" is unknown`},
		{"a cache that no server has", "http { proxy_cache a; server { proxy_cache off; } }", "proxy_cache", `zero size shared memory zone "a"`},
		{"a zone defined later", "http { server { limit_conn a 1; } limit_conn_zone $uri zone=a:1m; }", "", ""},
		{"a zone in a file that is not there", "http { include zones.conf; server { limit_conn a 1; } }", "", ""},
		{"a zone by a name to be filled in", "http { server { limit_conn ${ZONE} 1; } }", "", ""},
		{"a zone for two uses", "http { limit_conn_zone $uri zone=a:1m; limit_req_zone $uri zone=a:1m rate=1r/s; }",
			"limit_req_zone", `the shared memory zone "a" is already declared for a different use`},
		{"a zone of two sizes", "http { ssl_session_cache shared:a:1m; server { ssl_session_cache shared:a:2m; } }",
			"ssl_session_cache", `the size 2097152 of shared memory zone "a" conflicts with already declared size 1048576`},
		{"a zone with two keys", "http { limit_req_zone $uri zone=a:1m rate=1r/s; limit_req_zone $host zone=a:1m rate=1r/s; }",
			"limit_req_zone", `limit_req_zone "a" is already bound to key "$uri"`},
		{"a cache twice", "http { proxy_cache_path /a keys_zone=a:1m; proxy_cache_path /b keys_zone=a:1m; }", "proxy_cache_path", `duplicate zone "a"`},
		{"a folder twice", "http { proxy_temp_path /a 1; fastcgi_temp_path /a 2; }",
			"fastcgi_temp_path", `the same path name "/a" in /etc/nginx/nginx.conf:2 has the different levels than`},
		{"a log in two ways", "http { access_log /a combined gzip; server { access_log /a combined buffer=4k; } }",
			"access_log", `access_log "/a" already defined with conflicting parameters`},
		{"a log in one way", "http { access_log /a combined gzip; server { access_log /a combined buffer=64k gzip=1; } server { access_log /a; } }", "", ""},
		{"a module too late", "http {} load_module a.so;", "load_module", `"load_module" directive is specified too late`},
		{"threads of nobody", "http { server { aio threads=a; } }", "aio", `unknown thread pool "a"`},
		{"too few buffers", "http { proxy_buffers 2 4k; server {} }", "proxy_buffers", `"proxy_busy_buffers_size" must be less than the size of all "proxy_buffers" minus one buffer`},
		{"too few buffers without a server", "http { proxy_buffers 2 4k; }", "", ""},
		{"too few buffers that every server replaces", "http { proxy_buffers 2 4k; server { proxy_buffers 8 4k; } }", "", ""},
		{"a large first buffer", "http { server { location / { fastcgi_buffer_size 64k; } } }",
			"fastcgi_buffer_size", `"fastcgi_busy_buffers_size" must be less than the size of all "fastcgi_buffers" minus one buffer`},
		{"a certificate without a key", "http { server { ssl_certificate a; } }", "ssl_certificate", `no "ssl_certificate_key" is defined for certificate "a"`},
		{"clients without a certificate", "http { server { ssl_certificate a; ssl_certificate_key b; ssl_verify_client on; } }",
			"ssl_verify_client", "no ssl_client_certificate or ssl_trusted_certificate for ssl_verify_client"},
		{"a peer without a certificate", "http { server { location / { proxy_ssl_verify on; proxy_pass https://127.0.0.1; } } }",
			"proxy_ssl_verify", "no proxy_ssl_trusted_certificate for proxy_ssl_verify"},
		{"a peer without TLS", "http { server { location / { proxy_ssl_verify on; proxy_pass http://127.0.0.1; } } }", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			verdicts := Of(load(t, map[string]string{"nginx.conf": "events {}\n" + test.text}, nginxconf.Options{}))
			var directive, message string
			if len(verdicts) > 0 {
				directive, message = verdicts[0].Directive.Name, verdicts[0].Message
			}
			if diff := cmp.Diff([]string{test.directive, test.message}, []string{directive, message}); diff != "" || len(verdicts) > 1 {
				t.Errorf("-want +got\n%s%v", diff, verdicts)
			}
		})
	}
}

// TestSuggestedParameters looks at parameters that can only mean one thing.
func TestSuggestedParameters(t *testing.T) {
	for statement, suggestion := range map[string]string{
		"proxy_cache_path /a keys_zone=a:1m inactive=60min;":    "inactive=60m",
		"proxy_cache_path /a keys_zone=a:1m max_size=10gb;":     "max_size=10g",
		"proxy_cache_path /a keys_zone=a:1m use_temp_path=OFF;": "use_temp_path=off",
		"access_log /a combined buffer=32kb;":                   "buffer=32k",
		"open_file_cache max=10 inactive=20sec;":                "inactive=20s",
	} {
		verdicts := Of(load(t, map[string]string{"nginx.conf": "events {} http { " + statement + " }"}, nginxconf.Options{}))
		if len(verdicts) != 1 || verdicts[0].Suggestion != suggestion {
			t.Errorf("%s: %v, want %q", statement, verdicts, suggestion)
		}
	}
}

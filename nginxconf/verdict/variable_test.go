package verdict

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/nginxconf/nginxtest"
)

// TestBuiltInVariablesLikeNginx asks the real nginx for every variable of the
// table: those that the version has must be there, all others that belong to
// nginx itself must be unknown, and "map" may define again what is changeable.
func TestBuiltInVariablesLikeNginx(t *testing.T) {
	for _, nginx := range nginxtest.All(t) {
		modules, v := nginx.Load(t, "ngx_stream_module.so"), versionOf(t, nginx)
		for area, table := range map[string]*builtIns{"http": httpVariables(), "stream": streamVariables()} {
			var known []string
			ask := map[string]bool{} // statement: whether nginx takes it
			for _, name := range slices.Sorted(maps.Keys(table.names)) {
				own := table.names[name]
				switch {
				case own.foreign || strings.Contains(own.needs, "geoip"):
					continue
				case v.Since(own.since):
					known = append(known, name)
				default:
					ask[fmt.Sprintf("log_format f '$%s';", name)] = false
				}
				if own.needs == "" && v.Since(own.since) {
					ask[fmt.Sprintf("map x $%s { }", name)] = own.changeable
				}
			}
			for _, p := range table.prefixes {
				if !p.foreign && v.Since(p.since) {
					known = append(known, p.prefix, p.prefix+"x")
					ask[fmt.Sprintf("map x $%s { }", p.prefix+"x")] = true
				}
			}
			ask["log_format f '$"+strings.Join(known, " $")+"';"] = true
			statements := slices.Sorted(maps.Keys(ask))
			nginxtest.Side(len(statements), func(i int) {
				text := "events {}\n" + area + " {\n" + statements[i] + "\n}\n"
				if o := nginx.Test(t, map[string]string{"nginx.conf": modules + text}); o.Refused == ask[statements[i]] {
					t.Errorf("nginx %s, %s: %s: %s", nginx.Version, area, statements[i], o.Message)
				}
			})
		}
	}
}

// scriptStatements hold a place for a text that is compiled, or is not.
var scriptStatements = []struct {
	context nginxconf.Context
	text    string
}{
	{nginxconf.InLocation, "add_header A %s;"}, {nginxconf.InLocation, "add_trailer A %s;"}, {nginxconf.InLocation, "root %s;"},
	{nginxconf.InLocation, "alias %s;"}, {nginxconf.InHTTP, "auth_basic %s;"}, {nginxconf.InHTTP, "auth_basic_user_file %s;"},
	{nginxconf.InLocation, "auth_request_set $a %s;"}, {nginxconf.InHTTP, "proxy_cache_bypass %s;"}, {nginxconf.InHTTP, "proxy_no_cache a %s;"},
	{nginxconf.InHTTP, "proxy_cache_key %s;"}, {nginxconf.InHTTP, "index a %s;"}, {nginxconf.InServer, "try_files %s a;"},
	{nginxconf.InServer, "try_files a %s;"}, {nginxconf.InHTTP, "limit_req_zone %s zone=a:1m rate=1r/s;"}, {nginxconf.InHTTP, "limit_conn_zone %s zone=a:1m;"},
	{nginxconf.InUpstream, "hash %s;"}, {nginxconf.InHTTP, "map %s $a { }"}, {nginxconf.InHTTP, "split_clients %s $a { }"},
	{nginxconf.InHTTP, "map x $a { a %s; }"}, {nginxconf.InHTTP, "split_clients x $a { * %s; }"}, {nginxconf.InHTTP, "geo $a { 127.0.0.1 %s; }"},
	{nginxconf.InHTTP, "proxy_method %s;"}, {nginxconf.InHTTP, "sub_filter a %s;"}, {nginxconf.InHTTP, "sub_filter x%s a;"},
	{nginxconf.InServer, "rewrite ^ %s;"}, {nginxconf.InServer, "rewrite ^ /%s last;"}, {nginxconf.InServer, "set $a %s;"}, {nginxconf.InServer, "return 200 %s;"},
	{nginxconf.InServer, "return http://%s;"}, {nginxconf.InLocation, "proxy_redirect x%s a;"}, {nginxconf.InLocation, "proxy_redirect a %s;"},
	{nginxconf.InHTTP, "proxy_cookie_domain a %s;"}, {nginxconf.InHTTP, "proxy_cookie_path x%s a;"}, {nginxconf.InHTTP, "proxy_cookie_flags x%s secure;"},
	{nginxconf.InHTTP, "error_page 404 %s;"}, {nginxconf.InHTTP, "error_page 404 = %s;"}, {nginxconf.InHTTP, "proxy_store /x%s;"},
	{nginxconf.InHTTP, "fastcgi_store /x%s;"}, {nginxconf.InHTTP, "disable_symlinks on from=%s;"}, {nginxconf.InHTTP, "access_log /x/$host%s;"},
	{nginxconf.InHTTP, "access_log logs/a combined if=%s;"}, {nginxconf.InHTTP, "proxy_ssl_name %s;"}, {nginxconf.InHTTP, "grpc_ssl_name %s;"},
	{nginxconf.InServer, "proxy_set_header A %s;"}, {nginxconf.InServer, "grpc_set_header A %s;"}, {nginxconf.InServer, "fastcgi_param A %s;"},
	{nginxconf.InHTTP, "proxy_set_header A %s;"}, {nginxconf.InLocation, "uwsgi_param A %s;"}, {nginxconf.InLocation, "scgi_param A %s;"},
	{nginxconf.InLocation, "proxy_set_body %s;"}, {nginxconf.InHTTP, "proxy_set_body %s;"}, {nginxconf.InHTTP, "log_format a %s;"},
	{nginxconf.InHTTP, "log_format a escape=json b %s;"}, {nginxconf.InLocation, "if ($host = %s) { }"}, {nginxconf.InLocation, "if ($host != %s) { }"},
	{nginxconf.InLocation, "if (-f %s) { }"}, {nginxconf.InLocation, "if (!-e %s ) { }"}, {nginxconf.InHTTP, "secure_link %s;"}, {nginxconf.InHTTP, "secure_link_md5 %s;"},
	{nginxconf.InHTTP, "proxy_bind $host%s;"}, {nginxconf.InLocation, "proxy_pass http://$host%s;"}, {nginxconf.InLocation, "fastcgi_pass $host%s;"},
	{nginxconf.InLocation, "grpc_pass $host%s;"}, {nginxconf.InLocation, "uwsgi_pass $host%s;"}, {nginxconf.InLocation, "scgi_pass $host%s;"},
	{nginxconf.InHTTP, "expires $host%s;"}, {nginxconf.InHTTP, "limit_rate $host%s;"}, {nginxconf.InLocation, "charset $host%s;"},
	{nginxconf.InStream, "log_format a %s;"}, {nginxconf.InStream, "map %s $a { }"}, {nginxconf.InStream, "map x $a { a %s; }"},
	{nginxconf.InStream, "split_clients %s $a { }"}, {nginxconf.InStreamServer, "set $a %s;"}, {nginxconf.InStreamUpstream, "hash %s;"},
	{nginxconf.InStream, "limit_conn_zone %s zone=a:1m;"}, {nginxconf.InStream, "proxy_ssl_name %s;"}, {nginxconf.InStream, "proxy_bind $hostname%s;"},
	{nginxconf.InStream, "log_format a x; access_log /x/$hostname%s a;"}, {nginxconf.InStream, "log_format a x; access_log logs/a a if=%s;"},
	// not compiled
	{nginxconf.InHTTP, "fastcgi_index %s;"}, {nginxconf.InHTTP, "add_before_body %s;"}, {nginxconf.InHTTP, "proxy_set_header x%s a;"},
	{nginxconf.InHTTP, "default_type %s;"}, {nginxconf.InLocation, "auth_request /%s;"}, {nginxconf.InLocation, "mirror /%s;"}, {nginxconf.InHTTP, "userid_name %s;"},
	{nginxconf.InHTTP, "ssi_types %s;"}, {nginxconf.InHTTP, "fastcgi_hide_header %s;"}, {nginxconf.InHTTP, "userid_path %s;"}, {nginxconf.InHTTP, "proxy_hide_header %s;"},
}

var scriptTexts = []string{
	"$host", "a", "$", "${", "${host}", "${host", "$host$", "a$-b", "$1", "$9x", "$10", "$0", "${1}", "${a-b}", "$$", "$nothing", "${nothing}x", "$Host", "$NOTHINg",
	"$http_x", "$arg_", "$remote_addr.$status", "$a$b", "${}", "$_", "x$1$2$", "$hostname", "$proxy_protocol_tlv_a", "$uri?$args", "$server_namex", "?$", "$msec",
	"$upstream_addr", "$request_port", "$bytes_received", "$session_time", "$sent_trailer_a", "$cookie_A", "$geoip", "$http3", "$ssl_cipher",
}

func scriptProbes() []string {
	var out []string
	for _, s := range scriptStatements {
		for _, word := range scriptTexts {
			statement := fmt.Sprintf(s.text, `"`+word+`"`)
			if strings.Contains(s.text, "$host%s") || strings.Contains(s.text, "/%s") || strings.Contains(s.text, "x%s") || strings.Contains(s.text, "=%s") || strings.Contains(s.text, "$hostname%s") {
				if strings.Contains(word, "${") {
					continue // needs quotes
				}
				statement = fmt.Sprintf(s.text, word)
			}
			text := probe{placeOf(s.context), statement}.text()
			if s.context == nginxconf.InHTTP {
				text = strings.Replace(text, "\n}\n", "\nserver { listen 127.0.0.1:1; }\n}\n", 1)
			}
			out = append(out, text)
		}
	}
	return out
}

// TestScriptsLikeNginx asks the real nginx about texts with variables, wherever
// they are compiled, and where they are not.
func TestScriptsLikeNginx(t *testing.T) {
	compareAll(t, sample(scriptProbes(), 200))
}

// variableTexts are whole configurations about names.
var variableTexts = []string{
	"http { map a $ { } }", "http { map a '' { } }", "http { map a b { } }", "http { geo $ $a { } }", "http { geo x { } }", "http { split_clients a $ { * a; } }",
	"http { map a $host { } }", "http { map a $http_x { } }", "http { map a $http_host { } }", "http { map a $args { } }", "http { geo $nothing $a { } }",
	"http { geo $remote_addr $host { } }", "http { server { set a b; } }", "http { server { set $a-b b; if ($a-b) { } } }", "http { server { if ($a-b) { } } }",
	"http { server { set $A x; return 200 $a; } }", "http { server { set ${a} x; return 200 $a; } }", "http { server { set $request_uri x; } }",
	"http { server { location ~ (?<cap>x) { return 200 $cap; } } }", "http { server { location ~ (?P<cap>x) { } return 200 $CAP; } }",
	"http { server { server_name ~^(?'cap'x)$; return 200 $cap; } }", "http { server { rewrite (?<cap>x) /$cap; } }", "http { server { if ($host ~ (?<cap>x)) { set $y $cap; } } }",
	"http { map $host $x { ~(?<cap>y) $cap; } }", "http { server { location / { proxy_redirect ~(?<cap>x) $cap; } } }", "http { server { location / { memcached_pass 127.0.0.1:1; } } }",
	"http { server { set $memcached_key a; location / { memcached_pass 127.0.0.1:1; } } }", "http { server { charset $x; } }", "http { server { charset $; } }",
	"http { server { source_charset $x; set $x y; } }", "http { server { set $x $y; } server { set $y 1; } }",
	"http { map a $s { } } stream { map $s $t { } }", "stream { map a $s { } map $s $t { } }", "stream { map a $remote_addr { } }", "stream { map a $host { } }",
	"stream { map a $protocol { } }", "stream { server { listen 127.0.0.1:1; return $host; } }", "stream { server { listen 127.0.0.1:1; set $x a; return $x; } }",
	"stream { geo x { } }", "stream { geo $a $b { } }", "http { proxy_set_header a $;\n server { proxy_set_header b c; } }", "http { proxy_set_header a $x;\n server { } }",
	"http { proxy_set_header a $x;\n server { proxy_set_header b c; } }", "http { fastcgi_param a $x; }", "http { server { location / { if ($host) { return 200 $q; } } } }",
	"http { log_format combined x; }", "http { log_format a x; log_format a y; }", "http { log_format A x; log_format a y; access_log logs/a A; }",
	"http { log_format A x; access_log logs/a a; }", "http { access_log logs/a main;\n log_format main x; }", "http { server { access_log logs/a main; }\n log_format main x; }",
	"http { access_log logs/a combined; access_log logs/b COMBINED; access_log off; }", "http { access_log logs/a buffer=32k; }", "http { access_log syslog:server=127.0.0.1 x; }",
	"stream { access_log logs/a; }", "stream { access_log logs/a combined; }", "stream { log_format combined x; access_log logs/a combined; }", "stream { log_format a x; log_format a x; }",
	"http { log_format a escape=json '$host'; log_format b escape=x; }", "http { log_format a $-; }", "http { log_format a '${host'; }", "http { log_format a '$1'; }",
	"http { server { auth_request_set a b; } }", "http { server { auth_request_set $uri b; } }", "http { server { if ($) { } } }", "http { server { if ( $nope ) { } } }",
	"http { upstream u { server 127.0.0.1; hash $nope; } }", "http { server { location / { auth_request_set $n $upstream_http_x; } add_header a $n; } }",
	"http { server { listen 127.0.0.1:1 ssl; ssl_certificate $nope; ssl_certificate_key $nope; } }", "http { ssl_certificate $-; ssl_certificate_key b;\n server { listen 127.0.0.1:1; } }",
	"http { map a $x { }\n map_hash_max_size 100; }", "http { map_hash_max_size 100; map a $x { }\n map_hash_bucket_size 64; }",
	"http { map_hash_max_size 100; map_hash_bucket_size 64; map a $x { } }", "http { map a 'index${host}.html' { } }",
	"http { server { location / { try_files $uri/$nope =404; } } }", "http { server { location / { error_page 404 /$nope; } } }", "http { server { location / { aio threads=$nope; } } }",
}

func TestVariablesLikeNginx(t *testing.T) {
	texts := slices.Clone(variableTexts)
	for i := range texts {
		texts[i] = "events {}\n" + texts[i] + "\n"
		if strings.Contains(texts[i], "stream {") && !strings.Contains(texts[i], "server {") {
			texts[i] = strings.Replace(texts[i], "stream {", "stream { server { listen 127.0.0.1:1; return x; }", 1)
		}
	}
	compareAll(t, texts)
}

// TestForeignScriptsLikeNginx asks the real nginx about directives of modules
// that it may lack.
func TestForeignScriptsLikeNginx(t *testing.T) {
	n := nginxtest.Installed(t)
	objects := []string{"ndk_http_module.so", "ngx_http_set_misc_module.so", "ngx_http_echo_module.so", "ngx_http_headers_more_filter_module.so"}
	for _, object := range objects {
		if !n.Has(object) {
			t.Skipf("no %s", object)
		}
	}
	statements := []string{
		"set_escape_uri = $host;", "set_md5 $a $nope;", "set_md5 $a $host; echo $a;", "set_md5 $uri x;", "set_md5 $a $;", "set_md5 $; ", "echo $nope;", "echo $a;",
		"echo -n $host$;", "echo ${host;x;", "echo_before_body $nope;", "echo_after_body $-;", "more_set_headers 'X: $nope';", "more_set_headers 'X: $';",
		"more_set_headers 'X$nope: a';", "more_set_headers -s 404 -t 'text/html' 'X: $host' 'Y: $nope';", "more_set_input_headers -r 'X: $nope';",
		"more_set_input_headers 'X: $1$host';", "more_set_headers 'X:$nope:$nothing';", "more_set_headers X$nope;", "echo_duplicate 2 $nope;", "set_if_empty $a $host; echo $a;",
		"set_random $a 1 $nope;", "set_hmac_sha1 $mac $nope x;", "set_local_today $today; echo $today;", "echo $echo_it$echo_incr;", "set_rotate $a 1 3; echo $a;",
	}
	var texts []string
	for _, statement := range statements {
		texts = append(texts, probe{placeOf(nginxconf.InLocation), statement}.text())
	}
	compareTexts(t, n, n.Load(t, objects...), texts, placeless, otherLine, otherWords)
}

func TestVariables(t *testing.T) {
	type want struct {
		Kind                Kind
		Message, Suggestion string
	}
	for _, c := range []struct {
		version, text string
		modules       []string
		want          []want
	}{
		{"1.22.1", "http { server { return 200 $remote_adr; } }", nil, []want{{UndefinedReference, `unknown "remote_adr" variable`, "$remote_addr"}}},
		{"1.22.1", "http { server { return 200 $request_port; } }", nil, []want{{NeedsNewer, `unknown "request_port" variable`, ""}}},
		{"1.30.6", "http { server { return 200 $request_port; } }", nil, nil},
		{"1.31.5", "http { server { return 200 $ssl_of_tomorrow$other; } }", nil, []want{{UndefinedReference, `unknown "other" variable`, ""}}},
		{"1.22.1", "http { server { return 200 $DOMAIN$brotli_ratio; } }", nil, nil},
		{"1.22.1", "http { server { return 200 ${DOMAIN:-x}; } }", nil, nil},
		{"1.22.1", "http { server { return 200 $other; } }", []string{"some-module"}, nil},
		{"1.22.1", "http { server { return 200 $other; } }", []string{"headers-more"}, []want{{UndefinedReference, `unknown "other" variable`, ""}}},
		{"1.22.1", "http { include gone.conf; server { return 200 $other; } }", nil, nil},
		{"1.22.1", "http { include mime.types; server { return 200 $other; } }", nil, []want{{UndefinedReference, `unknown "other" variable`, ""}}},
		{"1.22.1", "http { geoip2 a { $geoip2_x source=$remote_addr country; $more x; } server { return 200 $more; } }", []string{"geoip2"}, nil},
		{"1.22.1", "http { server { set_by_lua_block $lua { return 1 } return 200 $lua; } }", []string{"lua"}, nil},
		{"1.22.1", "http { log_format main '$host'; access_log /x mian; }", nil, []want{{UndefinedReference, `unknown log format "mian"`, "main"}}},
		{"1.22.1", "http { log_format combine_d x; access_log /x combind; }", nil, []want{{UndefinedReference, `unknown log format "combind"`, "combined"}}},
		{"1.22.1", "http { include gone.conf; access_log /x main; }", nil, nil},
		{"1.22.1", "http { map a ${NAME} { } server { return 200 $other; } }", nil, nil},
		{"1.22.1", "http { map a $uri { } }", nil, []want{{InvalidValue, `the duplicate "uri" variable`, ""}}},
	} {
		version, err := nginxconf.ParseVersion(c.version)
		if err != nil {
			t.Fatal(err)
		}
		var got []want
		for _, v := range Of(load(t, map[string]string{"nginx.conf": "events {}\n" + c.text}, nginxconf.Options{Version: version, Modules: c.modules})) {
			got = append(got, want{v.Kind, v.Message, v.Suggestion})
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %s:\ngot  %q\nwant %q", c.version, c.text, got, c.want)
		}
	}
}

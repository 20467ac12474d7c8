package verdict

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tunelint/tunelint/nginxconf"
)

// statements are directives with a closed list of parameters, "%s" where the
// parameters go.
var statements = []struct {
	context nginxconf.Context
	text    string
}{
	{nginxconf.InServer, "access_log /dev/null combined %s;"},
	{nginxconf.InServer, "add_header a b %s;"},
	{nginxconf.InServer, "add_trailer a b %s;"},
	{nginxconf.InServer, "proxy_bind 127.0.0.1 %s;"},
	{nginxconf.InServer, "grpc_bind 127.0.0.1 %s;"},
	{nginxconf.InStreamServer, "proxy_bind 127.0.0.1 %s;"},
	{nginxconf.InHTTP, "proxy_cache_path cache keys_zone=z:1m %s;"},
	{nginxconf.InHTTP, "scgi_cache_path cache keys_zone=z:1m %s;"},
	{nginxconf.InServer, "disable_symlinks on %s;"},
	{nginxconf.InMain, "error_log stderr %s;"},
	{nginxconf.InStreamServer, "error_log stderr %s;"},
	{nginxconf.InServer, "fastcgi_param a b %s;"},
	{nginxconf.InUpstream, "hash $uri %s;"},
	{nginxconf.InStreamUpstream, "hash $remote_addr %s;"},
	{nginxconf.InUpstream, "keepalive 1 %s;"},
	{nginxconf.InHTTP, "limit_conn_zone $uri zone=z:1m %s;"},
	{nginxconf.InStream, "limit_conn_zone $remote_addr zone=z:1m %s;"},
	{nginxconf.InServer, "limit_req zone=z %s;"},
	{nginxconf.InHTTP, "limit_req_zone $uri zone=z:1m %s;"},
	{nginxconf.InServer, "listen 127.0.0.1:8080 %s;"},
	{nginxconf.InStreamServer, "listen 127.0.0.1:8080 %s;"},
	{nginxconf.InServer, "open_file_cache max=1 %s;"},
	{nginxconf.InServer, "open_log_file_cache max=1 %s;"},
	{nginxconf.InHTTP, "resolver 127.0.0.1 %s;"},
	{nginxconf.InStream, "resolver 127.0.0.1 %s;"},
	{nginxconf.InServer, "rewrite ^ / %s;"},
	{nginxconf.InUpstream, "server 127.0.0.1 %s;"},
	{nginxconf.InStreamUpstream, "server 127.0.0.1:1 %s;"},
	{nginxconf.InMain, "thread_pool p threads=1 %s;"},
	{nginxconf.InHTTP, "log_format f %s a;"},
}

// samples are values for parameters that do not take "1".
var samples = map[string]string{
	"accept_filter=": "httpready", "ipv4=": "on", "ipv6=": "on", "ipv6only=": "on", "so_keepalive=": "on", "if=": "$uri", "from=": "$uri",
	"keys_zone=": "z:1m", "zone=": "z:1m", "rate=": "1r/s", "use_temp_path=": "on", "buffer=": "32k flush=1s",
	"flush=": "1s buffer=32k", "valid=": "1s", "purger=": "on", "levels=": "1:2",
}

func placeOf(context nginxconf.Context) int {
	for i := range places {
		if places[i].context == context {
			return i
		}
	}
	panic("no such place")
}

// parameterProbes puts every parameter that the table has, and some that no
// directive knows, into every statement.
func parameterProbes() []probe {
	words := map[string]bool{"": true, "nonsense": true, "non=sense": true, "zon=z:1m": true, "n=50": true, "Weight=1": true, "escape=xml": true}
	for i := range closedLists {
		name, _, _ := strings.Cut(closedLists[i].names, "|")
		for _, l := range parameterLists()[name] {
			for word := range l.params {
				if value := samples[word]; value != "" {
					word += value
				} else if strings.HasSuffix(word, "=") {
					word += "1"
				}
				words[word] = true
			}
		}
	}
	var out []probe
	for _, s := range statements {
		for _, word := range slices.Sorted(maps.Keys(words)) {
			out = append(out, probe{placeOf(s.context), fmt.Sprintf(s.text, word)})
		}
	}
	return out
}

func TestParametersLikeNginx(t *testing.T) {
	compareProbes(t, sample(parameterProbes(), 600), compareVerdict)
}

func TestParameters(t *testing.T) {
	type want struct {
		Kind       Kind
		Arg        int
		Message    string
		Suggestion string
	}
	invalid := func(arg int, message, suggestion string) want {
		return want{InvalidParameter, arg, message, suggestion}
	}
	for _, c := range []struct {
		in        nginxconf.Context
		statement string
		want      []want
	}{
		{nginxconf.InServer, "limit_req zone=one n=50;", []want{invalid(1, `invalid parameter "n=50"`, "")}},
		{nginxconf.InServer, "limit_req burst=5;", []want{invalid(-1, `"limit_req" must have "zone" parameter`, "")}},
		{nginxconf.InServer, "limit_req zon=one burst=5;", []want{invalid(0, `invalid parameter "zon=one"`, "zone=one")}},
		{nginxconf.InServer, "limit_req zone=one nodelya;", []want{invalid(1, `invalid parameter "nodelya"`, "nodelay")}},
		{nginxconf.InServer, "limit_req zone=one burst=5 nodelay;", nil},
		{nginxconf.InServer, "limit_req $zone;", []want{
			invalid(0, `invalid parameter "$zone"`, ""),
			invalid(-1, `"limit_req" must have "zone" parameter`, ""),
		}},
		{nginxconf.InServer, "limit_req ${ZONE};", nil},
		{nginxconf.InHTTP, "proxy_cache_path /c level=1;", []want{
			invalid(1, `invalid parameter "level=1"`, "levels=1"),
			invalid(-1, `"proxy_cache_path" must have "keys_zone" parameter`, ""),
		}},
		{nginxconf.InHTTP, "uwsgi_cache_path /c levels=1:2;", []want{invalid(-1, `"uwsgi_cache_path" must have "keys_zone" parameter`, "")}},
		{nginxconf.InHTTP, "proxy_cache_path /c keys_zone=a:1m purger=on;", nil},
		{nginxconf.InUpstream, "server 127.0.0.1 max_fail=3 fail_timout=3s;", []want{
			invalid(1, `invalid parameter "max_fail=3"`, "max_fails=3"),
			invalid(2, `invalid parameter "fail_timout=3s"`, "fail_timeout=3s"),
		}},
		{nginxconf.InUpstream, "server 127.0.0.1 max_fails=3 max_fail=4;", []want{invalid(2, `invalid parameter "max_fail=4"`, "")}},
		{nginxconf.InUpstream, "server 127.0.0.1 weight;", []want{invalid(1, `invalid parameter "weight"`, "")}},
		{nginxconf.InUpstream, "server 127.0.0.1 slow_start=3s;", nil},
		{nginxconf.InUpstream, "server 127.0.0.1 resolve;", []want{{NeedsNewer, 1, `invalid parameter "resolve"`, ""}}},
		{nginxconf.InUpstream, "server <%= ip %>:80 weight=1;", nil},
		{nginxconf.InUpstream, "keepalive 32 local;", []want{{NeedsNewer, -1, `invalid number of arguments in "keepalive" directive`, ""}}},
		{nginxconf.InUpstream, "zone u 1mb;", []want{invalid(1, `invalid zone size "1mb"`, "")}},
		{nginxconf.InUpstream, "zone u 1m;", nil},
		{nginxconf.InServer, "listen 443 http3;", []want{invalid(1, `invalid parameter "http3"`, "")}},
		{nginxconf.InServer, "listen 443 quic;", []want{{NeedsNewer, 1, `invalid parameter "quic"`, ""}}},
		{nginxconf.InServer, "listen 443 spdy;", []want{{Removed, 1, `invalid parameter "spdy"`, ""}}},
		{nginxconf.InServer, "listen 80 defualt_server;", []want{invalid(1, `invalid parameter "defualt_server"`, "default_server")}},
		{nginxconf.InServer, "listen 80 ${EXTRA};", nil},
		{nginxconf.InStreamServer, "listen 80 upd;", []want{invalid(1, `the invalid "upd" parameter`, "udp")}},
		{nginxconf.InServer, "add_header A b c;", []want{invalid(2, `invalid parameter "c"`, "")}},
		{nginxconf.InServer, "rewrite ^ / permanant;", []want{invalid(2, `invalid parameter "permanant"`, "permanent")}},
		{nginxconf.InMain, "error_log logs/e.log wran;", []want{invalid(1, `invalid log level "wran"`, "warn")}},
		{nginxconf.InHTTP, "resolver 127.0.0.1 valld=3s;", []want{invalid(1, `host not found in resolver "valld=3s"`, "valid=3s")}},
		{nginxconf.InHTTP, "resolver 127.0.0.1 name;", nil},
		{nginxconf.InServer, "open_file_cache inactive=3s;", []want{invalid(-1, `"open_file_cache" must have the "max" parameter`, "")}},
		{nginxconf.InServer, "open_file_cache off;", nil},
		{nginxconf.InServer, "access_log /l buffer=32k;", []want{invalid(1, `unknown log format "buffer=32k"`, "")}},
		{nginxconf.InServer, "access_log /l combined gzip=9 flush=1s if=$uri;", nil},
		{nginxconf.InHTTP, "log_format f escape=xml a;", []want{invalid(1, `unknown log format escaping "xml"`, "")}},
		{nginxconf.InHTTP, "log_format f escape=json a b c;", nil},
		{nginxconf.InMain, "thread_pool p thread=3;", []want{invalid(-1, `"thread_pool" must have "threads" parameter`, "")}},
	} {
		var got []want
		for _, v := range (probe{placeOf(c.in), c.statement}).read(t, nginxconf.Version{1, 22, 1}) {
			got = append(got, want{v.Kind, v.Arg, v.Message, v.Suggestion})
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.statement, diff)
		}
	}
}

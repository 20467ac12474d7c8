package verdict

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/nginxconf/nginxtest"
)

// valuesByKind are the words that matter to a reader.
var valuesByKind = map[string][]string{
	"number": {"0", "1", "10", "007", "-1", "+1", "1k", "x", "", "$uri", "9223372036854775807", "9223372036854775808", "1.5", "off", "1\x00", "1\x002"},
	"time":   {"0", "1", "1ms", "1s", "1m", "1M", "1y", "1d1h", "1h1d", "1 m", "x", "", "-1", "10sec", "9223372036854775807", "9223372036854775807ms", "9223372036854775s", "9223372036854776s", "106751991167d", "106751991168d", "292471208677y", "292471208678y", "1\x00s", "1s\x00"},
	"size":   {"0", "1", "4k", "4K", "1m", "1g", "1G", "", "x", "-1", "1.5k", "10kb", "9223372036854775807", "8796093022207m", "8796093022208m", "8589934591g", "8589934592g", "off", "4k\x00", "4\x00k", "off\x00"},
	"zone":   {"a:1m", "a:32k", "a:32767", "a:8k", "a:16k", "a:8191", "a:12k", ":1m", "a", "a:", "", "a:x", "a:1g", "a:0", "a:1m:1m", "a:10MB", "$uri:1m"},
	"rate":   {"1", "1r/s", "1r/m", "r/s", "0", "0r/s", "-1r/s", "1.5r/s", "1r/h", "1R/S", "", "x", "10r/s ", "1r/sr/s", "9223372036854775807r/s", "9223372036854775808r/s", "s", "/s"},
	"flag":   {"on", "off", "ON", "", "x", "1", "on\x00", "o\x00n", "off\x00x"},
	"levels": {"1", "2", "3", "0", "1:2", "2:2:2", "1:2:2:1", "1:", ":1", "", "12", "1-2", "a", "1:2:"},
	"shared": {"off", "none", "builtin", "builtin:", "builtin:0", "builtin:10", "builtin:x", "shared:a:1m", "shared:a:32k", "shared:a:1k", "shared::1m", "shared:a", "shared:a:", "shared:", "shared", "OFF", "on", "", "shared:a:x", "shared:a:1g"},
	"pool":   {"111", "112", "120", "128", "256", "0", "4k", "1m", "113"},
	"window": {"0", "256", "511", "512", "1k", "3k", "32k", "64k", "128k", "256k", "16384"},
	"bytes":  {"0", "1", "15", "16", "17", "32", "33", "2147483647", "2147483648", "3", "4", "1k"},
	"mask":   {"0", "1", "01", "0 1", "2", "01x", "x01", "auto", "", "x"},
	"from":   {"~a", "~(", "~*a", "~*(", "a", "", "off", "default", "~", "~*"},
}

// parameterSlots are configurations with a place for a value, with its kind.
var parameterSlots = []struct{ kind, text string }{
	{"levels", "http { proxy_cache_path cache/a levels=%s keys_zone=a:1m; }"},
	{"zone", "http { proxy_cache_path cache/a keys_zone=%s; }"}, {"zone", "http { scgi_cache_path cache/a levels=1 keys_zone=%s inactive=1m; }"},
	{"time", "http { proxy_cache_path cache/a keys_zone=a:1m inactive=%s; }"}, {"size", "http { fastcgi_cache_path cache/a keys_zone=a:1m max_size=%s; }"},
	{"size", "http { proxy_cache_path cache/a keys_zone=a:1m min_free=%s; }"}, {"flag", "http { proxy_cache_path cache/a keys_zone=a:1m use_temp_path=%s; }"},
	{"number", "http { proxy_cache_path cache/a keys_zone=a:1m loader_files=%s; }"}, {"time", "http { proxy_cache_path cache/a keys_zone=a:1m loader_sleep=%s; }"},
	{"time", "http { proxy_cache_path cache/a keys_zone=a:1m loader_threshold=%s; }"}, {"number", "http { uwsgi_cache_path cache/a keys_zone=a:1m manager_files=%s; }"},
	{"time", "http { proxy_cache_path cache/a keys_zone=a:1m manager_sleep=%s; }"}, {"time", "http { proxy_cache_path cache/a keys_zone=a:1m manager_threshold=%s; }"},
	{"zone", "http { limit_req_zone $uri zone=%s rate=1r/s; }"}, {"rate", "http { limit_req_zone $uri zone=a:1m rate=%s; }"}, {"zone", "http { limit_conn_zone $uri zone=%s; }"},
	{"zone", "stream { limit_conn_zone $remote_addr zone=%s; }"}, {"number", "http { limit_req_zone $uri zone=a:1m rate=1r/s; server { limit_req zone=a burst=%s; } }"},
	{"number", "http { limit_req_zone $uri zone=a:1m rate=1r/s; server { limit_req zone=a burst=5 delay=%s; } }"}, {"number", "http { limit_conn_zone $uri zone=a:1m; server { limit_conn a %s; } }"},
	{"number", "http { limit_conn_zone $uri zone=a:1m; server { limit_conn a 6553%s; } }"}, {"zone", "http { limit_req zone=%s; }"}, {"zone", "http { limit_conn %s 1; }"},
	{"shared", "http { server { ssl_session_cache %s; } }"}, {"shared", "http { server { ssl_session_cache builtin %s; } }"}, {"shared", "stream { ssl_session_cache %s; }"},
	{"shared", "http { server { ssl_ocsp_cache %s; } }"}, {"number", "http { ssl_certificate_cache max=%s; }"}, {"time", "http { ssl_certificate_cache max=5 inactive=%s valid=1m; }"},
	{"time", "http { proxy_ssl_certificate_cache max=5 valid=%s; }"}, {"number", "http { open_file_cache max=%s; }"}, {"time", "http { open_file_cache max=5 inactive=%s; }"},
	{"time", "http { open_file_cache off inactive=%s; }"}, {"number", "http { open_log_file_cache max=%s; }"}, {"number", "http { open_log_file_cache max=%s off; }"}, {"number", "http { open_log_file_cache max=1 min_uses=%s; }"},
	{"time", "http { open_log_file_cache max=1 inactive=%s valid=1m; }"}, {"time", "http { open_log_file_cache max=1 valid=%s; }"},
	{"size", "http { access_log logs/a combined buffer=%s; }"}, {"time", "http { access_log logs/a combined buffer=4k flush=%s; }"}, {"number", "http { access_log logs/a combined gzip=%s; }"},
	{"time", "http { access_log logs/a combined flush=%s; }"}, {"number", "http { access_log logs/$host combined gzip=%s; }"}, {"size", "http { access_log syslog:server=127.0.0.1 combined buffer=%s; }"},
	{"flag", "http { access_log off %s; }"}, {"flag", "http { access_log logs/a %s; }"}, {"size", "error_log memory:%s debug; http {}"},
	{"number", "thread_pool a threads=%s; http {}"}, {"number", "thread_pool a threads=1 max_queue=%s; http {}"}, {"flag", "thread_pool a threads=1 %s; http {}"}, {"mask", "worker_cpu_affinity %s; http {}"},
	{"mask", "worker_cpu_affinity 01 %s; http {}"}, {"mask", "worker_cpu_affinity auto %s; http {}"}, {"mask", "worker_cpu_affinity auto 01 %s; http {}"},
	{"pool", "http { connection_pool_size %s; }"}, {"pool", "http { request_pool_size %s; server {} }"}, {"pool", "http { http2_pool_size %s; }"}, {"window", "http { gzip_window %s; }"}, {"window", "http { gzip_hash %s; }"},
	{"bytes", "http { http2_recv_buffer_size %s; }"}, {"bytes", "http { http2_body_preread_size %s; }"}, {"bytes", "http { http2_chunk_size %s; }"}, {"bytes", "http { http2_streams_index_size %s; }"},
	{"number", "http { http2_max_concurrent_pushes %s; }"}, {"number", "http { client_body_temp_path a %s; }"}, {"number", "http { proxy_temp_path a 1 %s; }"}, {"number", "http { fastcgi_temp_path a 1 2 %s; }"}, {"number", "http { scgi_temp_path a 9 %s; }"},
	{"from", "http { proxy_redirect %s; }"}, {"from", "http { proxy_redirect %s b; }"}, {"from", "http { proxy_cookie_path %s; }"}, {"from", "http { proxy_cookie_domain %s b; }"}, {"from", "http { proxy_cookie_path %s b; }"}, {"from", "http { proxy_cookie_flags %s secure; }"},
	{"from", "http { proxy_redirect off; proxy_redirect %s; }"}, {"from", "http { proxy_redirect %s b; proxy_redirect off; }"}, {"from", "http { proxy_cookie_path a b; proxy_cookie_path %s; }"},
	{"from", "http { server { location / { proxy_pass http://127.0.0.1; proxy_redirect %s; } } }"}, {"from", "http { server { location / { proxy_pass http://127.0.0.1$uri; proxy_redirect %s; } } }"}, {"from", "http { server { location / { proxy_redirect %s; proxy_pass http://127.0.0.1/; } } }"},
	{"from", "http { fastcgi_split_path_info %s; }"}, {"from", "http { fastcgi_split_path_info (%s)(.); }"}, {"from", `http { fastcgi_split_path_info "(?:%s)\((.)(.)"; }`},
	{"from", "http { proxy_store '%s'; }"}, {"from", "http { proxy_cache_path cache/a keys_zone=a:1m; proxy_cache a; proxy_store '%s'; }"}, {"from", "http { proxy_store '%s'; proxy_cache x; proxy_cache_path cache/a keys_zone=x:1m; }"},
	{"from", "http { server { proxy_cache %s; } }"}, {"from", "http { proxy_cache %s; server { proxy_cache off; } }"}, {"from", "http { proxy_cache_path cache/a keys_zone=a:1m; proxy_cache %s; server { fastcgi_cache a; } }"},
	{"from", "http { server { location / { aio threads=%s; } } }"}, {"from", "thread_pool a threads=5; http { server { location / { aio threads=%s; } } }"}, {"from", "http { server { proxy_temp_path /%s 1; fastcgi_temp_path /off 1; } }"},
	{"size", "http { upstream u { zone u %s; server 127.0.0.1; } }"}, {"zone", "http { upstream u { zone '%s'; server 127.0.0.1; } }"},
	{"bytes", "http { server { proxy_buffer_size 1%s; } }"}, {"bytes", "http { server { proxy_buffers 8 %s; } }"}, {"bytes", "http { server { fastcgi_buffers %s 8k; } }"}, {"size", "http { server { proxy_busy_buffers_size %s; } }"},
	{"size", "http { scgi_max_temp_file_size %s; server {} }"}, {"size", "http { uwsgi_temp_file_write_size %s; server {} }"}, {"size", "http { server { large_client_header_buffers 4 %s; } }"}, {"window", "http { connection_pool_size %s; server { large_client_header_buffers 2 1k; } }"},
	{"window", "http { proxy_buffer_size %s; server { } }"}, {"window", "http { proxy_buffer_size %s; server { proxy_buffers 4 32k; } }"}, {"window", "http { proxy_buffers 2 %s; server { location / { proxy_busy_buffers_size 16k; } } }"}, {"window", "http { proxy_busy_buffers_size %s; }"},
	{"zone", "http { lua_shared_dict a 1m; limit_req_zone $uri zone=%s rate=1r/s; }"}, {"size", "http { lua_shared_dict b %s; }"}, {"zone", "http { limit_req_zone $uri zone=a:1m rate=1r/s; limit_req_zone $uri zone=%s rate=2r/s; }"},
	{"zone", "http { limit_conn_zone $uri zone=a:1m; limit_req_zone $uri zone=%s rate=2r/s; }"}, {"zone", "http { proxy_cache_path cache/a keys_zone=a:1m; proxy_cache_path cache/b keys_zone=%s; }"}, {"zone", "http { proxy_cache_path cache/a keys_zone=a:1m; proxy_cache_path cache/a keys_zone=b%s; }"},
	{"zone", "http { ssl_session_cache shared:a:1m; server { ssl_session_cache shared:%s; } }"}, {"zone", "stream { ssl_session_cache shared:a:1m; } http { server { ssl_session_cache shared:%s; } }"},
	{"number", "http { lua_socket_pool_size %s; }"}, {"time", "http { lua_socket_connect_timeout %s; }"}, {"size", "http { lua_socket_buffer_size %s; }"}, {"flag", "http { lua_code_cache %s; }"}, {"number", "http { lua_regex_cache_max_entries %s; }"}, {"number", "http { lua_malloc_trim %s; }"},
	{"flag", "http { lua_code_cache on; lua_code_cache %s; }"}, {"flag", "http { lua_package_path '%s'; lua_package_path b; }"}, {"time", "http { send_timeout %s; }"}, {"time", "http { open_file_cache_valid %s; }"}, {"time", "http { proxy_cache_valid 200 %s; }"}, {"size", "http { client_max_body_size %s; }"},
	{"size", "http { access_log logs/a combined buffer=4k; access_log logs/a combined buffer=%s; }"}, {"time", "http { access_log logs/a combined gzip; server { access_log logs/a combined gzip flush=%s; } }"}, {"number", "http { access_log logs/a combined gzip=1; access_log logs/b combined gzip=2; server { access_log logs/a combined gzip=%s; } }"},
	{"flag", "http { server { proxy_ssl_verify %s; location / { proxy_pass https://127.0.0.1; } } }"}, {"flag", "http { server { proxy_ssl_certificate c; location / { proxy_pass http%s://127.0.0.1; } } }"}, {"flag", "http { server { location / { proxy_ssl_certificate c; proxy_pass $uri%s; } } }"},
	{"flag", "http { server { ssl_certificate '%s'; } }"}, {"flag", "http { server { ssl_verify_client %s; } }"}, {"flag", "http { ssl_certificate c; server { ssl_certificate_key '%s'; ssl_certificate d; } server { } }"},
	{"flag", "stream { server { listen 1; proxy_pass 127.0.0.1:1; ssl_certificate '%s'; } }"}, {"flag", "stream { server { listen 1 ssl; proxy_pass 127.0.0.1:1; ssl_certificate '%s'; } }"}, {"flag", "stream { server { listen 1; proxy_pass 127.0.0.1:1; proxy_ssl %s; proxy_ssl_certificate c; } }"}, {"flag", "stream { server { listen 1; proxy_pass 127.0.0.1:1; proxy_ssl %s; proxy_ssl_verify on; } }"},
	{"flag", "http { gzip %s; }"}, {"flag", "http { memcached_next_upstream error %s; }"}, {"number", "http { keepalive_requests %s; }"}, {"number", "worker_processes %s; http {}"}, {"number", "worker_priority %s; http {}"},
	{"size", "http { directio %s; }"}, {"size", "http { proxy_limit_rate %s; }"}, {"flag", "http { server_tokens %s; }"}, {"flag", "http { ssl_verify_client %s; }"}, {"flag", "http { aio %s; }"}, {"flag", "debug_points %s; http {}"}, {"time", "timer_resolution %s; http {}"},
	{"number", "http { gzip_buffers %s 4k; }"}, {"number", "http { gzip_comp_level %s; }"}, {"number", "http { limit_req_status 40%s; }"}, {"number", "http { proxy_cache_valid %s 1m; }"}, {"time", "http { keepalive_timeout 5 %s; }"}, {"flag", "http { lingering_close %s; }"},
	{"from", "http { http2_push %s; }"}, {"from", "http { http2_push off; http2_push %s; }"}, {"from", "http { http2_push a; http2_push %s; }"}, {"flag", "http { http2_push_preload %s; }"}, {"flag", "http { http2_push_preload on; http2_push_preload %s; }"}, {"number", "http { http2_max_concurrent_pushes 5; http2_max_concurrent_pushes %s; }"},
	{"size", "stream { proxy_upstream_buffer 4k; proxy_buffer_size %s; }"}, {"number", "http { map $uri $a {} map_hash_max_size %s; }"}, {"number", "stream { map_hash_max_size %s; map $remote_addr $a {} }"},
	{"flag", "http { grpc_ssl_verify %s; server { location / { grpc_pass grpcs://127.0.0.1:1; } } }"}, {"flag", "http { uwsgi_ssl_verify %s; server { location / { uwsgi_pass suwsgi://127.0.0.1:1; } } }"}, {"flag", "http { error_log logs/x error %s; }"}, {"flag", "http { error_log logs/x debug_core %s; }"},
}

// errorLevels are pairs of levels of error_log.
func errorLevels() []string {
	var out []string
	for _, first := range []string{"error", "debug", "debug_http", "x"} {
		for _, second := range []string{"warn", "error", "debug", "debug_core", "debug_http", "emerg"} {
			out = append(out, "error_log logs/a "+first+" "+second+"; http {}")
		}
	}
	return out
}

// parameterTexts are all probes with all values, each line of its own.
func parameterTexts() []string {
	out := errorLevels()
	for _, p := range parameterSlots {
		for _, value := range valuesByKind[p.kind] {
			if strings.ContainsAny(value, " ") || value == "" && strings.HasSuffix(p.text[:strings.Index(p.text, "%s")], " ") {
				continue
			}
			text := strings.NewReplacer("; ", ";\n", "{ ", "{\n").Replace(fmt.Sprintf(p.text, value))
			out = append(out, "events {}\n"+text+"\n")
		}
	}
	return out
}

// TestParameterValuesLikeNginx asks each nginx about values at the boundaries of
// what parameters and merged values may be. Nothing that nginx takes may be
// refused, and what is refused alike has to be found at its line.
func TestParameterValuesLikeNginx(t *testing.T) {
	all := sample(parameterTexts(), 300)
	for _, n := range nginxtest.All(t) {
		compareTexts(t, n, n.Load(t, "ngx_stream_module.so", "ndk_http_module.so", "ngx_http_lua_module.so"), all, otherLine)
	}
}

package verdict

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/nginxconf/nginxtest"
)

// TestLuaHandlers asks each nginx about handlers without code and second ones.
func TestLuaHandlers(t *testing.T) {
	type place struct {
		refused bool
		line    int
		message string
	}
	for _, n := range nginxtest.All(t) {
		modules := n.Load(t, "ndk_http_module.so", "ngx_http_lua_module.so")
		for _, handler := range []string{
			"access_by_lua_block {}", "access_by_lua_block { }", "access_by_lua '';", "access_by_lua_file '';", "log_by_lua_block {}",
			"header_filter_by_lua_block {}", "content_by_lua_block {} proxy_pass http://127.0.0.1;", "rewrite_by_lua '-- x';",
			"access_by_lua_block { a() }\naccess_by_lua_block { b() }", "access_by_lua_file a.lua; access_by_lua 'a()';",
		} {
			files := map[string]string{"nginx.conf": modules + "events {}\nhttp { server { location / {\n" + handler + "\n} } }\n"}
			nginx, own := n.Test(t, files), ownOpinion(t, files, optionsOf(t, n))
			want, got := place{nginx.Refused, nginx.Line, nginx.Message}, place{own.Refused, own.Line, own.Message}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(place{})); diff != "" {
				t.Errorf("nginx %s: %s: %s", n.Version, handler, diff)
			}
		}
	}
	got := verdictsOf(t, nginxconf.Options{}, map[string]string{"nginx.conf": "load_module ngx_http_lua_module.so;\nevents {}\nhttp { init_by_lua_block {} init_worker_by_lua_block {} }"})
	if diff := cmp.Diff([]string{"3: invalid location config: no runnable Lua code"}, got); diff != "" {
		t.Error(diff)
	}
}

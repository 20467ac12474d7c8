package nginxconf

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/nginxconf/nginxtest"
	"github.com/tunelint/tunelint/source"
)

// luaPieces are what decides where a Lua block ends, and harmless bytes.
var luaPieces = []string{
	" ", " ", "\n", "\n", "\r\n", "\r", "\t", "x", "local s = ", "ngx.say(1)", "{", "{", "{", "}", "}", "}", "{}", "{ y = { 1 } }",
	`"`, `'`, `"a"`, `'b'`, `"it's }"`, `'{ "'`, `"\""`, `'\''`, `"\\"`, `"\}"`, `\"`, `\'`, `\\`, `\`, "\\\n", "\\\r\n", `\z`, "\\z\n",
	"[", "]", "=", "[[", "]]", "[=[", "]=]", "[==[", "]==]", "[[ } ]]", "[=[ ]] { ]=]", "]=", "[=", "t[u[1]]", "t[[1]]", "[ [", "] ]",
	"-", "--", "-- }\n", "-- don't {\n", "---", "--[", "--[[", "--[=[", "--[[ } ]]", "--[=[ { ]=]", "-- [[", "--\n", "--\r}",
	"#", "# }\n", "$", "${", "${a}", ";", "//", "/* } */", "\x00", "\xff", "é", "\xef\xbb\xbf", "function() end", "goto done;",
}

// luaText is a configuration with one random Lua block, in one case of four a
// block that does not fit into nginx's buffer.
func luaText(r *rand.Rand) string {
	var b strings.Builder
	head := luaHeads[r.IntN(len(luaHeads))]
	long := r.IntN(4) == 0
	if long {
		b.WriteString(padding(r))
	}
	b.WriteString(head.before)
	for range 1 + r.IntN(24) {
		if long && r.IntN(3) == 0 {
			b.WriteString(longPiece(r))
		} else {
			b.WriteString(luaPieces[r.IntN(len(luaPieces))])
		}
	}
	for range r.IntN(4) {
		b.WriteString("}")
	}
	b.WriteString("\nEND_MARK;\n" + head.after)
	return b.String()
}

// padding moves what follows it in nginx's buffer.
func padding(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(4) {
		b.WriteString("# " + strings.Repeat("p", r.IntN(2000)) + strings.Repeat("\n ", 1+r.IntN(50)))
	}
	return b.String()
}

// longPiece is a stretch of Lua that may be longer than what nginx has read.
func longPiece(r *rand.Rand) string {
	n := 1 + r.IntN(1<<(5+r.IntN(8)))
	switch r.IntN(7) {
	case 0:
		return "[[" + strings.Repeat("} ", n/2) + "]]"
	case 1:
		return "--[=[" + strings.Repeat("{\n", n/2) + "]=]"
	case 2:
		return "--" + strings.Repeat(" '}", n/3) + "\n"
	case 3:
		return `"` + strings.Repeat("'{", n/2) + `"`
	case 4:
		return strings.Repeat("x", n)
	case 5:
		return strings.Repeat("\n", n)
	}
	return strings.Repeat("{} ", n/3)
}

// luaHeads are where Lua blocks can stand.
var luaHeads = []struct{ before, after string }{
	{"events {}\nhttp { server { location / {\ncontent_by_lua_block {", "}}}\n"},
	{"events {}\nhttp { server { location / {\naccess_by_lua_block # {\n{", "}}}\n"},
	{"events {}\nhttp { server { location / {\nset_by_lua_block $v{", "}}}\n"},
	{"events {}\nhttp { server { rewrite_by_lua_block\r\n{", "}}\n"},
	{"events {}\nhttp { \"log_by_lua_block\" {", "}\n"},
	{"events {}\nhttp { init_by_lua_block {", "}\n"},
	{"events {}\nhttp { init_worker_by_lua_block {", "}\n"},
}

// luaKnown are the names that mean something in such a configuration.
var luaKnown = map[string]bool{"load_module": true, "events": true, "http": true, "server": true, "location": true}

// luaMayBeEmpty are the blocks that may hold no byte at all.
var luaMayBeEmpty = map[string]bool{"set_by_lua_block": true, "init_worker_by_lua_block": true}

// firstLuaComplaint predicts nginx's first complaint about a configuration with
// a Lua block: its end decides which names and braces nginx sees after it.
func firstLuaComplaint(text string) (line int, message string) {
	doc := parse(source.NewFile("/nginx.conf", text), text, nil) // no template
	eachDirective(doc.Directives, func(d *Directive) {
		switch {
		case message != "" || luaKnown[d.Name]:
		case !isLuaBlock(d.Name):
			line, message = d.StopSpan().Position().Line, unknownDirective(d.Name)
		case d.Block.close == d.Block.open+1 && !luaMayBeEmpty[d.Name]:
			line, message = d.StopSpan().Position().Line, "no runnable Lua code"
		}
	})
	if message == "" && doc.Err != nil {
		return doc.Err.Span.Position().Line, doc.Err.Message
	}
	return line, message
}

// TestRandomLuaBlocks compares where random Lua bodies end, or what is wrong with
// them, with what the real modules say. TUNELINT_ALL_PROBES=1 asks about more.
func TestRandomLuaBlocks(t *testing.T) {
	bodies := 600
	if os.Getenv("TUNELINT_ALL_PROBES") != "" {
		bodies = 6000
	}
	texts := make([]string, bodies)
	r := rand.New(rand.NewPCG(3, 4))
	for i := range texts {
		texts[i] = luaText(r)
	}
	eachNginx(t, func(t *testing.T, nginx *nginxtest.Nginx) {
		load := strings.ReplaceAll(nginx.Load(t, "ndk_http_module.so", "ngx_http_lua_module.so"), "\n", " ")
		nginxtest.Side(bodies, func(i int) { compareLua(t, nginx, load+texts[i]) })
	})
}

// eachNginx runs a test with the installed nginx and with a newer one.
func eachNginx(t *testing.T, f func(t *testing.T, nginx *nginxtest.Nginx)) {
	t.Run("installed", func(t *testing.T) { f(t, nginxtest.Installed(t)) })
	t.Run("newer", func(t *testing.T) { f(t, nginxtest.Newer(t)) })
}

func compareLua(t *testing.T, nginx *nginxtest.Nginx, text string) {
	o := nginx.Test(t, map[string]string{"nginx.conf": text})
	line, message := firstLuaComplaint(text)
	if o.Line < line && len(text) > maxToken { // nginx loses count of lines in long stretches
		line = o.Line
	}
	if line != o.Line || !strings.Contains(o.Message, message[:min(len(message), 200)]) || o.Refused != (message != "") {
		t.Errorf("%q:\nnginx     %d: %.300q\npredicted %d: %.300q", text, o.Line, o.Message, line, message)
	}
}

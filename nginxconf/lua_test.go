package nginxconf

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/nginxconf/nginxtest"
	"github.com/tunelint/tunelint/source"
)

//go:embed testdata/lua-blocks.tsv
var luaBlocks string

// A luaCase is a Lua block and what the real module says of it.
type luaCase struct {
	name, block string
	end         int // 0 when the block is refused before its end is known
	says        string
	line        int
}

func luaCases(t *testing.T) []luaCase {
	var out []luaCase
	unescape := strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\r`, "\r")
	for _, cells := range tableRows(luaBlocks) {
		c := luaCase{name: cells[1], block: unescape.Replace(cells[2])}
		if _, err := fmt.Sscanf(cells[3], "byte %d", &c.end); err != nil && cells[3] != "" {
			t.Fatal(err)
		}
		says, line, _ := strings.Cut(cells[4], " @line ")
		_, c.says, _ = strings.Cut(says, ": ")
		var err error
		if c.line, err = strconv.Atoi(line); err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

const luaHead = "events {} http { server { location / {\n"

func (c luaCase) text() string { return luaHead + c.block + "\nEND_MARK;\n}}}\n" }

func TestLuaBlocks(t *testing.T) {
	cases := luaCases(t)
	if len(cases) != 34 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		doc := Parse(source.NewFile("/nginx.conf", c.text()))
		end, says, line := 0, "", 0
		eachDirective(doc.Directives, func(d *Directive) {
			if d.Block != nil && d.Block.Code {
				end = int(d.end) - len(luaHead)
			}
			if d.Name == "END_MARK" {
				says, line = `unknown directive "END_MARK"`, d.StopSpan().Position().Line
			}
		})
		if doc.Err != nil && says == "" {
			says, line = doc.Err.Message, doc.Err.Span.Position().Line
		}
		if c.end != 0 && end != c.end {
			t.Errorf("%s: ends at byte %d, want %d", c.name, end, c.end)
		}
		if refusedLater(c.says) {
			continue
		}
		if !strings.HasPrefix(c.says, says) || says == "" || line != c.line {
			t.Errorf("%s: line %d: %q, want %d: %q", c.name, line, says, c.line, c.says)
		}
	}
}

// refusedLater reports whether the module refuses a block whose end is where it
// should be.
func refusedLater(says string) bool {
	for _, why := range []string{"no runnable Lua code", "invalid number of arguments", "invalid variable name"} {
		if strings.Contains(says, why) {
			return true
		}
	}
	return false
}

func TestLuaBlocksLikeNginx(t *testing.T) {
	eachNginx(t, func(t *testing.T, n *nginxtest.Nginx) {
		load := strings.ReplaceAll(n.Load(t, "ndk_http_module.so", "ngx_http_lua_module.so"), "\n", " ")
		for _, c := range luaCases(t) {
			o := n.Test(t, map[string]string{"nginx.conf": load + c.text()})
			if o.Message != c.says || o.Line != c.line {
				t.Errorf("%s: nginx says in line %d: %q, want %d: %q", c.name, o.Line, o.Message, c.line, c.says)
			}
		}
	})
}

func TestLuaOnlyWhereItIsADirective(t *testing.T) {
	doc := Parse(source.NewFile("/f", "map $a $b { x_by_lua_block 1; }\na content_by_lua_block;\n"))
	if doc.Err != nil || len(doc.Directives) != 2 {
		t.Fatalf("%v, %d directives", doc.Err, len(doc.Directives))
	}
	if entries := doc.Directives[0].Block.Directives; len(entries) != 1 || entries[0].Block != nil {
		t.Errorf("an entry of a map was read as Lua")
	}
}

// tableRows returns the cells of a table's rows, without remarks and header.
func tableRows(text string) [][]string {
	var rows [][]string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
		}
	}
	return rows[1:]
}

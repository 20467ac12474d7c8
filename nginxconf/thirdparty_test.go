package nginxconf

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tunelint/tunelint/nginxconf/nginxtest"
)

// contextTexts are whole configurations around one statement. The modules that
// open the last ones are not part of nginx itself.
var contextTexts = []struct {
	context Context
	object  string
	text    string
}{
	{InMain, "", "%s\nevents {}\n"},
	{InEvents, "", "events {\n%s\n}\n"},
	{InHTTP, "", "events {}\nhttp {\n%s\n}\n"},
	{InServer, "", "events {}\nhttp { server {\n%s\n} }\n"},
	{InLocation, "", "events {}\nhttp { server { location / {\n%s\n} } }\n"},
	{InServerIf, "", "events {}\nhttp { server { if ($uri) {\n%s\n} } }\n"},
	{InLocationIf, "", "events {}\nhttp { server { location / { if ($uri) {\n%s\n} } } }\n"},
	{InLimitExcept, "", "events {}\nhttp { server { location / { limit_except GET {\n%s\n} } } }\n"},
	{InUpstream, "", "events {}\nhttp { upstream u { server 127.0.0.1;\n%s\n} }\n"},
	{InStream, "ngx_stream_module.so", "events {}\nstream {\n%s\n}\n"},
	{InStreamServer, "ngx_stream_module.so", "events {}\nstream { server {\n%s\n} }\n"},
	{InStreamUpstream, "ngx_stream_module.so", "events {}\nstream { upstream u { server 127.0.0.1:1;\n%s\n} }\n"},
	{InMail, "ngx_mail_module.so", "events {}\nmail {\n%s\n}\n"},
	{InMailServer, "ngx_mail_module.so", "events {}\nmail { server {\n%s\n} }\n"},
	{InRTMP, "ngx_rtmp_module.so", "events {}\nrtmp {\n%s\n}\n"},
	{InRTMPServer, "ngx_rtmp_module.so", "events {}\nrtmp { server {\n%s\n} }\n"},
	{InRTMPApplication, "ngx_rtmp_module.so", "events {}\nrtmp { server { application a {\n%s\n} } }\n"},
	{InRTMPRecorder, "ngx_rtmp_module.so", "events {}\nrtmp { server { application a { recorder r {\n%s\n} } } }\n"},
}

// A moduleProbe is one statement that begins with a name that a shared object
// defines.
type moduleProbe struct {
	object, name string
	place        int
	args         int
	block        bool
}

func (p moduleProbe) text() string {
	end := ";"
	if p.block {
		end = " { }"
	}
	return fmt.Sprintf(contextTexts[p.place].text, p.name+strings.Repeat(" 1", p.args)+end)
}

// objects returns the modules that each shared object holds, as far as that was
// checked.
func objects(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("verdict/modules.tsv")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, cells := range tableRows(string(text)) {
		if strings.HasSuffix(cells[3], ".so") {
			out[cells[3]] = append(out[cells[3]], cells[0])
		}
	}
	return out
}

// rowsIn returns the rows of a name that an nginx with these modules has.
func rowsIn(name string, modules []string, v Version) []*Def {
	var out []*Def
	for _, d := range Lookup(name) {
		exists, _ := d.Exists(v)
		if d.ThirdParty && slices.Contains(modules, d.Module) || !d.ThirdParty && !d.Plus() && exists {
			out = append(out, d)
		}
	}
	return out
}

// otherRelease reports whether the table describes a statement of a newer
// release than the one that is installed.
func otherRelease(p moduleProbe, v Version) bool {
	return p.name == "nchan_redis_server" && p.args == 2 && v.Less(Stable())
}

// needed returns the shared objects that one needs before it can be loaded.
func needed(object, place string) []string {
	out := []string{"ndk_http_module.so"}
	if strings.HasPrefix(object, "ngx_stream_") {
		out = append(out, "ngx_stream_module.so")
	}
	for _, next := range []string{place, object} {
		if next != "" && !slices.Contains(out, next) {
			out = append(out, next)
		}
	}
	return out
}

// moduleProbes asks about every name of the modules that an nginx has: in every
// context, and, where it is allowed, with up to nine arguments and with the
// wrong terminator.
func moduleProbes(t *testing.T, n *nginxtest.Nginx) []moduleProbe {
	var out []moduleProbe
	for object, modules := range objects(t) {
		if !n.Has(object) {
			continue
		}
		for d := range Definitions() {
			if !d.ThirdParty || d.Unchecked || !slices.Contains(modules, d.Module) {
				continue
			}
			allowed := 0
			for place, c := range contextTexts {
				if c.object != "" && !n.Has(c.object) {
					continue
				}
				out = append(out, moduleProbe{object, d.Name, place, max(d.MinArgs, 0), d.Block})
				if d.AnyContext || d.Contexts&c.context != 0 {
					allowed = place
				}
			}
			for args := range 10 {
				out = append(out, moduleProbe{object, d.Name, allowed, args, d.Block})
			}
			out = append(out, moduleProbe{object, d.Name, allowed, d.MinArgs, !d.Block})
		}
	}
	slices.SortFunc(out, func(a, b moduleProbe) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return slices.Compact(out)
}

// moduleRefusals are what nginx says of a statement before it looks at values.
var moduleRefusals = []struct{ prefix, suffix string }{
	{`unknown directive "`, `"`},
	{`"`, `" directive is not allowed here`},
	{`directive "`, `" has no opening "{"`},
	{`directive "`, `" is not terminated by ";"`},
	{`invalid number of arguments in "`, `" directive`},
}

// refusal returns what nginx has against a name, its place, its terminator or
// the number of its arguments, else "".
func refusal(message, name string) string {
	for _, r := range moduleRefusals {
		if message == r.prefix+name+r.suffix {
			return message
		}
	}
	return ""
}

// predicted returns what the table says nginx has against a statement.
func (p moduleProbe) predicted(modules []string, v Version) string {
	message := `"` + p.name + `" directive is not allowed here`
	for _, d := range rowsIn(p.name, modules, v) {
		switch {
		case !d.AnyContext && d.Contexts&contextTexts[p.place].context == 0:
		case d.Block && !p.block:
			return `directive "` + p.name + `" has no opening "{"`
		case !d.Block && p.block:
			return `directive "` + p.name + `" is not terminated by ";"`
		case !d.Accepts(p.args):
			return `invalid number of arguments in "` + p.name + `" directive`
		default:
			return ""
		}
	}
	return message
}

// TestThirdPartyTable compares the table with what nginx says of the directives
// of the modules that are installed. TUNELINT_ALL_PROBES=1 asks about all
// statements instead of a sample.
func TestThirdPartyTable(t *testing.T) {
	modules := objects(t)
	eachNginx(t, func(t *testing.T, n *nginxtest.Nginx) {
		v, err := ParseVersion(n.Version)
		if err != nil {
			t.Fatal(err)
		}
		probes := moduleProbes(t, n)
		if os.Getenv("TUNELINT_ALL_PROBES") == "" {
			r := rand.New(rand.NewPCG(5, 6))
			r.Shuffle(len(probes), func(i, j int) { probes[i], probes[j] = probes[j], probes[i] })
			probes = probes[:min(600, len(probes))]
		}
		var mu sync.Mutex
		names, unknown := map[string]bool{}, map[string]bool{}
		nginxtest.Side(len(probes), func(i int) {
			p := probes[i]
			load := n.Load(t, needed(p.object, contextTexts[p.place].object)...)
			o := n.Test(t, map[string]string{"nginx.conf": load + p.text()})
			if strings.HasPrefix(o.Message, "dlopen()") || strings.HasPrefix(o.Message, "module ") {
				t.Errorf("%s: %s", p.object, o.Message)
				return
			}
			got, want := refusal(o.Message, p.name), p.predicted(modules[p.object], v)
			mu.Lock()
			defer mu.Unlock()
			names[p.name] = true
			if got == `unknown directive "`+p.name+`"` {
				unknown[p.name] = true // of another release of the module
				return
			}
			if got != want && !otherRelease(p, v) {
				t.Errorf("%s: %q: nginx: %q, want %q", p.object, p.text(), got, want)
			}
		})
		t.Logf("%d statements of %d names; unknown to these releases of their modules: %q", len(probes), len(names), slices.Sorted(maps.Keys(unknown)))
	})
}

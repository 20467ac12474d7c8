package verdict

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/nginxconf/nginxtest"
	"github.com/tunelint/tunelint/source"
)

var (
	loadModule = regexp.MustCompile(`load_module "?modules/([^\s"]+)"?;`)
	needsNginx = regexp.MustCompile(`(?m)^# needs nginx (before )?(\S+)`)
)

// corpus returns the configurations that an nginx has the version and the
// modules for.
func corpus(t *testing.T, n *nginxtest.Nginx) map[string]string {
	t.Helper()
	n.Load(t, "ngx_stream_module.so", "ndk_http_module.so", "ngx_http_lua_module.so")
	names, err := filepath.Glob("../../testdata/corpus/*.conf")
	if err != nil || len(names) < 25 {
		t.Fatalf("%d configurations, %v", len(names), err)
	}
	out := map[string]string{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if reason := lacks(t, n, string(text)); reason != "" {
			t.Logf("nginx %s without %s: %s", n.Version, filepath.Base(name), reason)
			continue
		}
		out[filepath.Base(name)] = string(text)
	}
	return out
}

// lacks says what an nginx lacks for a configuration.
func lacks(t *testing.T, n *nginxtest.Nginx, text string) string {
	for _, m := range loadModule.FindAllStringSubmatch(text, -1) {
		if !n.Has(m[1]) {
			return "no " + m[1]
		}
	}
	if m := needsNginx.FindStringSubmatch(text); m != nil {
		bound, err := nginxconf.ParseVersion(m[2])
		if err != nil {
			t.Fatal(err)
		}
		if versionOf(t, n).Less(bound) != (m[1] != "") {
			return "it needs nginx " + m[1] + m[2]
		}
	}
	return ""
}

// supplied are the files that configurations of the corpus include.
func supplied(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{
		"mime.types":     "types {\n    text/html html htm;\n    text/css css;\n    image/png png;\n}\n",
		"fastcgi_params": "fastcgi_param REQUEST_METHOD $request_method;\nfastcgi_param QUERY_STRING $query_string;\n",
	}
	others, _ := filepath.Glob("../../testdata/corpus/*")
	for _, name := range others {
		if text, err := os.ReadFile(name); err == nil && filepath.Ext(name) != ".conf" {
			out[filepath.Base(name)] = string(text)
		}
	}
	return out
}

// with adds the main file to others.
func with(others map[string]string, main string) map[string]string {
	files := maps.Clone(others)
	files["nginx.conf"] = main
	return files
}

// ownOpinion returns the first thing that the parser and the verdicts have
// against a configuration.
func ownOpinion(t *testing.T, files map[string]string, options nginxconf.Options) nginxtest.Opinion {
	c := load(t, files, options)
	verdicts := slices.DeleteFunc(slices.Clone(Of(c)), func(v Verdict) bool { return v.Kind == NotEvaluated })
	for _, d := range c.Documents {
		if d.Err != nil && (len(verdicts) == 0 || d.Err.Span.Start < inOrder(verdicts)[0].noticed().Start) {
			return nginxtest.Opinion{Refused: true, Line: d.Err.Span.Position().Line, Message: d.Err.Message}
		}
	}
	if len(verdicts) == 0 {
		return nginxtest.Opinion{}
	}
	first := inOrder(verdicts)[0]
	o := nginxtest.Opinion{Refused: true, Message: first.Message}
	if !first.Late {
		o.Line = first.Place().Position().Line
	}
	return o
}

// optionsOf says what is known of an nginx.
func optionsOf(t *testing.T, n *nginxtest.Nginx) nginxconf.Options {
	return nginxconf.Options{Version: versionOf(t, n), Build: n.Build}
}

// An agreement counts how two opinions compare over many mutants.
type agreement struct {
	judged, agreed    int
	refused, found    int // by nginx; of these by tunelint too
	placed, sameLine  int // found ones for which nginx names a line; of these at the same
	outside, mistaken int
}

func (a *agreement) add(nginx, own nginxtest.Opinion) {
	if nginx.Outside {
		a.outside++
		return
	}
	a.judged++
	if nginx.Refused == own.Refused {
		a.agreed++
	}
	if nginx.Refused {
		a.refused++
	} else if own.Refused {
		a.mistaken++
	}
	if nginx.Refused && own.Refused {
		a.found++
		if nginx.Line > 0 {
			a.placed++
			if nginx.Line == own.Line {
				a.sameLine++
			}
		}
	}
}

func share(part, whole int) float64 { return 100 * float64(part) / float64(max(whole, 1)) }

func (a *agreement) String() string {
	return fmt.Sprintf("%d judged, %.1f %% agreement; %d of %d refused by nginx found (%.1f %%), same line in %d of %d (%.1f %%); %d false; %d for reasons outside",
		a.judged, share(a.agreed, a.judged), a.found, a.refused, share(a.found, a.refused), a.sameLine, a.placed, share(a.sameLine, a.placed), a.mistaken, a.outside)
}

// TestCorpusIsAccepted holds the undamaged configurations to what they are for.
func TestCorpusIsAccepted(t *testing.T) {
	for _, n := range nginxtest.All(t) {
		for name, text := range corpus(t, n) {
			files := with(supplied(t), text)
			if o := n.Test(t, files); o.Refused {
				t.Errorf("%s: nginx %s: %d: %s", name, n.Version, o.Line, o.Message)
			}
			if o := ownOpinion(t, files, optionsOf(t, n)); o.Refused {
				t.Errorf("%s: as nginx %s: %d: %s", name, n.Version, o.Line, o.Message)
			}
		}
	}
}

// What was measured last, less a little: figures that may only grow.
const (
	leastAgreement = 99.5
	leastFound     = 99.3
	leastSameLine  = 99
)

// disagreements are what is known to be missed: nginx's words, and why tunelint
// does not say so. A refusal that none of them covers fails the test.
var disagreements = []struct{ message, reason string }{
	{`upstream list|^set_hashed_upstream|^more_|^"(?:echo_|subs_|set_)\w+" directive (?:invalid|is duplicate)|^invalid value "|^unrecognized flag`,
		"the arguments of a third-party module, which reads them itself, or a word that looks like a placeholder"},
	{`^cannot (?:start with|extract export)|(?:global|export) name "|^invalid parameter|^unknown directive "js_|^"js_\w+" directive is not allowed here`,
		"njs, which differs from module version to module version"},
	{`\x00`, "a zero byte, behind which nginx reads on in one place and not in another"},
	{`must be 48 or 80 bytes`, "what stands in a file of another kind"},
	{`is unsupported on this platform|^"aio"|^invalid event type`, "what the operating system and the build have"},
	{`^unknown "\w+" variable`, "a variable that a capture of another pattern, or a module, may define"},
	{`^pcre2_compile`, "a pattern that newer releases of the library read in another way"},
}

func reasonFor(message string) string {
	for _, d := range disagreements {
		if regexp.MustCompile(d.message).MatchString(message) {
			return d.reason
		}
	}
	return ""
}

// TestAgreesWithNginx damages the configurations of the corpus and compares
// what each nginx says of each with what this package does. Nothing that nginx
// accepts may be refused. TUNELINT_AGREE is the number of mutants.
func TestAgreesWithNginx(t *testing.T) {
	count := 1500
	if text := os.Getenv("TUNELINT_AGREE"); text != "" {
		var err error
		if count, err = strconv.Atoi(text); err != nil {
			t.Fatalf("TUNELINT_AGREE: %v", err)
		}
	}
	c := comparison{by: map[string]*agreement{}, missed: map[string]int{}}
	binaries := nginxtest.All(t)
	for i, n := range binaries {
		c.run(t, n, mutants(corpus(t, n), uint64(i), count/len(binaries)))
	}
	c.report(t)
}

// A comparison gathers what nginx and this package say of many mutants.
type comparison struct {
	mu     sync.Mutex
	total  agreement
	by     map[string]*agreement // by mutation
	missed map[string]int        // by nginx's message
}

func (c *comparison) run(t *testing.T, n *nginxtest.Nginx, list []mutant) {
	others, options := supplied(t), optionsOf(t, n)
	nginxtest.Side(len(list), func(i int) {
		m := list[i]
		files := with(others, m.text)
		nginx, own := n.Test(t, files), ownOpinion(t, files, options)
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.by[m.how] == nil {
			c.by[m.how] = &agreement{}
		}
		c.total.add(nginx, own)
		c.by[m.how].add(nginx, own)
		name := fmt.Sprintf("nginx %s, mutant %d, %s of %s", n.Version, i, m.how, m.base)
		switch {
		case nginx.Outside:
		case own.Refused && !nginx.Refused:
			t.Errorf("FALSE: %s: nginx accepts, line %d: %s\n%s", name, own.Line, own.Message, lineOf(m.text, own.Line))
		case nginx.Refused && !own.Refused:
			c.missed[wordless.ReplaceAllString(nginx.Message, `"…"`)]++
			reason := reasonFor(nginx.Message)
			if reason == "" {
				t.Errorf("MISSED, and no reason listed: %s: %s\n\t%d: %s", name, nginx.Message, nginx.Line, lineOf(m.text, nginx.Line))
			} else if testing.Verbose() {
				t.Logf("missed: %s: %s (%s)\n\t%d: %s", name, nginx.Message, reason, nginx.Line, lineOf(m.text, nginx.Line))
			}
		case nginx.Refused && nginx.Line > 0 && nginx.Line != own.Line && testing.Verbose():
			t.Logf("another line: %s: nginx %d: %s, own %d: %s", name, nginx.Line, nginx.Message, own.Line, own.Message)
		}
	})
}

func (c *comparison) report(t *testing.T) {
	for _, how := range slices.Sorted(maps.Keys(c.by)) {
		t.Logf("%s: %v", how, c.by[how])
	}
	for _, message := range slices.Sorted(maps.Keys(c.missed)) {
		t.Logf("missed %d: %s", c.missed[message], message)
	}
	t.Logf("all: %v", &c.total)
	for _, f := range []struct {
		what        string
		part, whole int
		least       float64
	}{
		{"agreement", c.total.agreed, c.total.judged, leastAgreement},
		{"found", c.total.found, c.total.refused, leastFound},
		{"same line", c.total.sameLine, c.total.placed, leastSameLine},
	} {
		if got := share(f.part, f.whole); got < f.least {
			t.Errorf("%s is %.1f %%, it was %.1f %% and more", f.what, got, f.least)
		}
	}
}

var wordless = regexp.MustCompile(`"[^"]*"`)

func lineOf(text string, line int) string {
	if line < 1 {
		return ""
	}
	return source.NewFile("", text).Line(line).Text()
}

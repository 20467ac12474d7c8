package nginxconf

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tunelint/tunelint/source"
)

var loadModule = regexp.MustCompile(`load_module modules/(\S+);`)

// corpus returns the configurations that the nginx at hand has the modules for.
func corpus(t *testing.T) map[string]string {
	t.Helper()
	needModules(t, "ngx_stream_module.so", "ndk_http_module.so", "ngx_http_lua_module.so")
	names, err := filepath.Glob("../testdata/corpus/*.conf")
	if err != nil || len(names) < 25 {
		t.Fatalf("%d configurations, %v", len(names), err)
	}
	out := map[string]string{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if object := missingModule(string(text)); object != "" {
			t.Logf("without %s: no %s", filepath.Base(name), object)
			continue
		}
		out[filepath.Base(name)] = string(text)
	}
	return out
}

func missingModule(text string) string {
	for _, m := range loadModule.FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat(filepath.Join(moduleDir, m[1])); err != nil {
			return m[1]
		}
	}
	return ""
}

const moduleDir = "/usr/lib/nginx/modules"

// supplied are the files that configurations of the corpus include.
var supplied = map[string]string{
	"mime.types":     "types {\n    text/html html htm;\n    text/css css;\n    image/png png;\n}\n",
	"fastcgi_params": "fastcgi_param REQUEST_METHOD $request_method;\nfastcgi_param QUERY_STRING $query_string;\n",
}

// An opinion is what somebody says of a configuration.
type opinion struct {
	refused bool
	line    int // of the first complaint; 0 when it names none
	message string
	outside bool // it is the world around that is at fault
}

// What nginx refuses for reasons outside of the configuration: files, names and
// certificates that are not there, errors of the operating system, and, apart
// from them, too little memory.
var (
	outside = regexp.MustCompile(`failed \((?:\d+: |/)|^host not found in|^getpwnam|^getgrnam|^cannot load certificate|^SSL_|^BIO_|is not binary compatible|^no such process`)
	errno   = regexp.MustCompile(`failed \(\d+: `)
	memory  = regexp.MustCompile(`failed \(12: `)
)

// askIsolated runs nginx -t in a prefix and a network of its own, where no name
// resolves and every address is free.
func askIsolated(t *testing.T, text string) opinion {
	dir := t.TempDir()
	for _, sub := range []string{"logs", "cache", "conf"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(moduleDir, filepath.Join(dir, "modules")); err != nil {
		t.Fatal(err)
	}
	main := filepath.Join(dir, "nginx.conf")
	for name, text := range with(text) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	limit, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(limit, "unshare", "-n", "nginx", "-t", "-e", "stderr", "-p", dir, "-c", main, "-g", "pid "+dir+"/pid;")
	out, err := cmd.CombinedOutput()
	if limit.Err() != nil {
		return opinion{refused: true, message: "took too long", outside: true}
	}
	return opinionOf(string(out), dir, err != nil)
}

// opinionOf reads what nginx said. What has no place in a file and is an error
// of the operating system comes after the last file was read to its end.
func opinionOf(out, dir string, refused bool) opinion {
	o := opinion{refused: refused}
	if !refused {
		return o
	}
	o.line, o.message = complaint(out, dir)
	o.message = strings.ReplaceAll(strings.TrimSpace(o.message), dir, "")
	switch {
	case memory.MatchString(o.message):
		o.outside = true
	case o.line == 0 && errno.MatchString(o.message):
		return opinion{}
	case outside.MatchString(o.message):
		o.outside = true
	}
	return o
}

func with(text string) map[string]string {
	files := maps.Clone(supplied)
	files["nginx.conf"] = text
	return files
}

// ownOpinion returns the first thing that the parser and the verdicts have
// against a configuration.
func ownOpinion(t *testing.T, text string, v Version) opinion {
	memory := source.Memory{}
	for name, text := range with(text) {
		memory["/etc/nginx/"+name] = text
	}
	c, err := Load(source.NewStore(memory).View("/"), Options{Version: v})
	if err != nil {
		t.Error(err)
		return opinion{}
	}
	var o opinion
	var first source.Span
	consider := func(s source.Span, message string) {
		if !o.refused || s.File == first.File && s.Start < first.Start {
			first, o = s, opinion{refused: true, line: s.Position().Line, message: message}
		}
	}
	for _, d := range c.Documents {
		if d.Err != nil {
			consider(d.Err.Span, d.Err.Message)
		}
	}
	for _, v := range c.Verdicts() {
		if v.Kind != NotEvaluated {
			consider(v.Directive.StopSpan(), v.Message)
		}
	}
	return o
}

// An agreement counts how two opinions compare over many mutants.
type agreement struct {
	judged, agreed    int
	refused, found    int // by nginx; of these by tunelint too
	placed, sameLine  int // found ones for which nginx names a line; of these at the same
	outside, mistaken int
}

func (a *agreement) add(nginx, own opinion) {
	if nginx.outside {
		a.outside++
		return
	}
	a.judged++
	if nginx.refused == own.refused {
		a.agreed++
	}
	if nginx.refused {
		a.refused++
	} else if own.refused {
		a.mistaken++
	}
	if nginx.refused && own.refused {
		a.found++
		if nginx.line > 0 {
			a.placed++
			if nginx.line == own.line {
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

func needNamespaces(t *testing.T) {
	t.Helper()
	if err := exec.Command("unshare", "-n", "true").Run(); err != nil {
		lacking(t, "network namespace")
	}
}

// TestCorpusIsAccepted holds the undamaged configurations to what they are for.
func TestCorpusIsAccepted(t *testing.T) {
	all := corpus(t)
	needNamespaces(t)
	v := nginxVersion(t)
	for name, text := range all {
		if o := askIsolated(t, text); o.refused {
			t.Errorf("%s: nginx: %d: %s", name, o.line, o.message)
		}
		if o := ownOpinion(t, text, v); o.refused {
			t.Errorf("%s: %d: %s", name, o.line, o.message)
		}
	}
}

// What was measured last, less a little: figures that may only grow.
const (
	leastAgreement = 84
	leastFound     = 79
	leastSameLine  = 98
)

// TestAgreesWithNginx damages the configurations of the corpus and compares
// what nginx says of each with what this package does. Nothing that nginx
// accepts may be refused. TUNELINT_AGREE is the number of mutants.
func TestAgreesWithNginx(t *testing.T) {
	all := corpus(t)
	needNamespaces(t)
	n := 600
	if text := os.Getenv("TUNELINT_AGREE"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatalf("TUNELINT_AGREE: %v", err)
		}
	}
	list, v := mutants(all, n), nginxVersion(t)
	var mu sync.Mutex
	total, by, missed := agreement{}, map[string]*agreement{}, map[string]int{}
	side(n, func(i int) {
		m := list[i]
		nginx, own := askIsolated(t, m.text), ownOpinion(t, m.text, v)
		mu.Lock()
		defer mu.Unlock()
		if by[m.how] == nil {
			by[m.how] = &agreement{}
		}
		total.add(nginx, own)
		by[m.how].add(nginx, own)
		switch {
		case nginx.outside:
		case own.refused && !nginx.refused:
			t.Errorf("FALSE: mutant %d, %s of %s: nginx accepts, line %d: %s\n%s", i, m.how, m.base, own.line, own.message, lineOf(m.text, own.line))
		case nginx.refused && !own.refused:
			missed[wordless.ReplaceAllString(nginx.message, `"…"`)]++
		}
	})
	for _, how := range slices.Sorted(maps.Keys(by)) {
		t.Logf("%s: %v", how, by[how])
	}
	for _, message := range slices.Sorted(maps.Keys(missed)) {
		t.Logf("missed %d: %s", missed[message], message)
	}
	t.Logf("all: %v", &total)
	for _, c := range []struct {
		what        string
		part, whole int
		least       float64
	}{
		{"agreement", total.agreed, total.judged, leastAgreement},
		{"found", total.found, total.refused, leastFound},
		{"same line", total.sameLine, total.placed, leastSameLine},
	} {
		if got := share(c.part, c.whole); got < c.least {
			t.Errorf("%s is %.1f %%, it was %.1f %% and more", c.what, got, c.least)
		}
	}
}

var wordless = regexp.MustCompile(`"[^"]*"`)

func lineOf(text string, line int) string { return source.NewFile("", text).Line(line).Text() }

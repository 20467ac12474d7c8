package rules_test

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/lint/rules"
	"github.com/tunelint/tunelint/source"
)

// machineRoot is where the files of a case stand in memory. It is not "/": a
// case is never the machine the test runs on.
const machineRoot = "/machine"

// A testCase is one machine of an archive with what is expected of it.
type testCase struct {
	name    string
	files   source.Memory    // the machine, by absolute path
	running running          // what runs there and is no file
	madeUp  string           // rules that take part besides the real ones; see madeUp
	want    string           // findings as printed
	fixed   map[string]fixed // what each choice of the fixes leads to, by letter
	diff    string           // the diff, where the archive holds one
}

// fixed holds the files that differ after the fixes, by path on the machine.
type fixed map[string]string

// eachCase calls f for every case of the archives that a pattern matches, with the
// name of the archive; no archive at all is an error.
func eachCase(t testing.TB, pattern string, f func(archive string, c *testCase)) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives %s: %v", pattern, err)
	}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range readCases(a) {
			f(strings.TrimSuffix(filepath.Base(file), ".txtar"), c)
		}
	}
}

// readCases splits an archive into its cases, in order.
func readCases(a *txtar.Archive) []*testCase {
	var out []*testCase
	for _, f := range a.Files {
		name, file, _ := strings.Cut(f.Name, "/")
		i := slices.IndexFunc(out, func(c *testCase) bool { return c.name == name })
		if i < 0 {
			i = len(out)
			out = append(out, &testCase{name: name, files: source.Memory{}, fixed: map[string]fixed{}})
		}
		out[i].add(file, string(f.Data))
	}
	return out
}

func (c *testCase) add(file, data string) {
	folder, rest, _ := strings.Cut(file, "/")
	letter := letterOf(folder)
	switch {
	case letter != "":
		if c.fixed[letter] == nil {
			c.fixed[letter] = fixed{}
		}
		c.fixed[letter][rest] = unescape(data)
	case file == "want":
		c.want = data
	case file == "diff":
		c.diff = data
	case file == "queues":
		c.running.queues = data
	case file == "written":
		c.running.written = data
	case file == "made-up-rules":
		c.madeUp = data
	default:
		c.files[path.Join(machineRoot, file)] = unescape(data)
	}
}

// letterOf returns the choice whose fixed files stand in a folder of a case: fixed
// is A, fixed-b is B; "" for any other folder.
func letterOf(folder string) string {
	if folder == "fixed" {
		return "A"
	}
	rest, ok := strings.CutPrefix(folder, "fixed-")
	if letter, is := lint.ParseChoice(rest); ok && is {
		return letter
	}
	return ""
}

// folderOf is the inverse of letterOf.
func folderOf(letter string) string {
	if letter == "A" {
		return "fixed"
	}
	return "fixed-" + strings.ToLower(letter)
}

// unescape lets an archive, which is text with line feeds, hold other bytes: a
// line that ends in "<CR>" ends in CR LF, "<EOF>" at the end drops the final
// line feed, "<BOM>" is a byte order mark, "<NUL>" a zero byte, and a file
// "<LINK>target" is a symbolic link.
func unescape(data string) string {
	data = strings.NewReplacer("<CR>\n", "\r\n", "<EOF>\n", "", "<BOM>", "\ufeff", "<NUL>", "\x00", "<LINK>", source.LinkPrefix).Replace(data)
	if target, ok := strings.CutPrefix(data, source.LinkPrefix); ok {
		return source.LinkPrefix + strings.TrimSpace(target)
	}
	return data
}

// escape is the inverse of unescape for what a fix may produce.
func escape(text string) string {
	text = strings.NewReplacer("\r\n", "<CR>\n", "\ufeff", "<BOM>", "\x00", "<NUL>").Replace(text)
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "<EOF>\n"
	}
	return text
}

// machine is a case that was loaded.
type machine struct {
	store   *source.Store
	load    lint.Loader
	options lint.Options
	madeUp  []*lint.Rule
}

func (c *testCase) open(t *testing.T) machine {
	t.Helper()
	m := machine{store: source.NewStore(c.files), options: lint.Options{Rules: rules.All(), All: rules.All(), Base: machineRoot, Today: "2026-01-15"}}
	decls := []appconf.HostConfig{{Name: "host", Root: machineRoot}}
	var extra []*source.File
	if _, ok := c.files[machineRoot+"/tunelint.yaml"]; ok {
		f, err := m.store.Open(machineRoot + "/tunelint.yaml")
		if err != nil {
			t.Fatal(err)
		}
		config, err := appconf.ReadConfig(f)
		if err != nil {
			t.Fatal(err)
		}
		decls, extra = config.Hosts, []*source.File{f}
		m.configure(t, config)
	}
	m.withMadeUp(t, c)
	m.load = func(store *source.Store) ([]*host.Host, error) {
		var hosts []*host.Host
		for _, d := range decls {
			h, err := host.Load(store, machineRoot, d)
			if err != nil {
				return nil, err
			}
			h.Extra = extra
			c.look(t, h)
			hosts = append(hosts, h)
		}
		return hosts, nil
	}
	return m
}

func (m *machine) configure(t *testing.T, config *appconf.Config) {
	t.Helper()
	m.options.Severity, m.options.Settings = map[string]lint.Severity{}, map[string]map[string]string{}
	for _, r := range config.Rules {
		if r.Severity != "" {
			s, err := lint.ParseSeverity(r.Severity)
			if err != nil {
				t.Fatal(err)
			}
			m.options.Severity[r.Rule] = s
		}
		m.options.Settings[r.Rule] = map[string]string{}
		for _, o := range r.Options {
			m.options.Settings[r.Rule][o.Name] = o.Value
		}
	}
	for _, i := range config.Ignore {
		m.options.Ignores = append(m.options.Ignores, lint.Ignore{Span: i.Span, Rule: i.Rule, Files: i.Files, Reason: i.Reason, Until: i.Until})
	}
}

// settle applies the fixes of some rules, unsafe ones too if asked for.
func (m machine) settle(t *testing.T, only []*lint.Rule, unsafe bool) *lint.Outcome {
	t.Helper()
	return m.settled(t, lint.FixOptions{Only: only, Unsafe: unsafe})
}

// choose applies one choice of the fixes of some rules.
func (m machine) choose(t *testing.T, only []*lint.Rule, letter string) *lint.Outcome {
	t.Helper()
	return m.settled(t, lint.FixOptions{Only: only, Unsafe: true, Choice: letter})
}

func (m machine) settled(t *testing.T, o lint.FixOptions) *lint.Outcome {
	t.Helper()
	o.Options = m.options
	out, err := lint.Settle(m.store, m.load, o)
	if err != nil {
		t.Fatal(err)
	}
	if out.Unsettled != nil && len(m.madeUp) == 0 {
		t.Fatalf("fixes do not settle: %s", printFindings([]*lint.Finding{out.Unsettled}))
	}
	return out
}

// printFindings prints findings the way archives hold them.
func printFindings(list []*lint.Finding) string {
	var b strings.Builder
	for _, f := range list {
		fmt.Fprintf(&b, "%s: %s[%s] %s\n", place(f.Span), f.Severity, f.Rule.Name, f.Message)
		if f.Label != "" {
			fmt.Fprintf(&b, "\t^ %s\n", f.Label)
		}
		for _, r := range f.Related {
			if !r.Span.IsValid() {
				fmt.Fprintf(&b, "\t%s\n", r.Label)
				continue
			}
			fmt.Fprintf(&b, "\t%s: %s\n", place(r.Span), r.Label)
		}
		for _, c := range f.Choices() {
			letter := ""
			if len(f.Others) > 0 {
				letter = c.Letter + " "
			}
			fmt.Fprintf(&b, "\tfix: %s%s [%s]\n", letter, c.Fix.Title, c.Fix.Safety)
		}
	}
	return b.String()
}

func place(s source.Span) string {
	p := s.Position()
	return fmt.Sprintf("%s:%d:%d", onMachine(s.File.Path), p.Line, p.Column)
}

func onMachine(p string) string { return strings.TrimPrefix(p, machineRoot+"/") }

// texts returns the changed files by path on the machine.
func texts(changes []fixes.Change) fixed {
	out := fixed{}
	for _, c := range changes {
		out[onMachine(c.File.Path)] = c.Text
	}
	return out
}

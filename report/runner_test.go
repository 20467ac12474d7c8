package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

// A command is what a GitHub Actions runner makes of a line of a step's log.
type command struct {
	name       string
	properties map[string]string
	data       string
}

// A runner follows the two parsers of actions/runner (ActionCommand.cs) and how
// commands are stopped and resumed (ActionCommandManager.cs).
type runner struct {
	registered map[string]bool
	stopToken  string
	obeyed     []command
}

func newRunner() *runner {
	r := &runner{registered: map[string]bool{}}
	for _, name := range []string{
		"stop-commands", "error", "warning", "notice", "debug", "group", "endgroup", "set-env", "add-path", "set-output",
		"save-state", "add-mask", "add-matcher", "remove-matcher", "echo",
	} {
		r.registered[name] = true
	}
	return r
}

// read obeys the commands in a log.
func (r *runner) read(log []byte) []command {
	lines := strings.FieldsFunc(string(log), func(c rune) bool { return c == '\n' || c == '\r' })
	for _, line := range lines {
		c, ok := r.parseColons(line)
		if !ok {
			c, ok = r.parseBracket(line)
		}
		switch {
		case !ok:
		case r.stopToken != "":
			if strings.EqualFold(c.name, r.stopToken) {
				delete(r.registered, strings.ToLower(r.stopToken))
				r.stopToken = ""
			}
		case c.name == "stop-commands":
			r.stopToken = c.data
			r.registered[strings.ToLower(c.data)] = true
		default:
			r.obeyed = append(r.obeyed, c)
		}
	}
	return r.obeyed
}

func (r *runner) parseColons(line string) (command, bool) {
	line = strings.TrimLeft(line, " \t\v\f\u0085\u00a0\u2028\u2029\u3000")
	rest, ok := strings.CutPrefix(line, "::")
	info, data, found := strings.Cut(rest, "::")
	if !ok || !found {
		return command{}, false
	}
	return r.command(info, data, ",", []string{"%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%"},
		[]string{"%0D", "\r", "%0A", "\n", "%25", "%"})
}

func (r *runner) parseBracket(line string) (command, bool) {
	_, rest, ok := strings.Cut(line, "##[")
	info, data, found := strings.Cut(rest, "]")
	if !ok || !found {
		return command{}, false
	}
	all := []string{"%3B", ";", "%0D", "\r", "%0A", "\n", "%5D", "]", "%25", "%"}
	return r.command(info, data, ";", all, all)
}

func (r *runner) command(info, data, separator string, properties, text []string) (command, bool) {
	name, list, _ := strings.Cut(info, " ")
	if !r.registered[strings.ToLower(name)] {
		return command{}, false
	}
	c := command{strings.ToLower(name), map[string]string{}, unescape(data, text)}
	for _, p := range strings.Split(strings.TrimSpace(list), separator) {
		if key, value, ok := strings.Cut(p, "="); ok && value != "" {
			c.properties[key] = unescape(value, properties)
		}
	}
	return c, true
}

func unescape(s string, pairs []string) string {
	for i := 0; i < len(pairs); i += 2 {
		s = strings.ReplaceAll(s, pairs[i], pairs[i+1])
	}
	return s
}

func TestRunnerObeys(t *testing.T) {
	for line, want := range map[string]int{
		"::error::x": 1, "  ::warning file=a::x": 1, "see ::error::x": 0, "see ##[error]x": 1, "::unknown::x": 0,
		"::stop-commands::t\n::error::x\n##[error]y\n::t::\n::error::z": 1,
	} {
		if got := newRunner().read([]byte(line)); len(got) != want {
			t.Errorf("%q: %d commands, want %d", line, len(got), want)
		}
	}
}

func TestAnnotationsRoundTrip(t *testing.T) {
	for _, text := range []string{
		"plain", "100% of %0A and %25", "a\r\nb", "::error::x", "##[error]x", "a,b:c=d;e]", "%", "%2525", "x\n", "日本 😀",
	} {
		want := annotation{"warning", []property{{"file", strings.TrimSpace(text)}, {"line", "1"}}, text}
		got := newRunner().read([]byte(want.String()))
		if len(got) != 1 {
			t.Errorf("%q: %d commands", text, len(got))
			continue
		}
		if got[0].name != "warning" || got[0].data != text || got[0].properties["file"] != strings.TrimSpace(text) || got[0].properties["line"] != "1" {
			t.Errorf("%q: %+v", text, got[0])
		}
	}
}

const hostileText = "::error::one\r\n ::set-env name=PATH::x\n##[add-mask]two\x1b[31m\x00\u009b31m\u202e %0A::error::three\xff ##[error]four\n::stop-commands::x\n::tunelint::\n"

// hostile returns a result in which every text that can come from outside tries
// to command the runner or the terminal.
func hostile() *lint.Result {
	f := source.NewFile(base+"/::error::x,##[error].conf", hostileText+strings.Repeat("##[error]x ", 1<<16)+"\n"+hostileText)
	r := clean()
	r.Hosts = append(r.Hosts, lint.HostReport{Name: hostileText, Facts: []lint.Fact{{Name: hostileText, Value: hostileText}}})
	r.Problems = []lint.Problem{{Path: "/" + hostileText, Message: hostileText}}
	r.Skips = []source.Skip{{Span: source.Span{File: f, Start: 3, End: 5}, Why: hostileText}}
	for i := 0; i < len(f.Text); i += 1 + i/3 {
		r.Findings = append(r.Findings, &lint.Finding{
			Rule: backlogCapped, Severity: lint.Error, Host: hostileText, Message: hostileText, Key: hostileText,
			Span: source.Span{File: f, Start: i, End: min(i+7, len(f.Text))}, Label: hostileText,
			Related: []lint.Related{{Label: hostileText}, {Span: source.Span{File: f, Start: i, End: len(f.Text)}, Label: hostileText}},
		})
	}
	return r
}

func TestHostileTextIsInert(t *testing.T) {
	for _, name := range Formats() {
		o := options()
		o.Verbose, o.GitHubActions = true, true
		var summary bytes.Buffer
		o.SummaryFile = &summary
		log := render(t, name, hostile(), o)
		for _, c := range newRunner().read(log) {
			if name != "github" || c.name != "error" || c.properties["title"] == "" {
				t.Errorf("%s: the runner obeys %.200v", name, c)
			}
		}
		if i := bytes.IndexFunc(append(log, summary.Bytes()...), isControl); i >= 0 {
			t.Errorf("%s: control character at %d", name, i)
		}
		if !bytes.Equal(log, bytes.ToValidUTF8(log, nil)) {
			t.Errorf("%s: invalid UTF-8", name)
		}
	}
}

func isControl(r rune) bool {
	return r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || r == '\u202e'
}

// The token that resumes commands cannot be named by the text it encloses.
func TestStopToken(t *testing.T) {
	first := withoutCommands([]byte("::error::x\n"))
	token := strings.TrimPrefix(strings.SplitN(string(first), "\n", 2)[0], "::stop-commands::")
	log := withoutCommands([]byte("::" + token + "::\n::error::x\n"))
	if got := newRunner().read(log); len(got) > 0 {
		t.Errorf("obeyed %v", got)
	}
	after := append(bytes.Clone(log), "::error::mine\n"...)
	if got := newRunner().read(after); len(got) != 1 || got[0].data != "mine" {
		t.Errorf("commands do not resume: %v", got)
	}
}

func TestAnnotationLimits(t *testing.T) {
	f := source.NewFile(base+"/a.conf", strings.Repeat("x\n", 40))
	r := &lint.Result{Hosts: []lint.HostReport{{Name: "web"}}}
	for i := range 36 {
		severity := lint.Severity(i%3 + 1)
		r.Findings = append(r.Findings, &lint.Finding{Rule: backlogCapped, Severity: severity, Host: "web", Message: fmt.Sprint("n", i),
			Span: source.Span{File: f, Start: 2 * i, End: 2*i + 1}})
	}
	var levels, lasts []string
	for _, c := range newRunner().read(render(t, "github", r, options())) {
		levels = append(levels, c.name)
		if _, last, ok := strings.Cut(c.data, "\n"); ok {
			lasts = append(lasts, c.name+": "+last)
		}
	}
	if diff := cmp.Diff(strings.Repeat("error ", 10)+strings.Repeat("warning ", 10)+strings.Repeat("notice ", 10), strings.Join(levels, " ")+" "); diff != "" {
		t.Error(diff)
	}
	more := ": 2 more of this level are not shown here"
	if diff := cmp.Diff([]string{"error" + more, "warning" + more, "notice" + more}, lasts); diff != "" {
		t.Error(diff)
	}
}

// Columns are given within one line only; a line ending does not make two.
func TestAnnotationColumns(t *testing.T) {
	f := source.NewFile(base+"/a.conf", "ab 😀cd\r\nef\n")
	for _, c := range []struct {
		text string
		want string
	}{
		{"cd", "line=1 endLine=1 col=6 endColumn=8"},
		{"cd\r\n", "line=1 endLine=1 col=6 endColumn=8"},
		{"cd\r\nef", "line=1 endLine=2"},
		{"\r\n", "line=1 endLine=1 col=8 endColumn=8"},
	} {
		var got []string
		for _, p := range lineProperties(mark{span: at(t, f, c.text, 1)}) {
			got = append(got, p.name+"="+p.value)
		}
		if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%q: %s", c.text, diff)
		}
	}
}

func TestJobSummaryLimit(t *testing.T) {
	f := source.NewFile(base+"/a.conf", "x")
	r := &lint.Result{Hosts: []lint.HostReport{{Name: "web"}}}
	for range 4000 {
		r.Findings = append(r.Findings, &lint.Finding{Rule: backlogCapped, Severity: lint.Error, Host: "web",
			Message: strings.Repeat("|<x>", 100), Span: source.Span{File: f, Start: 0, End: 1}})
	}
	summary := string(options().jobSummary(r))
	if len(summary) > 1<<20 || !strings.HasSuffix(summary, "more findings not shown.\n") {
		t.Errorf("%d bytes ending in %q", len(summary), summary[len(summary)-60:])
	}
}

func TestEscapeMarkdown(t *testing.T) {
	for text, want := range map[string]string{
		"<img src=x> & a|b":         `&lt;img src=x> &amp; a\|b`,
		"[x](javascript:y) `c` *b*": "\\[x\\](javascript:y) \\`c\\` \\*b\\*",
		"# no heading":              `\# no heading`,
		"proxy_pass $uri":           `proxy\_pass \$uri`,
	} {
		if got := escapeMarkdown(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

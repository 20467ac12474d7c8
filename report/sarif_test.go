package report

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

// checkSARIF returns what keeps a log from being taken by GitHub code scanning
// as it is meant.
func checkSARIF(t testing.TB, data []byte) []string {
	var bad []string
	need := func(ok bool, format string, args ...any) {
		if !ok {
			bad = append(bad, fmt.Sprintf(format, args...))
		}
	}
	var log sarifLog
	strict(t, data, &log)
	need(data[0] == '{', "byte order mark")
	need(log.Version == "2.1.0" && strings.HasPrefix(log.Schema, "https://"), "version or schema")
	need(len(log.Runs) >= 1 && len(log.Runs) <= 20, "%d runs", len(log.Runs))
	categories := map[string]bool{}
	for _, run := range log.Runs {
		id := run.AutomationDetails.ID
		need(!categories[id] && strings.HasPrefix(id, "tunelint/") && strings.HasSuffix(id, "/"), "category %q", id)
		categories[id] = true
		need(run.ColumnKind == "utf16CodeUnits", "column kind %q", run.ColumnKind)
		need(run.OriginalURIBaseIDs["%SRCROOT%"].URI == "", "absolute source root")
		need(len(run.Results) <= 5000, "%d results", len(run.Results))
		checkDriver(run.Tool.Driver, need)
		seen := map[string]bool{}
		for _, x := range run.Results {
			key := x.RuleID + x.PartialFingerprints["tunelintFinding/v1"]
			need(!seen[key] && x.PartialFingerprints["tunelintFinding/v1"] != "", "fingerprint of %s", x.RuleID)
			seen[key] = true
			need(run.Tool.Driver.Rules[x.RuleIndex].ID == x.RuleID, "rule index of %s", x.RuleID)
			checkResult(x, need)
		}
	}
	need(!strings.Contains(string(data), `"suppressions"`), "suppressed result")
	return bad
}

type needFunc func(ok bool, format string, args ...any)

func checkDriver(d sarifDriver, need needFunc) {
	need(regexp.MustCompile(`^\d+\.\d+\.\d+`).MatchString(d.SemanticVersion), "version %q", d.SemanticVersion)
	for _, r := range d.Rules {
		need(r.ShortDescription.Text != "" && r.FullDescription.Text != "" && r.Help.Text != "" && r.Help.Markdown != "", "%s: texts", r.ID)
		need(len([]rune(r.FullDescription.Text)) <= 1024, "%s: long description", r.ID)
		need(strings.HasPrefix(r.HelpURI, "https://"), "%s: %s", r.ID, r.HelpURI)
		p := r.Properties
		need(len(p.Tags) <= 10 && oneOf(p.Precision, "very-high", "high", "medium", "low"), "%s: properties", r.ID)
		need(oneOf(p.ProblemSeverity, "error", "warning", "recommendation"), "%s: %s", r.ID, p.ProblemSeverity)
		need(oneOf(r.DefaultConfiguration.Level, "error", "warning", "note"), "%s: level", r.ID)
	}
}

func checkResult(x sarifResult, need needFunc) {
	need(oneOf(x.Level, "error", "warning", "note"), "%s: level %q", x.RuleID, x.Level)
	need(strings.HasSuffix(x.Message.Text, "."), "%s: message %q", x.RuleID, x.Message.Text)
	ids := map[string]bool{}
	for i, l := range x.RelatedLocations {
		need(l.ID == i+1 && l.Message != nil && l.Message.Text != "", "%s: related location %d", x.RuleID, l.ID)
		ids[strconv.Itoa(l.ID)] = true
	}
	for _, ref := range regexp.MustCompile(`\]\((.*?)\)`).FindAllStringSubmatch(x.Message.Text, -1) {
		need(ids[ref[1]], "%s: link %s leads nowhere", x.RuleID, ref[1])
		delete(ids, ref[1])
	}
	need(len(ids) == 0, "%s: related locations without a link: %v", x.RuleID, ids)
	need(len(x.Locations) == 1 && x.Locations[0].ID == 0, "%s: %d locations", x.RuleID, len(x.Locations))
	for _, l := range append(x.Locations, x.RelatedLocations...) {
		checkURI(l.PhysicalLocation.ArtifactLocation, need)
		checkRegion(l.PhysicalLocation.Region, need)
	}
	for _, f := range x.Fixes {
		need(strings.HasSuffix(f.Description.Text, ".") && len(f.ArtifactChanges) > 0, "%s: fix", x.RuleID)
		for _, c := range f.ArtifactChanges {
			checkURI(c.ArtifactLocation, need)
			need(len(c.Replacements) > 0, "%s: no replacements", x.RuleID)
			for _, r := range c.Replacements {
				checkRegion(r.DeletedRegion, need)
			}
		}
	}
	hash := x.PartialFingerprints["primaryLocationLineHash"]
	need(regexp.MustCompile(`^[0-9a-f]{1,16}:[1-9]\d*$`).MatchString(hash), "%s: line hash %q", x.RuleID, hash)
}

func checkURI(a sarifArtifactLocation, need needFunc) {
	u, err := url.Parse(a.URI)
	need(err == nil && a.URI != "" && !strings.ContainsAny(a.URI, "\\ "), "URI %q", a.URI)
	if a.URIBaseID != "" {
		need(err == nil && u.Scheme == "" && !regexp.MustCompile(`^\.{0,2}/`).MatchString(a.URI), "relative URI %q", a.URI)
		return
	}
	need(strings.HasPrefix(a.URI, "file:///"), "absolute URI %q", a.URI)
}

func checkRegion(g sarifRegion, need needFunc) {
	need(g.StartLine > 0 && g.StartColumn > 0 && g.EndLine > 0 && g.EndColumn > 0, "region %+v", g)
	need(g.EndLine > g.StartLine || g.EndLine == g.StartLine && g.EndColumn >= g.StartColumn, "region ends before it starts: %+v", g)
}

func oneOf(s string, words ...string) bool {
	for _, w := range words {
		if s == w {
			return true
		}
	}
	return false
}

func TestSARIFIsTaken(t *testing.T) {
	long := *readBelowApp
	long.Name, long.Why, long.Refs = "a/long", strings.Repeat("Words and more words. ", 100), nil
	with := options()
	with.Rules = append(with.Rules, &long)
	crowd := clean()
	f := source.NewFile(base+"/a.conf", strings.Repeat("x\n", 6000))
	crowd.Hosts = nil
	for i := range 6000 {
		crowd.Findings = append(crowd.Findings, &lint.Finding{Rule: readBelowApp, Severity: lint.Severity(i%3 + 1), Host: fmt.Sprint("h", i%2),
			Message: "m", Span: f.Line(i + 1)})
	}
	many := clean()
	for i := range 30 {
		many.Hosts = append(many.Hosts, lint.HostReport{Name: fmt.Sprint("h", i)})
		many.Findings = append(many.Findings, &lint.Finding{Rule: readBelowApp, Severity: lint.Error, Host: fmt.Sprint("h", i), Also: []string{"x/y z"},
			Message: "m", Span: f.Line(i + 1)})
	}
	for name, c := range map[string]struct {
		result  *lint.Result
		options Options
	}{
		"sample": {sample(t), with}, "clean": {clean(), with}, "empty": {&lint.Result{}, Options{}}, "broken": {broken(), Options{Version: "(devel)"}},
		"hostile": {hostile(), options()}, "crowd": {crowd, options()}, "many": {many, options()},
	} {
		for _, problem := range checkSARIF(t, render(t, "sarif", c.result, c.options)) {
			t.Errorf("%s: %s", name, problem)
		}
	}
}

// The least severe results go first when there are too many.
func TestSARIFKeepsTheWorst(t *testing.T) {
	f := source.NewFile(base+"/a.conf", strings.Repeat("x\n", 6000))
	r := clean()
	r.Hosts = r.Hosts[:1]
	for i := range 6000 {
		severity := lint.Info
		if i%2 == 0 {
			severity = lint.Error
		}
		r.Findings = append(r.Findings, &lint.Finding{Rule: readBelowApp, Severity: severity, Host: "web", Message: "m", Span: f.Line(i + 1)})
	}
	var log sarifLog
	strict(t, render(t, "sarif", r, options()), &log)
	levels := map[string]int{}
	line := 0
	for _, x := range log.Runs[0].Results {
		levels[x.Level]++
		next := x.Locations[0].PhysicalLocation.Region.StartLine
		if next <= line {
			t.Fatalf("line %d after %d", next, line)
		}
		line = next
	}
	if levels["error"] != 3000 || levels["note"] != 2000 {
		t.Errorf("kept %v", levels)
	}
	if n := log.Runs[0].Invocations[0].Notifications; len(n) != 1 || !strings.HasPrefix(n[0].Message.Text, "1000 results left out") {
		t.Errorf("notifications %v", n)
	}
}

// One line, three ways to count columns.
func TestColumns(t *testing.T) {
	f := source.NewFile(base+"/a.conf", "#\n\t\"😀é漢\" x; # \xe2\x82\n")
	r := clean()
	r.Findings = []*lint.Finding{{Rule: readBelowApp, Severity: lint.Error, Host: "web", Message: "m", Span: at(t, f, "x;", 1), Label: "here"}}
	var doc jsonReport
	strict(t, render(t, "json", r, options()), &doc)
	var log sarifLog
	strict(t, render(t, "sarif", r, options()), &log)
	if got := doc.Findings[0].Spans[0]; got.Start.Column != 14 || got.End.Column != 16 {
		t.Errorf("bytes: %+v", got)
	}
	if got := log.Runs[0].Results[0].Locations[0].PhysicalLocation.Region; got != (sarifRegion{2, 9, 2, 11}) {
		t.Errorf("UTF-16: %+v", got)
	}
	text := string(render(t, "text", r, options()))
	if want := " 2 |     \"😀é漢\" x; # \\xe2\\x82\n   |" + strings.Repeat(" ", 13) + "^^ here\n"; !strings.Contains(text, want) {
		t.Errorf("display:\n%s", text)
	}
}

// encode escapes what a terminal or a runner could obey, and nothing is lost.
func TestEncodeKeepsText(t *testing.T) {
	text := "##[error]###[x]\x7f\u009b\x1b\u202e\U000e0001\u200d<&>\\##[ 😀"
	var b strings.Builder
	if err := encode(&b, text); err != nil {
		t.Fatal(err)
	}
	var got string
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil || got != text {
		t.Errorf("%q, %v", got, err)
	}
	if strings.Contains(b.String(), "##[") || strings.ContainsAny(b.String(), "\x7f\u009b\x1b\u202e") {
		t.Errorf("not escaped: %q", b.String())
	}
}

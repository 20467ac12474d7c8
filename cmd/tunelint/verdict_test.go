package main

import (
	"testing"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

func TestVerdict(t *testing.T) {
	found := func(s lint.Severity) []*lint.Finding { return []*lint.Finding{{Severity: s}} }
	broken := []lint.Problem{{Path: "/x"}}
	for _, c := range []struct {
		name      string
		result    lint.Result
		threshold lint.Severity
		want      int
	}{
		{"nothing", lint.Result{}, lint.Info, exitClean},
		{"below", lint.Result{Findings: found(lint.Info)}, lint.Warning, exitClean},
		{"at", lint.Result{Findings: found(lint.Warning)}, lint.Warning, exitFindings},
		{"above", lint.Result{Findings: found(lint.Error)}, lint.Warning, exitFindings},
		{"never", lint.Result{Findings: found(lint.Error)}, never, exitClean},
		{"incomplete beats findings", lint.Result{Findings: found(lint.Error), Problems: broken}, lint.Info, exitIncomplete},
		{"incomplete beats never", lint.Result{Problems: broken}, never, exitIncomplete},
	} {
		if got := verdict(&c.result, c.threshold); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestWorsened(t *testing.T) {
	rule := &lint.Rule{Name: "a/b"}
	finding := func(key string, s lint.Severity) *lint.Finding {
		return &lint.Finding{Rule: rule, Severity: s, Key: key, Span: source.Span{File: source.NewFile("/f", "x")}}
	}
	result := func(list ...*lint.Finding) *lint.Result { return &lint.Result{Findings: list} }
	one, two, trifle := finding("one", lint.Warning), finding("two", lint.Error), finding("three", lint.Info)
	for _, c := range []struct {
		name          string
		before, after *lint.Result
		worse         bool
	}{
		{"same", result(one, two), result(two, one), false},
		{"less", result(one, two), result(one), false},
		{"new", result(one), result(one, two), true},
		{"one more of a kind", result(one), result(one, one), true},
		{"new, but only worth knowing", result(one), result(one, trifle), false},
		{"new problem", result(), &lint.Result{Problems: []lint.Problem{{Path: "/x"}}}, true},
		{"known problem", &lint.Result{Problems: []lint.Problem{{Path: "/x"}}}, &lint.Result{Problems: []lint.Problem{{Path: "/x"}}}, false},
	} {
		if got := worsened(c.before, c.after, grave); (got != "") != c.worse {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

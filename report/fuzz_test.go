package report

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

// Rendering never panics, machine formats stay valid, everything stays UTF-8,
// and the runner obeys nothing but annotations.
func FuzzFormats(f *testing.F) {
	m := newSampleFiles()
	for _, s := range []*source.File{m.checkout, m.web, m.emoji} {
		f.Add(s.Text, s.Path, "a label", 3, 9, 5, 40)
	}
	f.Add(hostileText, "/x/::error::", hostileText, -1, 1<<30, 2, 0)
	f.Add("\xff\x00\r\r\n\t日", "a:b\\ \xff", "](1)[\\", 6, 2, 7, 1)
	f.Fuzz(func(t *testing.T, text, path, label string, start, end, other, width int) {
		if path == "" {
			path = "/"
		}
		file := source.NewFile(path, text)
		span := source.Span{File: file, Start: start, End: end}
		at := min(max(other, 0), len(text))
		r := &lint.Result{
			Hosts: []lint.HostReport{{Name: label, Facts: []lint.Fact{{Name: label, Value: text, From: path}}}},
			Findings: []*lint.Finding{
				{Rule: backlogCapped, Severity: lint.Warning, Host: label, Message: text, Span: span, Label: label, Apply: []lint.Command{lint.Write(label)},
					Related: []lint.Related{{Span: source.Span{File: file, Start: other, End: other}, Label: text}, {Label: label}},
					Fix: &fixes.Fix{Safety: fixes.Unsafe, Title: label, Loss: text, Edits: []source.Edit{
						{Span: source.Span{File: file, Start: at, End: len(text)}, Text: label + "x"}}}},
				{Rule: readBelowApp, Severity: lint.Error, Host: label, Also: []string{text}, Message: label, Span: span},
			},
			Skips:    []source.Skip{{Span: span, Why: label}},
			Problems: []lint.Problem{{Path: path, Message: text}},
		}
		o := options()
		o.Width, o.ASCII, o.Verbose, o.GitHubActions = width%300, width%2 == 0, true, true
		var summary bytes.Buffer
		o.SummaryFile = &summary
		for _, name := range Formats() {
			data := render(t, name, r, o)
			if !utf8.Valid(data) {
				t.Fatalf("%s: invalid UTF-8", name)
			}
			for _, c := range newRunner().read(data) {
				if name != "github" || c.name != "error" && c.name != "warning" {
					t.Fatalf("%s: the runner obeys %+v", name, c)
				}
			}
			if name == "json" && !json.Valid(data) {
				t.Fatalf("invalid JSON: %s", data)
			}
			if name == "sarif" {
				for _, problem := range checkSARIF(t, data) {
					t.Fatalf("%s\n%s", problem, data)
				}
			}
		}
	})
}

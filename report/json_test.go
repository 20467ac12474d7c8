package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

// strict decodes one JSON document that may hold known keys only.
func strict(t testing.TB, data []byte, into any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Fatal(err)
	}
	if d.More() {
		t.Fatal("more than one document")
	}
}

// A consumer finds the places by offset, and the edits give the repaired file.
func TestJSONDecodes(t *testing.T) {
	r := sample(t)
	var doc jsonReport
	strict(t, render(t, "json", r, options()), &doc)
	texts := map[string]*source.File{}
	for _, f := range r.Findings {
		for _, s := range f.Spans() {
			texts[options().path(s.File.Path)] = s.File
		}
	}
	total := doc.Summary.Error + doc.Summary.Warning + doc.Summary.Info
	if total != len(doc.Findings) || total != len(r.Findings)+1 {
		t.Errorf("%d findings, summary counts %d", len(doc.Findings), total)
	}
	for _, f := range doc.Findings {
		if f.Status != "new" || f.Fingerprint == "" || !f.Spans[0].Primary {
			t.Errorf("%+v", f)
		}
		for _, s := range f.Spans {
			file := texts[s.Path]
			if file == nil {
				t.Errorf("%s: no such file", s.Path)
			} else if s.Start != file.Position(s.Start.Offset) || s.End != file.Position(s.End.Offset) {
				t.Errorf("%s: %+v", s.Path, s)
			}
		}
	}
	edit := doc.Findings[0].Fix.Edits[0]
	text := texts[edit.Path].Text
	got := text[:edit.Start.Offset] + edit.Text + text[edit.End.Offset:]
	if want := strings.Replace(text, "4096", "65535", 1); got != want {
		t.Errorf("edited: %q", got)
	}
}

// Empty lists are lists.
func TestJSONHasNoNull(t *testing.T) {
	for _, r := range []*lint.Result{{}, clean(), {Findings: []*lint.Finding{{Rule: readBelowApp, Severity: lint.Error, Span: source.Span{File: source.NewFile("/f", "")}}}}} {
		for _, format := range []string{"json", "sarif"} {
			if data := render(t, format, r, Options{}); bytes.Contains(data, []byte("null")) {
				t.Errorf("%s: %s", format, data)
			}
		}
	}
}

// What JSON cannot carry byte for byte is not offered as a fix.
func TestUncarriedFix(t *testing.T) {
	latin := source.NewFile(base+"/latin.conf", "# caf\xe9\nuser x;\n")
	for _, c := range []struct {
		text        string
		json, sarif bool
	}{{"ascii", true, false}, {"\xe9", false, false}} {
		r := clean()
		r.Findings = []*lint.Finding{{Rule: readBelowApp, Severity: lint.Error, Host: "web", Message: "m", Span: latin.Line(2),
			Fix: &fixes.Fix{Safety: fixes.Safe, Title: "t", Edits: []source.Edit{{Span: latin.Line(1), Text: c.text}}}}}
		var doc jsonReport
		strict(t, render(t, "json", r, options()), &doc)
		var log sarifLog
		strict(t, render(t, "sarif", r, options()), &log)
		if got := doc.Findings[0].Fix != nil; got != c.json {
			t.Errorf("json, %q: fix %v", c.text, got)
		}
		if got := log.Runs[0].Results[0].Fixes != nil; got != c.sarif {
			t.Errorf("sarif, %q: fix %v", c.text, got)
		}
	}
}

// The same fingerprint never stands twice in a report.
func TestFingerprintsAreUnique(t *testing.T) {
	f := source.NewFile(base+"/a.conf", "x\nx\nx\n")
	r := clean()
	for i := range 3 {
		r.Findings = append(r.Findings, &lint.Finding{Rule: readBelowApp, Severity: lint.Error, Host: "web", Message: "m", Span: f.Line(i + 1), Key: "same"})
	}
	var got []string
	for _, e := range options().entries(r) {
		_, repeat, _ := strings.Cut(e.fingerprint, "#")
		got = append(got, repeat)
	}
	if diff := cmp.Diff([]string{"", "2", "3"}, got); diff != "" {
		t.Error(diff)
	}
}

// Two checkouts in different directories give the same bytes.
func TestBaseDoesNotMatter(t *testing.T) {
	moved := func(dir string) []byte {
		r := sample(t)
		files := map[*source.File]*source.File{}
		move := func(s *source.Span) {
			if s.File == nil {
				return
			}
			if files[s.File] == nil {
				path := s.File.Path
				if rest, ok := strings.CutPrefix(path, base+"/"); ok {
					path = dir + "/" + rest
				}
				files[s.File] = source.NewFile(path, s.File.Text)
			}
			s.File = files[s.File]
		}
		for _, f := range r.Findings {
			move(&f.Span)
			for i := range f.Related {
				move(&f.Related[i].Span)
			}
			if f.Fix != nil {
				for i := range f.Fix.Edits {
					move(&f.Fix.Edits[i].Span)
				}
			}
		}
		for i := range r.Skips {
			move(&r.Skips[i].Span)
		}
		lint.SortByPlace(r.Findings)
		o := options()
		o.Base = dir
		var all []byte
		for _, name := range Formats() {
			all = append(all, render(t, name, r, o)...)
		}
		return all
	}
	if diff := cmp.Diff(string(moved("/a")), string(moved("/zz/y"))); diff != "" {
		t.Error(diff)
	}
}

func TestPaths(t *testing.T) {
	for _, c := range []struct{ base, path, shown, uri string }{
		{"/srv/repo", "/srv/repo/a b/ü#?.conf", "a b/ü#?.conf", "a%20b/%C3%BC%23%3F.conf"},
		{"/srv/repo/", "/srv/repo/x", "x", "x"},
		{"/srv/repo", "/srv/repository/x", "/srv/repository/x", "file:///srv/repository/x"},
		{"/", "/etc/nginx/nginx.conf", "etc/nginx/nginx.conf", "etc/nginx/nginx.conf"},
		{"", "/etc/c:d\\e", "/etc/c:d\\e", "file:///etc/c%3Ad%5Ce"},
		{"/srv", "/srv/a:b", "a:b", "a%3Ab"},
		{"/srv", "./stdin", "stdin", "stdin"},
		{"/srv", "/srv/\xff", "\xff", "%FF"},
	} {
		o := Options{Base: c.base}
		if got := o.path(c.path); got != c.shown {
			t.Errorf("%q below %q: %q, want %q", c.path, c.base, got, c.shown)
		}
		if got, _ := o.uri(c.path); got != c.uri {
			t.Errorf("%q below %q: URI %q, want %q", c.path, c.base, got, c.uri)
		}
	}
}

package source

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPosition(t *testing.T) {
	f := NewFile("/f", "ab\r\nüx\n\nend")
	for _, c := range []struct{ offset, line, column int }{
		{-1, 1, 1}, {0, 1, 1}, {2, 1, 3}, {3, 1, 4}, {4, 2, 1}, {6, 2, 3}, {8, 3, 1}, {9, 4, 1}, {12, 4, 4}, {99, 4, 4},
	} {
		p := f.Position(c.offset)
		if p.Line != c.line || p.Column != c.column {
			t.Errorf("offset %d: %d:%d, want %d:%d", c.offset, p.Line, p.Column, c.line, c.column)
		}
	}
	for n, want := range map[int]string{1: "ab", 2: "üx", 3: "", 4: "end", 5: "", 0: ""} {
		if got := f.Line(n).Text(); got != want {
			t.Errorf("line %d: %q, want %q", n, got, want)
		}
	}
	if f.Lines() != 4 || NewFile("", "a\n").Lines() != 1 || NewFile("", "").Lines() != 1 {
		t.Error("wrong number of lines")
	}
	if f.LineEnding() != "\r\n" || NewFile("", "\n").LineEnding() != "\n" {
		t.Error("wrong line ending")
	}
}

func TestEdits(t *testing.T) {
	f := NewFile("/f", "0123456789")
	g := NewFile("/g", "abc")
	at := func(start, end int, text string) Edit { return Edit{Span: Span{f, start, end}, Text: text} }
	for _, c := range []struct {
		name  string
		edits []Edit
		want  string // "" for invalid
	}{
		{"replace and insert", []Edit{at(8, 8, "x"), at(2, 4, "-")}, "01-4567x89"},
		{"insert at the end of another", []Edit{at(2, 4, ""), at(4, 4, "x")}, "01x456789"},
		{"other file ignored", []Edit{at(0, 1, "x"), {Span: Span{g, 0, 1}, Text: "y"}}, "x123456789"},
		{"overlap", []Edit{at(2, 5, ""), at(4, 6, "")}, ""},
		{"same start", []Edit{at(2, 2, "a"), at(2, 4, "b")}, ""},
		{"out of bounds", []Edit{at(9, 11, "")}, ""},
		{"reversed", []Edit{at(5, 4, "")}, ""},
		{"nothing", []Edit{at(5, 5, "")}, ""},
		{"no file", []Edit{{Text: "x"}}, ""},
	} {
		err := Validate(c.edits)
		if c.want == "" {
			if !errors.Is(err, ErrEdits) {
				t.Errorf("%s: accepted", c.name)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if got := Apply(f, c.edits); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

var machine = Memory{
	"/m/etc/nginx/nginx.conf":         "main",
	"/m/etc/nginx/sites/b":            "b",
	"/m/etc/nginx/sites/a.conf":       "a",
	"/m/etc/nginx/sites/.hidden.conf": "h",
	"/m/etc/nginx/on/one":             LinkPrefix + "../sites/b",
	"/m/etc/nginx/on/two":             LinkPrefix + "/etc/nginx/sites/b",
	"/m/etc/nginx/on/loop":            LinkPrefix + "loop",
	"/m/etc/nginx/on/dangling":        LinkPrefix + "nowhere",
	"/m/etc/enabled":                  LinkPrefix + "nginx/on",
	"/repo/app.conf":                  "mapped",
}

func TestViewFollowsLinksBelowItsRoot(t *testing.T) {
	v := NewStore(machine).View("/m", Mapping{"/srv/conf", "/repo"})
	direct, err := v.Open("/etc/nginx/sites/b")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"/etc/nginx/on/one", "/etc/nginx/on/two", "/etc/enabled/one", "/etc/nginx/on/../sites/b"} {
		f, err := v.Open(name)
		if err != nil || f != direct {
			t.Errorf("%s: %v, %v; want the file sites/b", name, f, err)
		}
	}
	if f, err := v.Open("/srv/conf/app.conf"); err != nil || f.Text != "mapped" {
		t.Errorf("mapped: %v, %v", f, err)
	}
	for _, name := range []string{"/etc/nginx/on/loop", "/etc/nginx/on/dangling", "/etc/nginx/sites", "/none/x"} {
		if _, err := v.Open(name); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
	if name, ok := v.Name("/repo/app.conf"); !ok || name != "/srv/conf/app.conf" {
		t.Errorf("Name: %q", name)
	}
	if _, ok := v.Name("/elsewhere"); ok {
		t.Error("a path outside the host has a name")
	}
}

func TestGlob(t *testing.T) {
	v := NewStore(machine).View("/m")
	for pattern, want := range map[string][]string{
		"/etc/nginx/sites/*":       {"/etc/nginx/sites/a.conf", "/etc/nginx/sites/b"},
		"/etc/nginx/sites/*.conf":  {"/etc/nginx/sites/a.conf"},
		"/etc/nginx/sites/.*.conf": {"/etc/nginx/sites/.hidden.conf"},
		"/etc/nginx/sites/[!a]*":   {"/etc/nginx/sites/b"},
		"/etc/*/o?/[od]*":          {"/etc/nginx/on/dangling", "/etc/nginx/on/one"},
		"/etc/none/*":              nil,
		"/etc/nginx/nginx.conf":    {"/etc/nginx/nginx.conf"},
	} {
		got, err := v.Glob(pattern)
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", pattern, diff)
		}
	}
	// The folders above what a mapping places need not be there.
	mapped := NewStore(machine).View("/elsewhere", Mapping{From: "/etc/nginx", To: "/m/etc/nginx"})
	for _, pattern := range []string{"/etc/nginx/sites/*.conf", "/etc/nginx/site?/a.conf"} {
		if got, err := mapped.Glob(pattern); err != nil || len(got) != 1 || got[0] != "/etc/nginx/sites/a.conf" {
			t.Errorf("%s: %v, %v", pattern, got, err)
		}
	}
}

func TestStoreWith(t *testing.T) {
	s := NewStore(machine)
	v := s.View("/m")
	f, _ := v.Open("/etc/nginx/nginx.conf")
	other, _ := v.Open("/etc/nginx/sites/b")
	created := v.Create("/etc/sysctl.d/90-tunelint.conf")
	patched := s.With(map[*File]string{f: "new", created: "x=1\n"}).View("/m")
	if g, err := patched.Open("/etc/nginx/nginx.conf"); err != nil || g.Text != "new" || f.Text != "main" {
		t.Errorf("patched file: %v, %v", g, err)
	}
	if g, _ := patched.Open("/etc/nginx/sites/b"); g != other {
		t.Error("an unchanged file lost its identity")
	}
	if names, _ := patched.Glob("/etc/sysctl.d/*.conf"); len(names) != 1 {
		t.Errorf("created file not listed: %v", names)
	}
	if _, err := v.Open("/etc/sysctl.d/90-tunelint.conf"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the store itself changed: %v", err)
	}
}

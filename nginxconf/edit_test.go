package nginxconf

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

// load reads a configuration from texts by name on the host.
func load(t *testing.T, files source.Memory, o Options) *Config {
	t.Helper()
	c, err := Load(source.NewStore(files).View("/"), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// scopeOf returns the first scope opened by a directive of this name.
func scopeOf(t *testing.T, c *Config, name string) *Scope {
	t.Helper()
	var found *Scope
	c.Root.Walk(func(s *Scope) {
		if found == nil && s.Directive != nil && s.Directive.Name == name {
			found = s
		}
	})
	if found == nil {
		t.Fatalf("no %s", name)
	}
	return found
}

func apply(t *testing.T, c *Config, edits []source.Edit) string {
	t.Helper()
	if err := source.Validate(edits); err != nil {
		t.Fatal(err)
	}
	return source.Apply(c.Documents[0].File, edits)
}

func TestInsert(t *testing.T) {
	timeout := Statement{Name: "proxy_read_timeout", Words: []string{"60s"}}
	commented := Statement{Name: "proxy_buffer_size", Words: []string{"8k"}, Comments: []string{"# buffers", "# of one request"}}
	for _, c := range []struct {
		name, before, after string
		statements          []Statement
	}{
		{"beside its family",
			"http {\n  server {\n    location / {\n      proxy_send_timeout 5s; # short\n      proxy_pass http://b;\n    }\n  }\n}\n",
			"http {\n  server {\n    location / {\n      proxy_send_timeout 5s; # short\n      proxy_read_timeout 60s;\n      proxy_pass http://b;\n    }\n  }\n}\n",
			[]Statement{timeout}},
		{"on one line",
			"http { server { location / { proxy_pass http://b; } } }",
			"http { server { location / { proxy_pass http://b; proxy_read_timeout 60s; } } }",
			[]Statement{timeout}},
		{"one-line block within lines",
			"http {\n  server {\n    location / { proxy_pass http://b; }\n  }\n}\n",
			"http {\n  server {\n    location / { proxy_pass http://b; proxy_read_timeout 60s; proxy_buffer_size 8k; }\n  }\n}\n",
			[]Statement{timeout, commented}},
		{"empty block", "http {\n\tserver {\n\t\tlocation / {}\n\t}\n}\n", "http {\n\tserver {\n\t\tlocation / { proxy_read_timeout 60s; }\n\t}\n}\n", []Statement{timeout}},
		{"blank block", "http { server { location / { } } }", "http { server { location / { proxy_read_timeout 60s; } } }", []Statement{timeout}},
		{"block with a comment only",
			"http {\n\tserver {\n\t\tlocation / {\n\t\t\t# later\n\t\t}\n\t}\n}\n",
			"http {\n\tserver {\n\t\tlocation / {\n\t\t\t# later\n\t\t\tproxy_read_timeout 60s;\n\t\t}\n\t}\n}\n",
			[]Statement{timeout}},
		{"CR LF and tabs",
			"http {\r\n\tserver {\r\n\t\tlocation / {\r\n\t\t\tproxy_pass http://b;\r\n\t\t}\r\n\t}\r\n}",
			"http {\r\n\tserver {\r\n\t\tlocation / {\r\n\t\t\tproxy_pass http://b;\r\n\t\t\tproxy_read_timeout 60s;\r\n\t\t}\r\n\t}\r\n}",
			[]Statement{timeout}},
		{"aligned arguments",
			"http {\n  server {\n    location / {\n      proxy_pass            http://b;\n      proxy_connect_timeout 5s;\n    }\n  }\n}\n",
			"http {\n  server {\n    location / {\n      proxy_pass            http://b;\n      proxy_connect_timeout 5s;\n      proxy_read_timeout    60s;\n    }\n  }\n}\n",
			[]Statement{timeout}},
		{"a heading opens a group where groups are separated",
			"http {\n  server {\n    location / {\n      proxy_pass http://b;\n\n      proxy_send_timeout 5s;\n    }\n  }\n}\n",
			"http {\n  server {\n    location / {\n      proxy_pass http://b;\n\n      proxy_send_timeout 5s;\n      proxy_read_timeout 60s;\n\n      # buffers\n      # of one request\n      proxy_buffer_size 8k;\n    }\n  }\n}\n",
			[]Statement{timeout, commented}},
		{"after a directive that shares the closing line",
			"http {\n  server {\n    location / {\n      proxy_pass http://b; }\n  }\n}\n",
			"http {\n  server {\n    location / {\n      proxy_pass http://b; proxy_read_timeout 60s; }\n  }\n}\n",
			[]Statement{timeout}},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := load(t, source.Memory{"/etc/nginx/nginx.conf": c.before}, Options{})
			got := apply(t, config, scopeOf(t, config, "location").Insert(c.statements...))
			if diff := cmp.Diff(c.after, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestInsertIntoMain(t *testing.T) {
	for before, after := range map[string]string{
		"worker_processes 2;\nevents {}\n": "worker_processes 2;\nworker_rlimit_nofile 4096;\nevents {}\n",
		"events {}":                        "worker_rlimit_nofile 4096;\nevents {}",
		"# top\n\n# e\nevents {}\n":        "# top\n\n# e\nworker_rlimit_nofile 4096;\nevents {}\n",
		"user x;\nhttp {\n}\n":             "user x;\nworker_rlimit_nofile 4096;\nhttp {\n}\n",
		"# nothing\n":                      "worker_rlimit_nofile 4096;\n# nothing\n",
	} {
		config := load(t, source.Memory{"/etc/nginx/nginx.conf": before}, Options{})
		got := apply(t, config, config.Root.Insert(Statement{Name: "worker_rlimit_nofile", Words: []string{"4096"}}))
		if got != after {
			t.Errorf("%q: %q, want %q", before, got, after)
		}
	}
}

func TestDelete(t *testing.T) {
	for _, c := range []struct{ name, names, before, after string }{
		{"a line", "b", "u {\n  a 1;\n  b 2;\n  c 3;\n}\n", "u {\n  a 1;\n  c 3;\n}\n"},
		{"the comment behind stays", "b", "u {\n  a 1;\n  b 2; # why\n}\n", "u {\n  a 1;\n  # why\n}\n"},
		{"a group with its blank line", "b c", "u {\n  a 1;\n\n  b 2;\n  c 3;\n\n  d 4;\n}\n", "u {\n  a 1;\n\n  d 4;\n}\n"},
		{"groups around a blank line", "b c", "u {\n  a 1;\n\n  b 2;\n\n  c 3;\n\n  d 4;\n}\n", "u {\n  a 1;\n\n  d 4;\n}\n"},
		{"the last group", "b", "u {\n  a 1;\n\n  b 2;\n}\n", "u {\n  a 1;\n}\n"},
		{"the first group", "a", "u {\n  a 1;\n\n  b 2;\n}\n", "u {\n  b 2;\n}\n"},
		{"within a line", "b", "u { a 1; b 2; c 3; }", "u { a 1; c 3; }"},
		{"the only one within a line", "a", "u { a 1; }", "u { }"},
		{"over two lines", "b", "u {\n  a 1;\n  b 2\n    3;\n}\n", "u {\n  a 1;\n}\n"},
		{"CR LF", "b", "u {\r\n  a 1;\r\n\r\n  b 2;\r\n\r\n  c 3;\r\n}\r\n", "u {\r\n  a 1;\r\n\r\n  c 3;\r\n}\r\n"},
		{"at the end without a line feed", "b", "a 1;\nb 2;", "a 1;\n"},
		{"a heading whose group goes", "b c", "u {\n  a 1;\n\n  # both\n  # of them\n  b 2;\n  c 3;\n\n  d 4;\n}\n", "u {\n  a 1;\n\n  d 4;\n}\n"},
		{"a heading whose group stays in part", "b", "u {\n  a 1;\n\n  # both\n  b 2;\n  c 3;\n}\n", "u {\n  a 1;\n\n  # both\n  c 3;\n}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc := Parse(source.NewFile("/f", c.before))
			var gone []*Directive
			eachDirective(doc.Directives, func(d *Directive) {
				if strings.Contains(c.names, d.Name) {
					gone = append(gone, d)
				}
			})
			edits := Delete(gone, Headings(gone)...)
			if err := source.Validate(edits); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.after, source.Apply(doc.File, edits)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestArguments(t *testing.T) {
	doc := Parse(source.NewFile("/f", `a "x y" b=1 c;`))
	d := doc.Directives[0]
	for want, edit := range map[string]source.Edit{
		`a z b=1 c;`:           d.SetArg(0, "z"),
		`a "x y" b=1 c d "e";`: d.AddArgs("d", `"e"`),
		`a b=1 c;`:             d.DropArg(0),
		`a "x y" b=1;`:         d.DropArg(2),
		`name "x y" b=1 c;`:    d.SetName("name"),
	} {
		if got := source.Apply(doc.File, []source.Edit{edit}); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	for value, want := range map[string]string{"60s": "60s", "": `""`, "a b": `"a b"`, `a"b\`: `"a\"b\\"`, "a#b": `"a#b"`} {
		if got := Quote(value); got != want {
			t.Errorf("Quote(%q) = %s, want %s", value, got, want)
		}
	}
}

// FuzzEdit checks the laws of every edit on arbitrary files: the edit is valid,
// the result differs only where it says, and still parses.
func FuzzEdit(f *testing.F) {
	f.Add("http { server { location / { proxy_pass http://b; } } }", 0)
	f.Add("a 1;\n\n# c\nb 2; # d\r\n c { d; }\n", 1)
	f.Fuzz(func(t *testing.T, text string, n int) {
		doc := Parse(source.NewFile("/f", text))
		var all []*Directive
		eachDirective(doc.Directives, func(d *Directive) { all = append(all, d) })
		if doc.Err != nil || len(all) == 0 || n < 0 {
			return
		}
		d := all[n%len(all)]
		checkEdit(t, doc, Delete([]*Directive{d}, Headings([]*Directive{d})...))
		if d.Block == nil || !d.Block.Code {
			checkEdit(t, doc, []source.Edit{d.AddArgs("x")})
		}
		c := container{doc, d.Parent}
		if d.Parent == nil || !d.Parent.Code {
			checkEdit(t, doc, []source.Edit{c.insert(c.anchor("name"), []Statement{{Name: "name", Words: []string{"1"}}})})
		}
		if len(d.Args) > 0 {
			checkEdit(t, doc, []source.Edit{d.SetArg(0, "x")})
		}
	})
}

func checkEdit(t *testing.T, doc *Document, edits []source.Edit) {
	t.Helper()
	if err := source.Validate(edits); err != nil {
		t.Fatal(err)
	}
	after := Parse(source.NewFile("/f", source.Apply(doc.File, edits)))
	if after.Err != nil {
		t.Fatalf("%q no longer parses: %v", after.File.Text, after.Err.Message)
	}
	if err := CompareOutside(doc, after, edits); err != nil {
		t.Fatalf("%q -> %q: %v", doc.File.Text, after.File.Text, err)
	}
}

package nginxconf

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

// words lists a file's directives, one line each, with how a template marks
// them: "?" behind what a tag stands in, "~" before what a tag decides about.
func marked(doc *Document) string {
	var out []string
	depth := func(d *Directive) (n int) {
		for ; d.Parent != nil; d = d.Parent.Owner {
			n++
		}
		return n
	}
	eachDirective(doc.Directives, func(d *Directive) {
		line := strings.Repeat("  ", depth(d))
		if d.Conditional() {
			line += "~"
		}
		line += d.Name
		for i, a := range d.Args {
			line += " " + a.Text
			if d.TaggedArg(i) {
				line += "?"
			}
		}
		if d.Tagged() {
			line += " ?"
		}
		out = append(out, line)
	})
	return strings.Join(out, "\n")
}

func TestTemplates(t *testing.T) {
	cases := []struct{ name, file, text, want string }{
		{"value of Jinja", "x.conf.j2", "listen {{ port }} backlog={{ b | default(\"1;2\") }};", "listen {{ port }}? backlog={{ b | default(\"1;2\") }}? ?"},
		{"value in quotes", "x.conf.j2", `server_name "a {{ b }} c" d;`, "server_name a {{ b }} c? d ?"},
		{"value within a word", "x.conf.j2", `root /srv/{{ app }}/public;`, "root /srv/{{ app }}/public? ?"},
		{"condition", "x.conf.j2", "user a;\n{% if x %}\nuser b;\n{% else %}\nuser c;\n{% endif %}\nuser d;", "user a\n~user b\n~user c\nuser d"},
		{"block within a condition", "x.conf.j2", "{%- for s in list -%}\nserver { listen 80; }\n{%- endfor %}\nserver { listen 81; }", "~server\n  ~listen 80\nserver\n  listen 81"},
		{"condition within a directive", "x.conf.j2", "listen 443{% if ssl %} ssl{% endif %};", "listen 443 ssl ?"},
		{"assignment and comment", "x.conf.j2", "{% set a = '{' %}{# { ; #}user {{ a }};", "user {{ a }}? ?"},
		{"tag that stands for directives", "x.conf.j2", "server {\n  {{ extra }}\n  listen 80;\n}\n{{ more }} # here\nuser a;", "server\n  listen 80\nuser a"},
		{"name in a tag", "x.conf.j2", "{{ name }} {{ value }};\n{{ name }} on;", "{{ name }} {{ value }}? ?\n{{ name }} on ?"},
		{"raw", "x.conf.j2", "{% raw %}\nlog_format a '{{ x }}';\n{% endraw %}\nuser {{ u }};", "log_format a {{ x }}\nuser {{ u }}? ?"},
		{"two openings, one end", "x.conf.j2", "{% if a %}\nlocation /a {\n{% else %}\nlocation /b {\n{% endif %}\n  return 200;\n}", "~location /a\n  ~return 200"},
		{"unbalanced tags", "x.conf.j2", "user a;\n{% if a %}\nuser b;\nuser c;", "user a\n~user b\n~user c"},
		{"comment of nginx", "x.conf.j2", "# {{ ansible_managed }}\n# {% if a %}\nuser a;\n# {% endif %}\nuser b;", "~user a\nuser b"},
		{"comment over lines", "x.conf.j2", "{{ ansible_managed\n   | comment }}\nuser a;", "user a"},
		{"included template", "x.conf.j2", "{% include 'a.j2' %}\nuser a;", "user a"},
		{"Go template", "nginx.tmpl", "{{ $x := \"}\" }}{{- range $h := .Hosts }}\nserver { listen {{ $h.Port }}; }\n{{- else }}\nuser a;\n{{ end }}\nuser b;", "~server\n  ~listen {{ $h.Port }}? ?\n~user a\nuser b"},
		{"Go template in a template", "nginx.tmpl", "{{ template \"head\" . }}\nuser a;\n{{/* { */}}user b;", "user a\nuser b"},
		{"Mustache", "nginx.mustache", "{{#servers}}server {{{ name }}};{{/servers}}\n{{! no }}user a;", "~server {{{ name }}}? ?\nuser a"},
		{"ERB", "x.conf.erb", "<% if @x -%>\nuser <%= @u %>;\n<% else -%>\nuser b;\n<% end -%>\n<%# c %>\nuser c;", "~user <%= @u %>? ?\n~user b\nuser c"},
		{"ERB loop", "x.conf.erb", "<% @l.each do |l| %>\nlisten <%= l %>;\n<% end %>\nuser c;", "~listen <%= l %>? ?\nuser c"},
		{"EPP", "x.conf.epp", "<%- | String $a | -%>\n<% if $x { -%>\nuser a;\n<% } else { -%>\nuser b;\n<% } -%>\n<% $l.each |$i| { %>\nuser c;\n<% } %>\nuser d;", "~user a\n~user b\n~user c\nuser d"},
		{"envsubst", "default.conf.template", "listen ${PORT};\nserver_name $NAME;\nproxy_set_header Host $host;\nset $a ${host};", "listen ${PORT}? ?\nserver_name $NAME? ?\nproxy_set_header Host $host\nset $a ${host}"},
		{"Terraform", "x.conf.tftpl", "%{ for a in b ~}\nserver ${a};\n%{ endfor ~}\nset $a $${host};", "~server ${a}? ?\nset $a $${host}"},
		{"names between signs", "nginx.conf", "listen @@PORT@@;\nproxy_pass http://__BACKEND__:80;\nset $__x __init__;", "listen @@PORT@@? ?\nproxy_pass http://__BACKEND__:80? ?\nset $__x __init__"},
		{"autoconf", "nginx.conf.in", "pid @localstatedir@/nginx.pid;\nlocation @named { return 200; }", "pid @localstatedir@/nginx.pid? ?\nlocation @named\n  return 200"},
		{"Jinja without its name", "nginx.conf", "user a;\n{% if b %}\nuser b;\n{% endif %}", "user a\n~user b"},
		{"value without its name", "nginx.conf", "worker_processes {{ n }};", "worker_processes {{ n }}? ?"},
		{"ERB without its name", "nginx.conf", "<% if b %>\nuser b;\n<% end %>\nuser <%= x %>;", "~user b\nuser <%= x %>? ?"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			doc := Parse(source.NewFile("/"+c.file, c.text))
			if doc.Err != nil || doc.Unclear != nil {
				t.Fatalf("errors %v, %v", doc.Err, doc.Unclear)
			}
			if diff := cmp.Diff(c.want, marked(doc)); diff != "" {
				t.Error(diff)
			}
			if !doc.Template() {
				t.Error("no template")
			}
		})
	}
}

// TestNoTemplates reads what looks like tags and is nginx's own, or a mistake.
func TestNoTemplates(t *testing.T) {
	cases := []struct{ name, text, err string }{
		{"quoted braces", `sub_filter '{{ user }}' "$remote_user"; log_format j '{"a":{"b":{}}}{%x%}';`, ""},
		{"commented brace", "server {# old\n  listen 80;\n#}\n}", ""},
		{"Lua", "access_by_lua_block { local t = {{1,2},{3,4}}; local s = [[{% if %}<% x %>]] local m = {__index = f} }", ""},
		{"broken Lua", "server {\naccess_by_lua_block { local t = {{1,2}}\n", "unexpected end of file, expecting terminating characters for lua code block"},
		{"bounds in a regex", `location ~ "^/[a-f0-9]{2}{3}$" { return 200; }`, ""},
		{"variable in braces", "set $a ${b}c; set $d ${{b}};", ""},
		{"double brace", "server {{ listen 80; }}", `unexpected "{"`},
		{"error beside a tag's comment", "# {{ x }}\nserver {{ listen 80; }}", `unexpected "{"`},
		{"statement on a line of braces", "events {} {{\n", `unexpected "{"`},
		{"priority of syslog", `log_format s '<%pri>$time_local<% x %>';`, ""},
		{"names", "upstream __default__ { server a; } map $a $__b { default __c; }", ""},
		{"per cent", `log_format p "%{Host}i %NAME% %%{X}";`, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			doc := Parse(source.NewFile("/nginx.conf", c.text))
			got := ""
			if doc.Err != nil {
				got = doc.Err.Message
			}
			if doc.Template() || got != c.err {
				t.Errorf("template %v, error %q, want %q", doc.Template(), got, c.err)
			}
		})
	}
	for _, name := range corpusFiles(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if doc := Parse(source.NewFile("/nginx.conf", string(text))); doc.Template() {
			t.Errorf("%s is taken for a template: %v", name, doc.Tags())
		}
	}
}

func corpusFiles(t *testing.T) []string {
	files, err := filepath.Glob("../testdata/corpus/*.conf")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	return files
}

// TestUnclear reads templates whose blocks only their tags end.
func TestUnclear(t *testing.T) {
	text := "user a;\nhttp {\n{% if a %}\nserver {\n{% endif %}\nlisten 80;\n{% if a %}\n} }\n{% endif %}\nuser b; }\n"
	doc := Parse(source.NewFile("/nginx.conf.j2", text))
	if doc.Err != nil || doc.Unclear == nil {
		t.Fatalf("error %v, unclear %v", doc.Err, doc.Unclear)
	}
	skips := doc.Unevaluated()
	if len(skips) == 0 || !strings.Contains(skips[len(skips)-1].Why, "cannot be read") {
		t.Errorf("skips %v", skips)
	}
	c := loadTemplates(t, source.Memory{"/etc/nginx/nginx.conf.j2": text})
	if c.Whole() {
		t.Error("the configuration is whole")
	}
}

func loadTemplates(t *testing.T, files source.Memory) *Config {
	t.Helper()
	c, err := Load(source.NewStore(files).View("/"), Options{Templates: true})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestTemplateValues asks for values that a template decides, and others beside
// them.
func TestTemplateValues(t *testing.T) {
	c := loadTemplates(t, source.Memory{
		"/etc/nginx/nginx.conf.j2": `
worker_processes {{ n }};
events { worker_connections 1024; }
http {
    sendfile on;
    {% if fast %}
    tcp_nopush on;
    include fast.conf;
    {% endif %}
    upstream api { server 10.0.0.1; keepalive 8; }
    upstream all { {% for s in servers %} server {{ s }}; {% endfor %} keepalive 8; }
    server {
        listen {{ port }} backlog=10;
        listen 81;
        location / { proxy_pass http://api; proxy_read_timeout 30s; }
        location /a { proxy_pass http://all; }
        location {{ p }} { proxy_pass http://{{ x }}; proxy_read_timeout 31s; }
        location /e { {{ extra }} proxy_pass http://api; }
        location /f {
            {{ extra }}
            proxy_pass http://api;
        }
        {% if x %}
        location /c { proxy_pass http://api; proxy_read_timeout 32s; }
        {% endif %}
    }
    include {{ d }}/mime.types;
}
`})
	http := c.Root.Children[1]
	server := http.Children[len(http.Children)-1]
	known := func(s *Scope, name string) bool { return s.Effective(name).Known }
	checks := []struct {
		what string
		got  bool
		want bool
	}{
		{"a value", known(c.Root, "worker_processes"), false},
		{"beside it", known(c.Root.Children[0], "worker_connections"), true},
		{"sendfile", known(http, "sendfile"), true},
		{"in a condition", known(http, "tcp_nopush"), false},
		{"not set, conditional include", known(http, "tcp_nodelay"), false},
		{"location /", known(server.Children[0], "proxy_read_timeout"), true},
		{"location with a tag", known(server.Children[2], "proxy_read_timeout"), true},
		{"location with directives from a tag", known(server.Children[4], "proxy_read_timeout"), false},
		{"location in a condition", known(server.Children[5], "proxy_read_timeout"), false},
	}
	for _, check := range checks {
		if check.got != check.want {
			t.Errorf("%s: known %v, want %v", check.what, check.got, check.want)
		}
	}
	var routes []string
	for _, r := range c.Routes() {
		routes = append(routes, r.Scope.Label()+" "+r.Address)
	}
	want := []string{"location / api", "location /a ", "location {{ p }} ", "location /f api"}
	if diff := cmp.Diff(want, routes); diff != "" {
		t.Error(diff)
	}
	if len(c.Upstreams()) != 1 || len(c.Listens()) != 1 || len(c.Includes) != 0 {
		t.Errorf("%d upstreams, %d listens, %d includes", len(c.Upstreams()), len(c.Listens()), len(c.Includes))
	}
}

// TestTemplateFiles finds templates in place of the files that are made of them.
func TestTemplateFiles(t *testing.T) {
	files := source.Memory{
		"/etc/nginx/nginx.conf.j2":                   "http { include mime.types; include conf.d/*.conf; include sites/*; }",
		"/etc/nginx/mime.types.erb":                  "types { text/html html; }",
		"/etc/nginx/conf.d/a.conf.j2":                "server { listen {{ a }}; }",
		"/etc/nginx/conf.d/b.conf":                   "server { listen 82; }",
		"/etc/nginx/conf.d/b.conf.j2":                "server { listen {{ b }}; }",
		"/etc/nginx/conf.d/c.conf.bak":               "server { listen 83; }",
		"/etc/nginx/conf.d/d.txt.j2":                 "server { listen {{ d }}; }",
		"/etc/nginx/templates/default.conf.template": "server { listen ${PORT}; }",
		"/etc/nginx/sites/one":                       "server { listen 84; }",
		"/etc/nginx/sites/one.j2":                    "server { listen {{ one }}; }",
		"/etc/nginx/sites/two.j2":                    "server { listen {{ two }}; }",
	}
	names := func(c *Config) (out []string) {
		for _, d := range c.Documents {
			out = append(out, strings.TrimPrefix(d.File.Path, "/etc/nginx/"))
		}
		return out
	}
	want := []string{"nginx.conf.j2", "mime.types.erb", "conf.d/a.conf.j2", "conf.d/b.conf", "templates/default.conf.template", "sites/one", "sites/two.j2"}
	if diff := cmp.Diff(want, names(loadTemplates(t, files))); diff != "" {
		t.Error(diff)
	}
	files["/etc/nginx/nginx.conf"] = files["/etc/nginx/nginx.conf.j2"]
	live, err := Load(source.NewStore(files).View("/"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	want = []string{"nginx.conf", "conf.d/b.conf", "sites/one", "sites/one.j2", "sites/two.j2"}
	if diff := cmp.Diff(want, names(live)); diff != "" {
		t.Errorf("on a running machine: %s", diff)
	}
}

func TestGuards(t *testing.T) {
	text := "user {{ u }};\n{% if a %}\npid a;\n{% endif %}\nworker_processes 1;\n"
	doc := Parse(source.NewFile("/nginx.conf.j2", text))
	at := func(what string, from, to int) source.Span {
		i := strings.Index(text, what)
		return source.Span{File: doc.File, Start: i + from, End: i + to}
	}
	guarded := []source.Span{at("{{", 0, 1), at("{{", -1, 3), at("{{", 1, 1), at("pid", 0, 3), at("pid", 0, 0), at("user", 0, 13)}
	free := []source.Span{at("{{", 0, 0), at("user", 0, 4), at("{% if", 0, 0), at("worker", 0, 6), at("worker", -1, -1)}
	if i := slices.IndexFunc(guarded, func(s source.Span) bool { return !doc.Guards(s) }); i >= 0 {
		t.Errorf("%d: %q is not guarded", i, guarded[i].Text())
	}
	if i := slices.IndexFunc(free, doc.Guards); i >= 0 {
		t.Errorf("%d: %q is guarded", i, free[i].Text())
	}
}

// TestNamesKeepErrors finds the mistake beside a name between signs.
func TestNamesKeepErrors(t *testing.T) {
	doc := Parse(source.NewFile("/nginx.conf", "listen @@PORT@@;\nserver { listen 80 }\n"))
	if doc.Err == nil || doc.Unclear != nil || !doc.Directives[0].Tagged() {
		t.Errorf("error %v, unclear %v", doc.Err, doc.Unclear)
	}
}

// FuzzTemplate reads any text as a template of every language: spans hold, tags
// are disjoint, and what no tag touches reads as in the file.
func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{
		"{% if a %}user {{ b }};{% else %}http {{% endif %}", "<% if a { -%>user <%= b %>;<% } %>", "{{ range .A }}server ${B};{{ end }}",
		"%{ for a in b }x ${a} $${c};%{ endfor }", "@@A@@ __B__;@c@ 'x {{ \"' }}';", "{% raw %}{{ a }}{% endraw %}{# } #}", "{{{{}}}}{%%}<%%>$A${B}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, ending := range []string{".conf", ".j2", ".tmpl", ".erb", ".template", ".tpl", ".in"} {
			doc := Parse(source.NewFile("/nginx"+ending, text))
			checkDirectives(t, doc.Directives, doc, 0, len(text))
			at := 0
			for _, tag := range doc.Tags() {
				if tag.Start < at || tag.End <= tag.Start || tag.End > len(text) {
					t.Fatalf("%s: tag at %d-%d", ending, tag.Start, tag.End)
				}
				at = tag.End
			}
			for _, skip := range doc.Unevaluated() {
				if skip.Span.Start < 0 || skip.Span.End < skip.Span.Start || skip.Span.End > len(text) {
					t.Fatalf("%s: skip at %d-%d", ending, skip.Span.Start, skip.Span.End)
				}
			}
			doc.Nestings(Version{})
			if doc.Template() && ending != ".conf" && doc.Err != nil {
				t.Fatalf("%s: a template has an error of syntax", ending)
			}
		}
	})
}

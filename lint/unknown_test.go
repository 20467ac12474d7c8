package lint

import (
	"strings"
	"testing"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

func templateStore(text string) *source.Store {
	return source.NewStore(source.Memory{"/m/etc/nginx/nginx.conf.j2": text})
}

// TestTemplateFindings turns findings that depend on a template into places that
// were not evaluated.
func TestTemplateFindings(t *testing.T) {
	rule := &Rule{Name: "a/all", Title: "t", Severity: Warning, Run: func(p *Pass) {
		for _, d := range p.Host.Nginx.Root.Items() {
			r := p.Report(d.HeadSpan(), "found").Key("%s", d.Name)
			if d.Name == "pid" {
				r.See(p.Host.Nginx.Root.Last("user").HeadSpan(), "here")
			}
		}
	}}
	const text = "user {{ u }}; # tunelint:ignore a/all its value decides\npid p;\nworker_processes 1;\n{% if x %}\nworker_priority 1;\n{% endif %}\n"
	hosts, err := loader(t, "m")(templateStore(text))
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Rules: []*Rule{rule, {Name: UnusedIgnore, Severity: Warning}}}
	o.All = o.Rules
	r := Run(hosts, o)
	if len(r.Findings) != 1 || r.Findings[0].Span.Text() != "worker_processes 1" {
		t.Errorf("findings: %v", r.Findings)
	}
	whys := ""
	for _, s := range r.Skips {
		whys += s.Span.Text() + ": " + s.Why + "\n"
	}
	for _, want := range []string{"user {{ u }}: template: a template tag stands in it", "worker_priority 1: template: a template decides whether it is there"} {
		if !strings.Contains(whys, want) {
			t.Errorf("no %q in\n%s", want, whys)
		}
	}
}

// TestTemplateEdits refuses edits of tags and of what they decide about, as a
// fix that is suggested and as a law of verification.
func TestTemplateEdits(t *testing.T) {
	const text = "worker_processes 1;\nuser {{ u }};\n{% if x %}\n{% endif %}\n"
	for _, c := range []struct {
		name       string
		start, end int
		refused    bool
	}{
		{"a directive without tags", 17, 18, false},
		{"before a tag", strings.Index(text, "{%"), strings.Index(text, "{%"), false},
		{"a tag", strings.Index(text, "{{"), strings.Index(text, "{{") + 3, true},
		{"around a tag", 0, len(text), true},
		{"within a tag", strings.Index(text, "{{") + 2, strings.Index(text, "{{") + 2, true},
		{"within a condition", strings.Index(text, "{% endif"), strings.Index(text, "{% endif"), true},
	} {
		var edit source.Edit
		rule := &Rule{Name: "a/edit", Title: "t", Severity: Warning, Run: func(p *Pass) {
			edit = source.Edit{Span: source.Span{File: p.Host.Nginx.Documents[0].File, Start: c.start, End: c.end}, Text: "2"}
			p.Report(p.Host.Nginx.Root.Items()[0].HeadSpan(), "found").Suggest("write 2", edit)
		}}
		hosts, err := loader(t, "m")(templateStore(text))
		if err != nil {
			t.Fatal(err)
		}
		r := Run(hosts, Options{Rules: []*Rule{rule}})
		if got := r.Findings[0].Fix == nil; got != c.refused {
			t.Errorf("%s: no fix %v, want %v", c.name, got, c.refused)
		}
		was := &state{hosts: hosts, result: r}
		v := verification{files: []patched{{edit.Span.File, []source.Edit{edit}, edit.Span.File.Text}}}
		if err := v.checkHosts(was, was); (err != nil && strings.Contains(err.Error(), "template")) != c.refused {
			t.Errorf("%s: law: %v", c.name, err)
		}
	}
}

// TestAgree keeps what holds for every host of which only one can be meant.
func TestAgree(t *testing.T) {
	store := source.NewStore(source.Memory{"/x.conf": "gzip on;\ngzip_types a/b;\n"})
	f, err := store.Open("/x.conf")
	if err != nil {
		t.Fatal(err)
	}
	fragment, err := host.NewFragment(f, "")
	if err != nil {
		t.Fatal(err)
	}
	hosts, err := fragment.Hosts(store, appconf.HostConfig{Name: "x", Root: "/"})
	if err != nil || len(hosts) < 2 {
		t.Fatalf("%d hosts, %v", len(hosts), err)
	}
	first := hosts[0]
	rule := &Rule{Name: "a/some", Title: "t", Severity: Warning, Run: func(p *Pass) {
		list := p.Host.Nginx.Documents[0].Directives
		same, text := "on", "off"
		if p.Host != first {
			same = "off"
			p.Report(list[1].NameSpan(), "only elsewhere")
		}
		p.Report(list[0].ArgSpan(0), "everywhere, said otherwise: %s", same).Suggest("write it", list[0].SetArg(0, text))
		if p.Host == first {
			p.Report(list[1].ArgSpan(0), "only here")
		}
	}}
	r := Run(hosts, Options{Rules: []*Rule{rule}, Agree: true})
	if len(r.Findings) != 1 || r.Findings[0].Span.Text() != "on" || r.Findings[0].Fix == nil || len(r.Hosts) != 1 || r.Files != 1 {
		t.Errorf("%d hosts, %d files, findings %v", len(r.Hosts), r.Files, r.Findings)
	}
	differs := &Rule{Name: "a/differs", Title: "t", Severity: Warning, Run: func(p *Pass) {
		d, text := p.Host.Nginx.Documents[0].Directives[0], "off"
		if p.Host == first {
			text = "always"
		}
		p.Report(d.ArgSpan(0), "found").Suggest("write "+text, d.SetArg(0, text))
	}}
	if r := Run(hosts, Options{Rules: []*Rule{differs}, Agree: true}); len(r.Findings) != 1 || r.Findings[0].Fix != nil {
		t.Errorf("findings %v", r.Findings)
	}
}

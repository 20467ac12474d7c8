package lint

import (
	"testing"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// sharedHosts loads hosts that have a main file of their own and share /m/conf.d.
func sharedHosts(names ...string) Loader {
	return func(s *source.Store) ([]*host.Host, error) {
		var out []*host.Host
		for _, name := range names {
			h, err := host.Load(s, "/m", appconf.HostConfig{Name: name, Root: "/m", Nginx: appconf.NginxConfig{Conf: "/" + name + ".conf"}})
			if err != nil {
				return nil, err
			}
			out = append(out, h)
		}
		return out, nil
	}
}

// wantsTimeout makes a rule by which each host wants a value of send_timeout of its
// own in the file that it reads last; a host without one is content with any.
func wantsTimeout(wanted map[string]string) *Rule {
	return &Rule{Name: "a/timeout", Title: "t", Severity: Warning, Run: func(p *Pass) {
		for _, d := range p.Host.Nginx.Documents[len(p.Host.Nginx.Documents)-1].Directives {
			if want := wanted[p.Host.Name]; d.Name == "send_timeout" && want != "" && d.Arg(0) != want {
				p.Report(d.HeadSpan(), "send_timeout is %s, %s wants %s", d.Arg(0), p.Host.Name, want).Key("send_timeout %s", want).Suggest("set "+want, d.SetArg(0, want))
			}
		}
	}}
}

func sharedStore() *source.Store {
	conf := "events {}\nhttp {\ninclude /conf.d/s.conf;\n}\n"
	return source.NewStore(source.Memory{
		"/m/x.conf": conf, "/m/y.conf": conf, "/m/conf.d/s.conf": "send_timeout 5s;\n",
	})
}

// TestFixInASharedFile applies a fix in a file that two hosts read only where it is
// good for both, whether both are fixed or one of them stands beside.
func TestFixInASharedFile(t *testing.T) {
	for _, c := range []struct {
		name   string
		wanted map[string]string
		fixed  []string
		beside []string
		want   string
		held   int
	}{
		{"both want the same", map[string]string{"x": "9s", "y": "9s"}, []string{"x", "y"}, nil, "send_timeout 9s;\n", 0},
		{"one does not mind", map[string]string{"x": "9s"}, []string{"x", "y"}, nil, "send_timeout 9s;\n", 0},
		{"one is content already", map[string]string{"x": "9s", "y": "5s"}, []string{"x", "y"}, nil, "", 1},
		{"one that is not fixed is content already", map[string]string{"x": "9s", "y": "5s"}, []string{"x"}, []string{"y"}, "", 1},
		{"one that is not fixed does not mind", map[string]string{"x": "9s"}, []string{"x"}, []string{"y"}, "send_timeout 9s;\n", 0},
		{"nobody beside", map[string]string{"x": "9s", "y": "5s"}, []string{"x"}, nil, "send_timeout 9s;\n", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := FixOptions{Options: Options{Rules: []*Rule{wantsTimeout(c.wanted)}}}
			if c.beside != nil {
				o.Beside = sharedHosts(c.beside...)
			}
			out, err := Settle(sharedStore(), sharedHosts(c.fixed...), o)
			if err != nil || out.Unsettled != nil {
				t.Fatal(err, out.Unsettled)
			}
			if got := texts(out); got != c.want || len(out.Held) != c.held {
				t.Errorf("%q, held %v", got, out.Held)
			}
		})
	}
}

// Two hosts that both want another value of a file they share get the first one's, which
// leaves the second's finding as it was; with nothing gained for it, that is no quarrel.
func TestHostsThatWantDifferentValues(t *testing.T) {
	rule := wantsTimeout(map[string]string{"x": "7s", "y": "9s"})
	for _, names := range [][]string{{"x", "y"}, {"y", "x"}} {
		out, err := Settle(sharedStore(), sharedHosts(names...), FixOptions{Options: Options{Rules: []*Rule{rule}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := texts(out); got != "send_timeout 7s;\n" || len(out.Held) != 1 || out.Unsettled != nil {
			t.Errorf("%v: %q, held %v, %v", names, got, out.Held, out.Unsettled)
		}
	}
}

// The fixes of a finding that two hosts share, in files of their own, are all applied.
func TestSharedFindingWithFixesOfTheirOwn(t *testing.T) {
	rule := &Rule{Name: "a/user", Title: "t", Severity: Warning, Run: func(p *Pass) {
		shared := p.Host.Nginx.Documents[len(p.Host.Nginx.Documents)-1].Directives[0]
		if d := p.Host.Nginx.Root.Last("events"); p.Host.Nginx.Root.Last("user") == nil {
			p.Report(shared.HeadSpan(), "no user").Key("user").See(d.HeadSpan(), "here").Suggest("name one", d.SetName("user x;\nevents"))
		}
	}}
	out, err := Settle(sharedStore(), sharedHosts("x", "y"), FixOptions{Options: Options{Rules: []*Rule{rule}}})
	if err != nil || len(out.Changes) != 2 || len(out.Held) > 0 || out.Unsettled != nil {
		t.Errorf("%q, %v, held %v", texts(out), err, out.Held)
	}
}

// A file that two names lead to is one file: what both readings of it ask for is
// written once.
func TestFixThroughALink(t *testing.T) {
	store := source.NewStore(source.Memory{
		"/m/etc/nginx/nginx.conf":         "events {}\nhttp {\ninclude sites-enabled/*;\nserver {\ninclude also.conf;\n}\n}\n",
		"/m/etc/nginx/sites-enabled/a":    source.LinkPrefix + "../sites-available/a",
		"/m/etc/nginx/also.conf":          source.LinkPrefix + "/etc/nginx/sites-available/a",
		"/m/etc/nginx/sites-available/a":  "send_timeout 5s;\n",
		"/m/etc/nginx/sites-enabled/.bak": "send_timeout 5s;\n",
	})
	rule := &Rule{Name: "a/timeout", Title: "t", Severity: Warning, Run: func(p *Pass) {
		p.Host.Nginx.Root.Walk(func(s *nginxconf.Scope) {
			if d := s.Last("send_timeout"); d != nil && d.Arg(0) == "5s" {
				p.Report(d.HeadSpan(), "5s in %s", s.Path()).Key("%s", s.Path()).Suggest("set 9s", d.SetArg(0, "9s"))
			}
		})
	}}
	out, err := Settle(store, loader(t, "m"), FixOptions{Options: Options{Rules: []*Rule{rule}}})
	if err != nil || len(out.Changes) != 1 || out.Changes[0].File.Path != "/m/etc/nginx/sites-available/a" || texts(out) != "send_timeout 9s;\n" {
		t.Errorf("%v, %v", out.Changes, err)
	}
}

// A file that nginx reads in two blocks is changed only where that is good in both.
func TestFixInAFileReadTwice(t *testing.T) {
	memory := source.Memory{
		"/m/etc/nginx/nginx.conf": "events {}\nhttp {\ninclude s.conf;\nserver {\ninclude s.conf;\n}\n}\n",
		"/m/etc/nginx/s.conf":     "send_timeout 5s;\n",
	}
	for content, want := range map[string]string{"5s": "", "9s": "send_timeout 9s;\n"} {
		rule := &Rule{Name: "a/timeout", Title: "t", Severity: Warning, Run: func(p *Pass) {
			p.Host.Nginx.Root.Walk(func(s *nginxconf.Scope) {
				d := s.Last("send_timeout")
				switch {
				case d != nil && s.Context == nginxconf.InServer && d.Arg(0) != content:
					p.Report(d.HeadSpan(), "not %s in the server", content).Key("server")
				case d != nil && s.Context != nginxconf.InServer && d.Arg(0) == "5s":
					p.Report(d.HeadSpan(), "5s in http").Key("http").Suggest("set 9s", d.SetArg(0, "9s"))
				}
			})
		}}
		out, err := Settle(source.NewStore(memory), loader(t, "m"), FixOptions{Options: Options{Rules: []*Rule{rule}}})
		if err != nil || texts(out) != want || (len(out.Held) == 0) != (want != "") {
			t.Errorf("where the server wants %s: %q, held %v, %v", content, texts(out), out.Held, err)
		}
	}
}

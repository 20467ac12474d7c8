package rules_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// TestApply holds every finding with a fix, of every archive, to what the files that
// it edits need: nginx reads its files when it is reloaded, the kernel when sysctl
// loads them, systemd after daemon-reload, and only what is started gets a new limit.
func TestApply(t *testing.T) {
	held := 0
	eachCase(t, "*.txtar", func(archive string, c *testCase) {
		m := c.open(t)
		hosts, err := m.load(m.store)
		if err != nil {
			t.Fatalf("%s/%s: %v", archive, c.name, err)
		}
		for _, f := range lint.Run(hosts, m.options).Findings {
			if f.Fix == nil || strings.ReplaceAll(f.Rule.Name, "/", "-") != archive {
				continue
			}
			held++
			h := hosts[slices.IndexFunc(hosts, func(h *host.Host) bool { return h.Name == f.Host })]
			if lacks := lacksCommand(h, f); lacks != "" {
				t.Errorf("%s/%s: %q needs %s, and is given %q", archive, c.name, f.Fix.Title, lacks, lint.Describe(f.Apply))
			}
			if key := unsetKey(t, c, m, h, f); key != "" {
				t.Errorf("%s/%s: %q leaves no line for %s, which sysctl --system then leaves as it is, and is given %q", archive, c.name, f.Fix.Title, key, lint.Describe(f.Apply))
			}
			if lasts := outlastsReload(t, c, m, h, f); lasts != "" && !strings.Contains(lint.Describe(f.Apply), "restart") {
				t.Errorf("%s/%s: %q: a reload does not change %s, and no restart is asked for", archive, c.name, f.Fix.Title, lasts)
			}
			if len(f.Rule.Apply) == 0 {
				t.Errorf("%s: the rule does not say what makes its fixes take effect", f.Rule.Name)
			}
		}
	})
	if held < 500 {
		t.Errorf("the archives hold only %d fixes", held)
	}
}

// TestApplyToQueues raises net.core.somaxconn by rules that are not about queues: those
// that are cut today get their length when nginx starts anew, the others have theirs.
func TestApplyToQueues(t *testing.T) {
	for _, q := range []struct{ listen, line, rule, want string }{
		{"80 backlog=9000", "net.core.somaxcon = 8192", "kernel/unknown-key", "sysctl --system, then systemctl restart nginx"},
		{"80 backlog=512", "net.core.somaxconn = 1024", "kernel/below-default", "sysctl -w net.core.somaxconn=4096"},
		{"80 backlog=4096", "net.core.somaxconn = 1024", "sockets/backlog-capped", "sysctl --system, then systemctl restart nginx"},
	} {
		c := &testCase{name: "queues", files: source.Memory{
			machineRoot + "/etc/nginx/nginx.conf":     "events {}\nhttp {\n    server {\n        listen " + q.listen + ";\n    }\n}\n",
			machineRoot + "/etc/sysctl.d/90-web.conf": q.line + "\n",
			machineRoot + "/tunelint.yaml":            "version: 1\nhosts:\n  - {name: web, root: ., kernel: \"6.1\"}\n",
		}}
		m := c.open(t)
		hosts, err := m.load(m.store)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, f := range lint.Run(hosts, m.options).Findings {
			if f.Rule.Name == q.rule {
				got = lint.Describe(f.ApplyOf(f.Fix))
			}
		}
		if got != q.want {
			t.Errorf("%s with listen %s: %q, not %q", q.rule, q.listen, got, q.want)
		}
	}
}

// lacksCommand names what a fix needs to take effect and is not given.
func lacksCommand(h *host.Host, f *lint.Finding) string {
	given := lint.Describe(f.Apply)
	if why, ok := strings.CutPrefix(given, "nothing to do: "); ok && why != "" {
		return ""
	}
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(given, w) })
	}
	for _, e := range f.Fix.Edits {
		for _, c := range lint.Join(lint.Notices(h, e.Span.File.Path)) {
			switch {
			case has(strings.TrimPrefix(c, "# ")):
			case strings.Contains(c, "reload") && !strings.Contains(c, "daemon") && has("restart"):
			case strings.HasPrefix(c, "systemctl restart ") && strings.HasPrefix(f.Fix.Title, "set Timeout"): // looked at when the unit stops
			case c == h.LoadSysctl() && has("sysctl -w ", "reboot"):
			default:
				return c
			}
		}
		if created(h, e.Span.File) && !has(h.LoadSysctl(), "sysctl -w") {
			return h.LoadSysctl()
		}
	}
	if given == "" {
		return "a command, or a word that there is none"
	}
	return ""
}

// unsetKey returns a key that no file sets after a fix, where nothing is said of what
// the running kernel keeps; "" for none.
func unsetKey(t *testing.T, c *testCase, m machine, h *host.Host, f *lint.Finding) string {
	if f.Rule.Name == "kernel/unknown-key" { // the kernel never had the one that goes
		return ""
	}
	if !slices.ContainsFunc(f.Fix.Edits, func(e source.Edit) bool { return slices.Contains(h.Sysctl.Files(), e.Span.File) }) {
		return ""
	}
	given, fixed := lint.Describe(f.Apply), fixedHost(t, c, m, f)
	for _, d := range h.Sysctl.Documents {
		for _, l := range d.Lines {
			said := strings.Contains(given, l.Key+"=") || strings.Contains(given, "reboot") || strings.HasPrefix(given, "nothing to do: ")
			if l.Plain() && !said && len(fixed.Sysctl.Lines(l.Key)) == 0 {
				return l.Key
			}
		}
	}
	return ""
}

// fixedHost is the host of a finding after its fix.
func fixedHost(t *testing.T, c *testCase, m machine, f *lint.Finding) *host.Host {
	t.Helper()
	files := maps.Clone(c.files)
	for file, text := range fixes.Apply(f.Fix.Edits) {
		files[file.Path] = text
	}
	hosts, err := m.load(source.NewStore(files))
	if err != nil {
		t.Fatal(err)
	}
	return hosts[slices.IndexFunc(hosts, func(h *host.Host) bool { return h.Name == f.Host })]
}

// keptParameters are those of listen that a socket keeps through a reload of nginx
// once the file does not ask for them any more; the tests of the real nginx show it.
var keptParameters = []string{"reuseport", "so_keepalive", "rcvbuf", "sndbuf", "fastopen", "ipv6only"}

// outlastsReload names what a fix changes and a reload of nginx leaves as it is, or is
// refused for; "" for nothing. What nginx refuses to start with does not run.
func outlastsReload(t *testing.T, c *testCase, m machine, h *host.Host, f *lint.Finding) string {
	edits := func(name string) bool {
		return slices.ContainsFunc(f.Fix.Edits, func(e source.Edit) bool { return strings.Contains(e.Span.File.Text, name) })
	}
	if h.Nginx == nil || f.Rule.Group() == "nginx" || !edits("listen") && !edits("_zone") && !edits("_cache_path") {
		return ""
	}
	before, after := lasting(h), lasting(fixedHost(t, c, m, f))
	for what, value := range before {
		if now, ok := after[what]; ok && value != "" && now != value { // a reload sets what was not set
			return what
		}
	}
	return ""
}

// lasting lists what only a restart of nginx changes: parameters that sockets keep, by
// their address, and the keys and paths of zones, by the name of the zone.
func lasting(h *host.Host) map[string]string {
	out := map[string]string{}
	h.Nginx.Root.Walk(func(s *nginxconf.Scope) {
		for _, d := range s.Own("listen") {
			words := strings.Fields(d.ArgText())
			for _, p := range keptParameters {
				set := slices.ContainsFunc(words, func(w string) bool { return w == p || strings.HasPrefix(w, p+"=") })
				if name := "listen " + d.Arg(0); set {
					out[name+" "+p] = "set"
				} else if out[name+" "+p] == "" {
					out[name+" "+p] = ""
				}
			}
		}
		for _, name := range []string{"limit_req_zone", "limit_conn_zone", "proxy_cache_path", "fastcgi_cache_path"} {
			for _, d := range s.Own(name) {
				zone, levels := "", ""
				for _, w := range strings.Fields(d.ArgText()) {
					if key, value, _ := strings.Cut(w, "="); key == "zone" || key == "keys_zone" {
						zone, _, _ = strings.Cut(value, ":")
					} else if key == "levels" {
						levels = value
					}
				}
				out[name+" "+zone] = d.Arg(0) + " " + levels
			}
		}
	})
	return out
}

// created reports whether a fix makes a sysctl file.
func created(h *host.Host, f *source.File) bool {
	name, ok := h.View.Name(f.Path)
	return ok && name == host.OwnSysctlFile && !slices.Contains(h.Sysctl.Files(), f)
}

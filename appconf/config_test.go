package appconf

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-multierror"

	"github.com/tunelint/tunelint/source"
)

// readFile returns a file of testdata as if it lay in /repo.
func readFile(t testing.TB, name string) *source.File {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return source.NewFile("/repo/tunelint.yaml", string(data))
}

func TestReadConfig(t *testing.T) {
	c, err := ReadConfig(readFile(t, "full.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	add := func(name, value string) { got = append(got, name+": "+value) }
	add("fail_on", c.FailOn)
	for _, r := range c.Rules {
		add("rule", strings.Join([]string{r.Rule, r.Severity, r.Options[0].Name, r.Options[0].Value, r.Options[0].Span.Text(), r.Span.Text()}, " | "))
	}
	for _, i := range c.Ignore {
		add("ignore", strings.Join([]string{i.Rule, strings.Join(i.Files, ","), i.Reason, i.Until}, " | "))
	}
	h := c.Hosts[0]
	add("host", strings.Join([]string{h.Name, h.Root, h.PathMap[0].From, h.PathMap[0].To, describe(h.Kernel)}, " | "))
	n := h.Nginx
	add("nginx", strings.Join([]string{n.Conf, n.Prefix, n.User, n.Service, describe(n.Version), strings.Join(n.Modules, ",")}, " | "))
	f := h.Facts
	add("facts", strings.Join([]string{describe(f.CPUs), describe(f.CPUQuota), describe(f.Memory), describe(f.Swap), describe(f.NoFileHard), describe(f.Container)}, " | "))
	w := h.Workload
	add("workload", strings.Join([]string{describe(w.PeakConnections), describe(w.PeakRPS), describe(w.UpstreamLatency), describe(w.ResponseSize)}, " | "))
	add("globs", strings.Join(append(append(h.Sysctl, h.Limits...), h.Units...), " "))
	got = append(got, describeApp(h.Apps[0])...)
	got = append(got, describeBalancer(h.LoadBalancers[0])...)
	want := strings.Split(strings.TrimRight(readFile(t, "full.want").Text, "\n"), "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func describeApp(a AppConfig) []string {
	return []string{
		"name " + describe(a.Name), "upstream " + describe(a.Upstream), "runtime " + describe(a.Runtime), "file " + describe(a.Files[0]),
		"keepalive_timeout " + describe(a.KeepaliveTimeout), "request_timeout " + describe(a.RequestTimeout),
		"startup_time " + describe(a.StartupTime), "shutdown_timeout " + describe(a.ShutdownTimeout),
		"max_requests_per_connection " + describe(a.MaxRequestsPerConnection), "max_connections " + describe(a.MaxConnections),
		"listen_backlog " + describe(a.ListenBacklog), "workers " + describe(a.Workers),
		"memory_per_worker " + describe(a.MemoryPerWorker), "memory_limit " + describe(a.MemoryLimit),
		"max_body_size " + describe(a.MaxBodySize), "max_header_size " + describe(a.MaxHeaderSize),
		"max_response_header_size " + describe(a.MaxResponseHeaderSize),
		"websocket " + describe(a.WebSocket), "streaming " + describe(a.Streaming),
		"route " + a.Routes[0].Path + " " + describe(a.Routes[0].RequestTimeout) + " in " + a.Routes[0].Span.Text(),
	}
}

func describeBalancer(b LoadBalancerConfig) []string {
	h := b.HealthCheck
	return []string{
		"balancer " + describe(b.Name), "kind " + describe(b.Kind), "idle_timeout " + describe(b.IdleTimeout), "request_timeout " + describe(b.RequestTimeout),
		"path " + describe(h.Path), "interval " + describe(h.Interval), "timeout " + describe(h.Timeout),
		"healthy_threshold " + describe(h.HealthyThreshold), "unhealthy_threshold " + describe(h.UnhealthyThreshold), "initial_delay " + describe(h.InitialDelay),
		"attempts " + describe(b.Retry.Attempts), "retry_on " + describe(b.Retry.RetryOn),
		"max_header_size " + describe(b.MaxHeaderSize), "max_body_size " + describe(b.MaxBodySize), "retry at " + b.Retry.Span.Text(),
	}
}

// configErrors returns the messages of an error, one for each place.
func configErrors(err error) []string {
	var all *multierror.Error
	if !errors.As(err, &all) {
		if err == nil {
			return nil
		}
		return []string{strings.TrimPrefix(err.Error(), "/repo/tunelint.yaml:")}
	}
	var out []string
	for _, e := range all.Errors {
		var place *source.Error
		if !errors.As(e, &place) {
			out = append(out, "without a place: "+e.Error())
			continue
		}
		out = append(out, strings.TrimPrefix(e.Error(), "/repo/tunelint.yaml:"))
	}
	return out
}

func TestReadConfigErrors(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"unknown key", "fail_onn: warning\n", []string{`1:1: unknown key "fail_onn", did you mean "fail_on"?`}},
		{"unknown key, nothing near", "version: 1\ncolour: red\n", []string{`2:1: unknown key "colour"`}},
		{"nested unknown key", "hosts:\n- apps:\n  - {name: a, keepalive_timout: 5s}\n", []string{`3:15: unknown key "keepalive_timout", did you mean "keepalive_timeout"?`}},
		{"after wide characters", "hosts: [{name: \"ü€\", rooot: .}]\n", []string{`1:25: unknown key "rooot", did you mean "root"?`}},
		{"after a byte order mark, CRLF", "\ufeffversion: 1\r\nhostss: []\r\n", []string{`2:1: unknown key "hostss", did you mean "hosts"?`}},
		{"lone CR ends a YAML line", "version: 1\rhostss: []\n", []string{`1:12: unknown key "hostss", did you mean "hosts"?`}},
		{"duplicate key", "hosts: [{name: a, name: b}]\n", []string{`1:19: duplicate key "name"`}},
		{"several at once", "fail_on: warn\nhosts:\n- facts: {cpus: many, memory: 16GB}\n  workload: {peak_rps: -1}\n", []string{
			`1:10: fail_on: unknown value "warn", did you mean "warning"?`,
			`3:17: cpus: want a whole number, not "many"`,
			`3:31: memory: "16GB" is ambiguous: write 16GiB for the binary unit, or the number of bytes`,
			`4:24: peak_rps: -1 is less than 0`,
		}},
		{"near word", "fail_on: errror\n", []string{`1:10: fail_on: unknown value "errror", did you mean "error"?`}},
		{"unknown severity", "rules: [{rule: a/b, severity: fatal}]\n", []string{`1:31: severity: unknown value "fatal": want one of error, warning, info, off`}},
		{"wrong types", "hosts:\n  name: web\n", []string{`2:3: hosts: want a list, not keys and values`}},
		{"list for text", "hosts: [{name: [a]}]\n", []string{`1:16: name: want text, not a list`}},
		{"text for mapping", "hosts: [web]\n", []string{`1:9: hosts: want keys and values, not "web"`}},
		{"text for list", "hosts: [{apps: [{name: a, files: app.js}]}]\n", []string{`1:34: files: want a list, not "app.js"`}},
		{"nothing for text", "fail_on:\n", []string{`1:9: fail_on: want one of error, warning, info, never, not nothing`}},
		{"text for a number", "hosts: [{facts: {cpus: \"8\"}}]\n", []string{`1:24: cpus: want a whole number, not "8"`}},
		{"too few", "hosts: [{facts: {cpus: 0}}]\n", []string{`1:24: cpus: 0 is less than 1`}},
		{"number for a flag", "hosts: [{facts: {container: 1}}]\n", []string{`1:29: container: want true or false, not "1"`}},
		{"bad duration", "hosts: [{apps: [{name: a, startup_time: 5sec}]}]\n", []string{`1:41: startup_time: "5sec" is not a duration such as 90s, 1m30s or 250ms`}},
		{"fraction for a duration", "hosts: [{apps: [{name: a, startup_time: 1.5}]}]\n", []string{`1:41: startup_time: want a duration such as 90s or 250ms, not "1.5"`}},
		{"bad size", "hosts: [{apps: [{name: a, memory_limit: lots}]}]\n", []string{`1:41: memory_limit: "lots" is not a size such as 64k, 10MiB or 16GiB`}},
		{"bad day", "ignore: [{rule: a/b, until: 2027-02-30}]\n", []string{`1:29: until: "2027-02-30" is not a day such as 2027-01-31`}},
		{"missing keys", "rules: [{severity: info}]\nignore: [{reason: x}]\nhosts:\n- apps: [{runtime: node}]\n  path_map: [{from: /a}]\n  load_balancers: [{name: x}]\n", []string{
			"1:9: rule is missing", "2:10: rule is missing", "4:10: name is missing", "5:14: to is missing", "6:20: kind is missing",
		}},
		{"missing path", "hosts: [{apps: [{name: a, routes: [{request_timeout: 5s}]}]}]\n", []string{"1:36: path is missing"}},
		{"other version", "version: 2\n", []string{"1:10: version 2 is unknown: this tunelint reads version 1"}},
		{"merge key", "hosts: [&a {name: x}, {<<: *a}]\n", []string{`1:24: "<<" is not supported: write the keys out`}},
		{"key that is no word", "? [a]\n: b\n", []string{"1:3: a key must be a word"}},
		{"top is a list", "- a\n", []string{"1:1: tunelint.yaml: want keys and values, not a list"}},
		{"second document", "version: 1\n---\nversion: 1\n", []string{"2:1: a second document: only one is read"}},
		{"syntax", "hosts: [\n", []string{"1:1: not valid YAML: did not find expected node content"}},
		{"syntax with a line", "a: 1\n b: 2\n", []string{"2:1: not valid YAML: mapping values are not allowed in this context"}},
		{"NUL", "a: \x00\n", []string{"1:1: not valid YAML: control characters are not allowed"}},
		{"invalid UTF-8", "a: \xff\n", []string{"1:1: not valid YAML: invalid leading UTF-8 octet"}},
		{"option that is a list", "rules: [{rule: a/b, options: {x: [1]}}]\n", []string{"1:34: x: want a single value, not a list"}},
		{"octal", "hosts: [{facts: {cpus: 0x10}}]\n", []string{`1:24: cpus: "0x10" is not a plain whole number`}},
		{"long name", "hosts: [{" + strings.Repeat("é", 50) + ": 1}]\n", []string{`1:10: unknown key "` + strings.Repeat("é", 30) + `…"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadConfig(source.NewFile("/repo/tunelint.yaml", c.text))
			if diff := cmp.Diff(c.want, configErrors(err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadConfigAccepts(t *testing.T) {
	for _, text := range []string{
		"", "# nothing\n", "version: 1\n", "---\nversion: 1\n...\n", "hosts:\n", "hosts: []\nignore:\nrules:\n", "hosts: [{}]\n",
		"hosts: [{kernel: 6.1, nginx: {version: 1.30}, name: 12}]\n",
		"hosts:\n- apps: &apps\n  - {name: a}\n- apps: *apps\n",
		"hosts: [{facts: {memory: 8589934592, swap: 0}}]\n",
	} {
		if _, err := ReadConfig(source.NewFile("/repo/tunelint.yaml", text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	c, _ := ReadConfig(source.NewFile("/c", "hosts: [{kernel: 6.10, nginx: {version: 1.30}}]"))
	if got := c.Hosts[0].Kernel.Value + " " + c.Hosts[0].Nginx.Version.Value; got != "6.10 1.30" {
		t.Errorf("versions are read as numbers: %s", got)
	}
}

func TestReadConfigAliasesAreBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("hosts:\n- apps:\n  - &a {name: a}\n")
	for range 2 * maxAliases {
		b.WriteString("  - *a\n")
	}
	_, err := ReadConfig(source.NewFile("/repo/tunelint.yaml", b.String()))
	if got := configErrors(err); len(got) != 1 || !strings.Contains(got[0], "aliases") {
		t.Errorf("%v", got)
	}
}

func TestSampleHosts(t *testing.T) {
	names, err := filepath.Glob("testdata/hosts/*.yaml")
	if err != nil || len(names) < 4 {
		t.Fatalf("%v, %v", names, err)
	}
	for _, name := range names {
		c, err := ReadConfig(readFile(t, strings.TrimPrefix(name, "testdata/")))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, h := range c.Hosts {
			for i := range h.Apps {
				h.Apps[i].Files = nil
			}
			if _, err := LoadApps(source.NewStore(source.Memory{}).View("/"), "/repo", h.Apps); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := LoadBalancers(h.LoadBalancers); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

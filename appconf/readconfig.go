package appconf

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

// ReadConfig decodes a tunelint.yaml. What is well formed is returned even with
// an error, which is a multierror of *source.Error: unknown and duplicate keys,
// values of the wrong type, unknown words, missing keys.
func ReadConfig(f *source.File) (*Config, error) {
	c := &Config{File: f}
	d := &decoder{text: syntax.NewYAMLText(f), aliases: maxAliases}
	top, err := d.text.Parse()
	if err != nil {
		return c, err
	}
	if top == nil {
		return c, nil
	}
	d.mapping(top, "tunelint.yaml", keys{
		"version": d.version,
		"fail_on": d.choice(&c.FailOn, "error", "warning", "info", "never"),
		"rules":   func(e entry) { d.list(e, func(n *yaml.Node) { c.Rules = append(c.Rules, d.rule(n)) }) },
		"ignore":  func(e entry) { d.list(e, func(n *yaml.Node) { c.Ignore = append(c.Ignore, d.ignore(n)) }) },
		"fix":     func(e entry) { d.fix(e, &c.Fix) },
		"hosts":   func(e entry) { d.list(e, func(n *yaml.Node) { c.Hosts = append(c.Hosts, d.host(n)) }) },
	})
	return c, d.errs.ErrorOrNil()
}

// formatVersion is the only version of tunelint.yaml there is.
const formatVersion = 1

func (d *decoder) version(e entry) {
	var v source.Setting[int]
	d.count(&v, 1)(e)
	if v.Known && v.Value != formatVersion {
		d.fail(e.value, "version %d is unknown: this tunelint reads version %d", v.Value, formatVersion)
	}
}

func (d *decoder) rule(n *yaml.Node) RuleConfig {
	r := RuleConfig{Span: d.text.Span(n)}
	seen := d.mapping(n, "rules", keys{
		"rule":     d.word(&r.Rule),
		"severity": d.choice(&r.Severity, "error", "warning", "info", "off"),
		"options":  func(e entry) { r.Options = d.options(e) },
	})
	d.require(n, seen, "rule")
	return r
}

func (d *decoder) fix(e entry, c *FixConfig) {
	d.mapping(e.value, e.key.Value, keys{
		"backup_dir":    d.folder(&c.BackupDir),
		"managed_files": d.choice(&c.ManagedFiles, "refuse", "allow"),
		"validate":      func(e entry) { d.validate(e, &c.Validate) },
		"roots":         func(e entry) { c.Roots = d.paths(e) },
	})
}

// folder reads a path, which must say something.
func (d *decoder) folder(into *source.Setting[string]) func(entry) {
	return setting(d, into, "a path", func(s string) (string, error) {
		if s == "" {
			return "", errors.New("the path is empty")
		}
		return s, nil
	})
}

// validate reads the list of what tests a change. An empty one is no test; no value
// at all says nothing.
func (d *decoder) validate(e entry, into *source.Setting[[]string]) {
	tests := []string{}
	d.list(e, func(n *yaml.Node) {
		var test string
		d.choice(&test, "nginx")(entry{e.key, n, e.span})
		tests = append(tests, test)
	})
	if e.value.Kind == yaml.SequenceNode {
		*into = source.Known(tests, source.Origin{Span: e.span})
	}
}

// options reads parameters of any name, in the order of the file.
func (d *decoder) options(e entry) []Option {
	var out []Option
	d.mapping(e.value, e.key.Value, keys{"": func(o entry) {
		if text, ok := d.scalar(o.value, o.key.Value, "a single value"); ok {
			out = append(out, Option{Name: o.key.Value, Value: text, Span: o.span})
		}
	}})
	return out
}

func (d *decoder) ignore(n *yaml.Node) Ignore {
	i := Ignore{Span: d.text.Span(n)}
	var until source.Setting[string]
	seen := d.mapping(n, "ignore", keys{
		"rule":   d.word(&i.Rule),
		"files":  d.words(&i.Files),
		"reason": d.word(&i.Reason),
		"until":  setting(d, &until, "a day such as 2027-01-31", parseDay),
	})
	d.require(n, seen, "rule")
	i.Until = until.Value
	return i
}

func parseDay(s string) (string, error) {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "", fmt.Errorf("%q is not a day such as 2027-01-31", spelling.Abbreviate(s))
	}
	return s, nil
}

func (d *decoder) host(n *yaml.Node) HostConfig {
	h := HostConfig{Span: d.text.Span(n)}
	d.mapping(n, "hosts", keys{
		"name":     d.word(&h.Name),
		"root":     d.word(&h.Root),
		"path_map": func(e entry) { d.list(e, func(n *yaml.Node) { h.PathMap = append(h.PathMap, d.pathMapping(n)) }) },
		"nginx":    func(e entry) { d.nginx(e, &h.Nginx) },
		"kernel":   d.textual(&h.Kernel),
		"facts":    func(e entry) { d.facts(e, &h.Facts) },
		"workload": func(e entry) { d.workload(e, &h.Workload) },
		"sysctl":   d.words(&h.Sysctl),
		"limits":   d.words(&h.Limits),
		"units":    d.words(&h.Units),
		"apps":     func(e entry) { d.list(e, func(n *yaml.Node) { h.Apps = append(h.Apps, d.app(n)) }) },
		"load_balancers": func(e entry) {
			d.list(e, func(n *yaml.Node) { h.LoadBalancers = append(h.LoadBalancers, d.balancer(n)) })
		},
	})
	return h
}

func (d *decoder) pathMapping(n *yaml.Node) PathMapping {
	m := PathMapping{Span: d.text.Span(n)}
	seen := d.mapping(n, "path_map", keys{"from": d.word(&m.From), "to": d.word(&m.To)})
	d.require(n, seen, "from")
	d.require(n, seen, "to")
	return m
}

func (d *decoder) nginx(e entry, c *NginxConfig) {
	d.mapping(e.value, e.key.Value, keys{
		"conf":    d.word(&c.Conf),
		"prefix":  d.word(&c.Prefix),
		"version": d.textual(&c.Version),
		"user":    d.word(&c.User),
		"service": d.word(&c.Service),
		"modules": d.words(&c.Modules),
	})
}

func (d *decoder) facts(e entry, c *FactsConfig) {
	d.mapping(e.value, e.key.Value, keys{
		"cpus":        d.count(&c.CPUs, 1),
		"cpu_quota":   setting(d, &c.CPUQuota, "a number", parseQuota, "!!int", "!!float"),
		"memory":      d.size(&c.Memory),
		"swap":        d.size(&c.Swap),
		"nofile_hard": setting(d, &c.NoFileHard, "a whole number", parseNoFile, "!!int"),
		"container":   d.flag(&c.Container),
	})
}

func parseQuota(s string) (float64, error) {
	v, ok := readCores(s)
	if !ok || v <= 0 {
		return 0, fmt.Errorf("%q is not a number of processors such as 1.5", spelling.Abbreviate(s))
	}
	return v, nil
}

func parseNoFile(s string) (int64, error) {
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil || v < 0 {
		return 0, fmt.Errorf("%q is not a number of file descriptors", spelling.Abbreviate(s))
	}
	return v, nil
}

func (d *decoder) workload(e entry, c *WorkloadConfig) {
	d.mapping(e.value, e.key.Value, keys{
		"peak_connections": d.count(&c.PeakConnections, 0),
		"peak_rps":         d.count(&c.PeakRPS, 0),
		"upstream_latency": d.duration(&c.UpstreamLatency),
		"response_size":    d.size(&c.ResponseSize),
	})
}

func (d *decoder) app(n *yaml.Node) AppConfig {
	a := AppConfig{Span: d.text.Span(n)}
	seen := d.mapping(n, "apps", keys{
		"name":                        d.textual(&a.Name),
		"upstream":                    d.textual(&a.Upstream),
		"runtime":                     d.textual(&a.Runtime),
		"files":                       func(e entry) { a.Files = d.paths(e) },
		"keepalive_timeout":           d.duration(&a.KeepaliveTimeout),
		"request_timeout":             d.duration(&a.RequestTimeout),
		"startup_time":                d.duration(&a.StartupTime),
		"shutdown_timeout":            d.duration(&a.ShutdownTimeout),
		"ping_interval":               d.duration(&a.PingInterval),
		"max_requests_per_connection": d.count(&a.MaxRequestsPerConnection, 0),
		"max_connections":             d.count(&a.MaxConnections, 0),
		"listen_backlog":              d.count(&a.ListenBacklog, 0),
		"workers":                     d.count(&a.Workers, 0),
		"memory_per_worker":           d.size(&a.MemoryPerWorker),
		"memory_limit":                d.size(&a.MemoryLimit),
		"max_body_size":               d.size(&a.MaxBodySize),
		"max_header_size":             d.size(&a.MaxHeaderSize),
		"max_response_header_size":    d.size(&a.MaxResponseHeaderSize),
		"websocket":                   d.flag(&a.WebSocket),
		"streaming":                   d.flag(&a.Streaming),
		"routes":                      func(e entry) { d.list(e, func(n *yaml.Node) { a.Routes = append(a.Routes, d.route(n)) }) },
	})
	d.require(n, seen, "name")
	return a
}

// paths reads a list of paths; each keeps its own place.
func (d *decoder) paths(e entry) []source.Setting[string] {
	var out []source.Setting[string]
	d.list(e, func(n *yaml.Node) {
		if text, ok := d.scalar(n, e.key.Value, "a path"); ok {
			out = append(out, source.Known(text, source.Origin{Span: d.text.Span(n)}))
		}
	})
	return out
}

func (d *decoder) route(n *yaml.Node) Route {
	r := Route{Span: d.text.Span(n)}
	seen := d.mapping(n, "routes", keys{
		"path":            d.word(&r.Path),
		"request_timeout": d.duration(&r.RequestTimeout),
	})
	d.require(n, seen, "path")
	return r
}

func (d *decoder) balancer(n *yaml.Node) LoadBalancerConfig {
	b := LoadBalancerConfig{Span: d.text.Span(n)}
	seen := d.mapping(n, "load_balancers", keys{
		"name":            d.textual(&b.Name),
		"kind":            d.textual(&b.Kind),
		"idle_timeout":    d.duration(&b.IdleTimeout),
		"request_timeout": d.duration(&b.RequestTimeout),
		"max_header_size": d.size(&b.MaxHeaderSize),
		"max_body_size":   d.size(&b.MaxBodySize),
		"health_check":    func(e entry) { d.healthCheck(e, &b.HealthCheck) },
		"retry":           func(e entry) { d.retry(e, &b.Retry) },
	})
	d.require(n, seen, "kind")
	return b
}

func (d *decoder) healthCheck(e entry, h *HealthCheck) {
	h.Span = e.span
	d.mapping(e.value, e.key.Value, keys{
		"path":                d.textual(&h.Path),
		"interval":            d.duration(&h.Interval),
		"timeout":             d.duration(&h.Timeout),
		"healthy_threshold":   d.count(&h.HealthyThreshold, 1),
		"unhealthy_threshold": d.count(&h.UnhealthyThreshold, 1),
		"initial_delay":       d.duration(&h.InitialDelay),
	})
}

func (d *decoder) retry(e entry, r *Retry) {
	r.Span = e.span
	d.mapping(e.value, e.key.Value, keys{
		"attempts": d.count(&r.Attempts, 0),
		"retry_on": d.textual(&r.RetryOn),
	})
}

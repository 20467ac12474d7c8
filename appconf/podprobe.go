package appconf

import (
	"time"

	"github.com/tunelint/tunelint/source"
)

// podProbes are the checks of a container by key.
var podProbes = [...]struct{ key, kind string }{
	{"startupProbe", "startup"}, {"readinessProbe", "readiness"}, {"livenessProbe", "liveness"},
}

// probes reads the checks of the container.
func (p podReading) probes(c *Container) {
	for _, check := range podProbes {
		if e := p.entry(check.key); e.declared() {
			c.Probes = append(c.Probes, p.probe(check.kind, check.key, e))
		}
	}
}

// probe reads one check: the first comes at once and then one every 10 seconds, each
// may take 1 second, 3 failures and 1 success change the state (core/v1 Probe).
func (p podReading) probe(kind, key string, e yamlEntry) Probe {
	out := Probe{
		Kind: kind, Span: e.span(), Path: p.probePath(key),
		InitialDelay: probeValue(p, key, "initialDelaySeconds", 0, readProbeSeconds),
		Interval:     probeValue(p, key, "periodSeconds", 10*time.Second, readProbeSeconds),
		Timeout:      probeValue(p, key, "timeoutSeconds", time.Second, readProbeSeconds),
		Failures:     probeValue(p, key, "failureThreshold", 3, readAttempts),
		Successes:    probeValue(p, key, "successThreshold", 1, readAttempts),
	}
	return out
}

// probeValue reads one figure of a check.
func probeValue[T any](p podReading, key, name string, byDefault T, read func(string) (T, bool)) source.Setting[T] {
	e := p.entry(key, name)
	if !e.declared() {
		return source.Known(byDefault, source.Origin{Default: podDefault})
	}
	return settingAt(p.reading, e.plain(), read)
}

func readProbeSeconds(s string) (time.Duration, bool) {
	n, ok := readSeconds(s)
	return time.Duration(n), ok
}

// probePath returns what a check asks for over HTTP.
func (p podReading) probePath(key string) source.Setting[string] {
	if e := p.entry(key, "exec", "command"); e.declared() {
		return healthPath(p.list(e.value))
	}
	get := p.entry(key, "httpGet")
	if !get.declared() {
		return source.Setting[string]{}
	}
	if e := p.entry(key, "httpGet", "path"); e.declared() {
		return source.Known(e.value.Value, source.Origin{Span: e.span()})
	}
	return source.Known("/", source.Origin{Default: podDefault})
}

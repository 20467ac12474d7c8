package host

import (
	"slices"
	"strings"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A HealthCheck is one that a balancer makes, or the supervisor of an
// application's container.
type HealthCheck struct {
	// Name is for people: "edge", "the liveness check of api".
	Name string
	// Balancer makes the check; nil for a container's, which App is.
	Balancer *appconf.LoadBalancer
	App      *appconf.App
	// Kind is "balancer", or that of the [appconf.Probe].
	Kind string
	// Span is where it is declared.
	Span source.Span
	// The rest is as in [appconf.Probe].
	Path                            source.Setting[string]
	InitialDelay, Interval, Timeout source.Setting[time.Duration]
	Failures, Successes             source.Setting[int]
}

// HealthChecks returns the checks that are declared, those of balancers first. A
// balancer of a kind that checks by default has one without a declaration.
func (h *Host) HealthChecks() []*HealthCheck {
	var out []*HealthCheck
	for _, b := range h.Balancers {
		c := b.HealthCheck
		if !c.Interval.Known && !c.Timeout.Known && !c.Span.IsValid() {
			continue
		}
		span := c.Span
		if !span.IsValid() {
			span = b.Span
		}
		out = append(out, &HealthCheck{
			Name: b.Name, Balancer: b, Kind: "balancer", Span: span, Path: c.Path, InitialDelay: c.InitialDelay,
			Interval: c.Interval, Timeout: c.Timeout, Failures: c.UnhealthyThreshold, Successes: c.HealthyThreshold,
		})
	}
	for _, a := range h.Apps {
		for _, p := range a.Container.Probes {
			name := "the " + p.Kind + " check of " + a.Name
			if p.Kind == "healthcheck" {
				name = "the healthcheck of " + a.Name
			}
			out = append(out, &HealthCheck{
				Name: name, App: a, Kind: p.Kind, Span: p.Span, Path: p.Path, InitialDelay: p.InitialDelay,
				Interval: p.Interval, Timeout: p.Timeout, Failures: p.Failures, Successes: p.Successes,
			})
		}
	}
	return out
}

// maxChecks bounds what is multiplied; a larger number is no count of checks.
const maxChecks = 1 << 16

// Notices returns how long it takes at best and at worst until the check has
// failed often enough: worst where the failure comes right after a good check,
// and the last one hangs until its timeout. False where a figure is unknown.
func (c *HealthCheck) Notices() (best, worst time.Duration, ok bool) {
	n := time.Duration(c.Failures.Value)
	if !c.Interval.Known || !c.Failures.Known || n < 1 || n > maxChecks || c.Interval.Value > 24*time.Hour {
		return 0, 0, false
	}
	return (n-1)*c.Interval.Value + c.Timeout.Value, n*c.Interval.Value + c.Timeout.Value, c.Timeout.Known
}

// GivesUp returns how long after a start a check has failed often enough to count:
// its delay and so many intervals.
func (c *HealthCheck) GivesUp() (time.Duration, bool) {
	n := time.Duration(c.Failures.Value)
	if !c.InitialDelay.Known || !c.Interval.Known || !c.Failures.Known || n < 1 || n > maxChecks || c.Interval.Value > 24*time.Hour {
		return 0, false
	}
	return c.InitialDelay.Value + n*c.Interval.Value, true
}

// Assumed reports whether a figure that says when the check fails is one nobody
// verified.
func (c *HealthCheck) Assumed() bool {
	return c.Interval.Origin.Assumed || c.Timeout.Origin.Assumed || c.Failures.Origin.Assumed
}

// CheckedLocations returns the locations that a balancer's check reaches: those
// that are made for its path, else what each server that other machines can
// connect to chooses for it. None where that cannot be told.
func (h *Host) CheckedLocations(c *HealthCheck) []*nginxconf.Scope {
	if h.Nginx == nil || c.Balancer == nil || !c.Path.Known || !strings.HasPrefix(c.Path.Value, "/") {
		return nil
	}
	path, _, _ := strings.Cut(c.Path.Value, "?")
	var chosen, made []*nginxconf.Scope
	for _, server := range h.outsideServers() {
		choice := server.Choose(path)
		if len(choice.Doubts) > 0 || choice.Scope.Context != nginxconf.InLocation {
			continue
		}
		if chosen = append(chosen, choice.Scope); MadeFor(choice.Scope, path) {
			made = append(made, choice.Scope)
		}
	}
	if len(made) > 0 {
		return made
	}
	return chosen
}

// MadeFor reports whether a location is there for a path: its own, not what is
// left over by others.
func MadeFor(location *nginxconf.Scope, path string) bool {
	m := nginxconf.MatchOf(location.Directive)
	return m.Text == path && (m.Operator == "=" || path != "/" && (m.Operator == "" || m.Operator == "^~"))
}

// CheckedApps returns the applications whose answers decide a check.
func (h *Host) CheckedApps(c *HealthCheck) []*appconf.App {
	if c.App != nil {
		return []*appconf.App{c.App}
	}
	if direct, _ := h.Direct(); direct != nil {
		return []*appconf.App{direct}
	}
	var out []*appconf.App
	for _, l := range h.CheckedLocations(c) {
		for _, r := range h.RoutesIn(l) {
			for _, a := range h.AppsOn(r) {
				if !slices.Contains(out, a) {
					out = append(out, a)
				}
			}
		}
	}
	return out
}

// RoutesIn returns the routes that stand directly in a location.
func (h *Host) RoutesIn(location *nginxconf.Scope) []*nginxconf.Route {
	h.placed.Do(func() {
		h.routesIn = map[*nginxconf.Scope][]*nginxconf.Route{}
		for _, r := range h.Nginx.Routes() {
			h.routesIn[r.Scope] = append(h.routesIn[r.Scope], r)
		}
	})
	return h.routesIn[location]
}

// OutageBehind says how an application that a balancer's check asks can be out for
// everybody: it is the only server on this machine, or directly behind the
// balancer, so that a restart is an outage; or nginx takes all of its few servers
// out after failures, for the time of the first of bans.
func (h *Host) OutageBehind(c *HealthCheck, a *appconf.App) (bans []FailSettings, single bool) {
	if h.Nginx == nil {
		return nil, true
	}
	single = h.RunsHere(a)
	for _, l := range h.CheckedLocations(c) {
		for _, r := range h.RoutesIn(l) {
			if r.Upstream == nil || !slices.Contains(h.AppsOn(r), a) || UsableServers(r.Upstream) < 2 {
				continue
			}
			single = false
			if ban, all := AllMayFail(r.Upstream); all {
				bans = append(bans, ban)
			}
		}
	}
	slices.SortFunc(bans, func(a, b FailSettings) int { return int(b.FailTimeout - a.FailTimeout) })
	return bans, single
}

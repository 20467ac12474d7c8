package rules

import (
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

var initialDelayBelowStartup = &lint.Rule{
	Name:  "lb/initial-delay-below-startup",
	Title: "health checks do not wait for the application to start",
	Why: "Checks that fail while the application is still starting count like any others: the supervisor restarts it before it was ever up, again and again, " +
		"or the balancer takes the new server for broken. A check that nginx answers by itself has the opposite fault: " +
		"it succeeds at once, and requests arrive at an application that is not there yet.",
	Refs: []string{
		"https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
		"https://docs.docker.com/reference/dockerfile/#healthcheck",
		"https://docs.aws.amazon.com/autoscaling/ec2/userguide/health-check-grace-period.html",
	},
	Severity: lint.Warning,
	Run:      runInitialDelayBelowStartup,
}

func runInitialDelayBelowStartup(p *lint.Pass) {
	for _, c := range p.Host.HealthChecks() {
		if c.Kind == "readiness" || c.Kind == "liveness" && hasStartupCheck(c.App) {
			continue
		}
		until, ok := c.GivesUp()
		for _, a := range p.Host.CheckedApps(c) {
			if ok && a.StartupTime.Known && a.StartupTime.Value > until {
				reportGivesUp(p, c, a, until)
			}
		}
		reportAnsweredByNginx(p, c)
	}
}

// hasStartupCheck reports whether the liveness check begins only when another one
// has succeeded.
func hasStartupCheck(a *appconf.App) bool {
	for _, probe := range a.Container.Probes {
		if probe.Kind == "startup" {
			return true
		}
	}
	return false
}

func reportGivesUp(p *lint.Pass, c *host.HealthCheck, a *appconf.App, until time.Duration) {
	start := a.StartupTime
	what := map[string]string{
		"liveness": "restarts the container", "startup": "restarts the container", "healthcheck": "calls the container unhealthy", "balancer": "takes the server for broken",
	}
	at := c.InitialDelay.Origin.Span
	if !at.IsValid() {
		at = c.Span
	}
	r := p.Report(at, "%s %s %s after its start at the latest, %s needs %s", c.Name, what[c.Kind], nginxconf.FormatTime(until),
		a.Name, nginxconf.FormatTime(start.Value)).Key("%s and %s", c.Name, a.Name)
	if c.InitialDelay.Origin.Span != at {
		label := "the first check comes after %s"
		if c.Kind == "healthcheck" {
			label = "failures count from %s on"
		}
		r.SeeOrigin(c.InitialDelay.Origin, label, nginxconf.FormatTime(c.InitialDelay.Value))
	}
	r.SeeOrigin(c.Interval.Origin, "one every %s", nginxconf.FormatTime(c.Interval.Value))
	r.SeeOrigin(c.Failures.Origin, "%s in a row count", spelling.Count(c.Failures.Value, "failure"))
	r.SeeOrigin(start.Origin, "%s answers after %s", a.Name, nginxconf.FormatTime(start.Value))
}

// reportAnsweredByNginx reports a check that succeeds while the application on the
// same machine is starting.
func reportAnsweredByNginx(p *lint.Pass, c *host.HealthCheck) {
	locations := p.Host.CheckedLocations(c)
	var returns *nginxconf.Directive
	for _, l := range locations {
		if returns = answersItself(l); returns == nil || len(p.Host.RoutesIn(l)) > 0 {
			return
		}
	}
	for _, a := range p.Host.Apps {
		early := !c.InitialDelay.Known || c.InitialDelay.Value < a.StartupTime.Value
		if returns == nil || !a.StartupTime.Known || a.StartupTime.Value <= 0 || !early || !p.Host.RunsHere(a) {
			continue
		}
		p.Report(returns.HeadSpan(), "nginx answers the check of %s by itself: requests arrive while %s takes %s to start", c.Name, a.Name, nginxconf.FormatTime(a.StartupTime.Value)).
			Key("%s without %s", c.Name, a.Name).
			SeeOrigin(source.Origin{Span: c.Path.Origin.Span}, "%s asks for %s", c.Name, c.Path.Value).
			SeeOrigin(a.StartupTime.Origin, "%s answers after %s", a.Name, nginxconf.FormatTime(a.StartupTime.Value))
	}
}

// answersItself returns what makes nginx answer requests of a location well; nil
// for nothing.
func answersItself(location *nginxconf.Scope) *nginxconf.Directive {
	d := location.Last("return")
	if d == nil || !d.Certain() || len(d.Arg(0)) != 3 || d.Arg(0)[0] != '2' {
		return nil
	}
	return d
}

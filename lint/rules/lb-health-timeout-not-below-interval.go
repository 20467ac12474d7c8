package rules

import (
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var healthTimeoutNotBelowInterval = &lint.Rule{
	Name:  "lb/health-timeout-not-below-interval",
	Title: "a health check may still run when the next one is due",
	Why: "The timeout has to be shorter than the interval. Many balancers refuse other settings; where they are taken, checks of a server that hangs " +
		"pile up or are skipped, and it takes longer than the figures say until the server gets no more requests.",
	Refs: []string{
		"https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
		"https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
	},
	Severity: lint.Error,
	Run:      runHealthTimeoutNotBelowInterval,
}

func runHealthTimeoutNotBelowInterval(p *lint.Pass) {
	for _, c := range p.Host.HealthChecks() {
		interval, timeout := c.Interval, c.Timeout
		switch {
		case !interval.Known || !timeout.Known || timeout.Value < interval.Value:
		case interval.Origin.IsDefault() && timeout.Origin.IsDefault(): // of one kind, which works with them
		case c.Kind == "healthcheck": // the interval begins when a check has ended
		case timeout.Value == interval.Value && takesEqual(c):
		default:
			reportSlowCheck(p, c)
		}
	}
}

// takesEqual reports whether whoever checks is content with a timeout as long as
// the interval.
func takesEqual(c *host.HealthCheck) bool {
	return c.App != nil || strings.HasPrefix(c.Balancer.Kind, "gcp-") || strings.HasPrefix(c.Balancer.Kind, "azure-") || c.Balancer.Kind == "haproxy"
}

func reportSlowCheck(p *lint.Pass, c *host.HealthCheck) {
	interval, timeout := c.Interval, c.Timeout
	at := timeout.Origin.Span
	if !at.IsValid() {
		at = interval.Origin.Span
	}
	r := p.Report(at, "%s waits up to %s for an answer and checks every %s", c.Name,
		nginxconf.FormatTime(timeout.Value), nginxconf.FormatTime(interval.Value)).Key("%s", c.Name)
	if timeout.Origin.Span != at {
		r.SeeOrigin(timeout.Origin, "the timeout is %s", nginxconf.FormatTime(timeout.Value))
	}
	if interval.Origin.Span != at {
		r.SeeOrigin(interval.Origin, "the interval is %s", nginxconf.FormatTime(interval.Value))
	}
	if c.App != nil || interval.Origin.Assumed || timeout.Origin.Assumed {
		r.Severity(lint.Warning)
	}
}

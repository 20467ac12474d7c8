package rules

import (
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/spelling"
)

var healthSlowerThanFailures = &lint.Rule{
	Name:  "lb/health-slower-than-failures",
	Title: "health checks notice a failure when it is over",
	Why: "A server gets requests until its check has failed several times in a row: the interval times the threshold, and the timeout of the last one. " +
		"A failure that is shorter, such as the restart of an application or the time for which nginx has taken its servers out, is never noticed: " +
		"its requests all end in 502 although other servers could have taken them.",
	Refs: []string{
		"https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#fail_timeout",
	},
	Severity: lint.Warning,
	Run:      runHealthSlowerThanFailures,
}

func runHealthSlowerThanFailures(p *lint.Pass) {
	within, err := appconf.ParseDuration(p.Option("within", "0s"))
	for _, c := range p.Host.HealthChecks() {
		best, worst, ok := c.Notices()
		switch {
		case err != nil:
			p.Skip(c.Span, "the option within is not a time: "+p.Option("within", ""))
		case !ok:
		case within > 0:
			if worst > within {
				reportNotWithin(p, c, within, best, worst)
			}
		case c.Balancer != nil:
			reportUnnoticed(p, c, best, worst)
		}
		if ok && c.Balancer != nil {
			skipStop(p, worst)
		}
	}
}

// skipStop notes an instance that stops before a balancer in front of it can have
// noticed by its checks: whether it is told otherwise is not declared.
func skipStop(p *lint.Pass, worst time.Duration) {
	a, _ := p.Host.Direct()
	if a == nil || !a.Stop.PreStop.Known || a.Stop.PreStop.Value >= worst || !a.Stop.PreStop.Origin.Span.IsValid() {
		return
	}
	p.Skip(a.Stop.PreStop.Origin.Span, "whether the balancer is told that an instance stops, or has to notice it, is not known")
}

// reportNotWithin is about a time that somebody asks for.
func reportNotWithin(p *lint.Pass, c *host.HealthCheck, within, best, worst time.Duration) {
	r := p.Report(c.Span, "%s notices a broken server after %s to %s, the option within asks for %s", c.Name,
		nginxconf.FormatTime(best), nginxconf.FormatTime(worst), nginxconf.FormatTime(within)).Key("%s", c.Name)
	seeCheck(r, c)
}

// reportUnnoticed is about the failures that the files tell of: the restart of an
// application that has no second server, and servers that nginx has taken out.
func reportUnnoticed(p *lint.Pass, c *host.HealthCheck, best, worst time.Duration) {
	for _, a := range p.Host.CheckedApps(c) {
		start := a.StartupTime
		if !start.Known || start.Value <= 0 || start.Value >= best {
			continue
		}
		bans, single := p.Host.OutageBehind(c, a)
		if !single && (len(bans) == 0 || bans[0].FailTimeout >= best) {
			continue
		}
		length, what := start.Value, "a restart of "+a.Name
		if !single {
			length, what = bans[0].FailTimeout, "a ban of all servers of "+a.Name
		}
		r := p.Report(c.Span, "%s notices a broken server after %s to %s, %s is over after %s", c.Name,
			nginxconf.FormatTime(best), nginxconf.FormatTime(worst), what, nginxconf.FormatTime(length)).Key("%s and %s", c.Name, a.Name)
		if !single {
			r.Severity(lint.Info).See(bans[0].Span, "nginx takes a server out for %s", nginxconf.FormatTime(length))
		}
		seeCheck(r, c).SeeOrigin(start.Origin, "%s answers %s after its start", a.Name, nginxconf.FormatTime(start.Value))
		if c.Assumed() && single {
			r.Severity(lint.Info)
		}
	}
}

func seeCheck(r *lint.Report, c *host.HealthCheck) *lint.Report {
	return r.SeeOrigin(c.Interval.Origin, "one check every %s", nginxconf.FormatTime(c.Interval.Value)).
		SeeOrigin(c.Timeout.Origin, "which may take %s", nginxconf.FormatTime(c.Timeout.Value)).
		SeeOrigin(c.Failures.Origin, "%s in a row count", spelling.Count(c.Failures.Value, "failure"))
}

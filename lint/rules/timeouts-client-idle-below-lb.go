package rules

import (
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var clientIdleBelowLB = &lint.Rule{
	Name:  "timeouts/client-idle-below-lb",
	Title: "idle client connections end on the wrong side of the load balancer's idle timeout",
	Why: "An HTTP balancer reuses its connections to nginx. When nginx's timer runs out first, a request can cross the closing of its connection, " +
		"and the balancer answers 502 or resets it; POST requests cannot be sent again. " +
		"A TCP balancer is the other way round: it forgets a silent flow without a word, so nginx has to close the connection before.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#keepalive_timeout",
		"https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html",
		"https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runClientIdleBelowLB,
}

func runClientIdleBelowLB(p *lint.Pass) {
	if p.Host.Nginx == nil || len(p.Host.Balancers) == 0 {
		return
	}
	for _, c := range p.Host.ClientIdles() {
		if !c.Timeout.Known {
			p.Skip(c.Level.Directive.NameSpan(), "how long clients' connections are kept cannot be read")
			continue
		}
		var above, below []*appconf.LoadBalancer
		for _, b := range p.Host.Balancers {
			idle := b.IdleTimeout
			switch {
			case !idle.Known || idle.Value == 0 || idle.Value == appconf.Infinite || c.Timeout.Value == 0:
			case b.Layer == 7 && c.Timeout.Value <= idle.Value:
				above = append(above, b)
			case b.Layer == 4 && c.Timeout.Value >= idle.Value && !p.Host.ProbedWithin(c.Sockets, idle.Value):
				below = append(below, b)
			}
		}
		reportTooShort(p, c, above)
		reportTooLong(p, c, below)
	}
}

// reportTooShort is about balancers that speak HTTP.
func reportTooShort(p *lint.Pass, c *host.ClientIdle, balancers []*appconf.LoadBalancer) {
	if len(balancers) == 0 {
		return
	}
	worst, sure := balancers[0], false
	for _, b := range balancers {
		if b.IdleTimeout.Value > worst.IdleTimeout.Value {
			worst = b
		}
		sure = sure || !b.IdleTimeout.Origin.Assumed && b.Kind != "cloudflare"
	}
	idle := worst.IdleTimeout.Value
	r := reportClientIdle(p, c, balancers, "nginx closes idle client connections after %s, %s keeps them for %s", worst)
	title, edits := setClientIdle(c, idle+max(5*time.Second, idle/30))
	if !sure { // Cloudflare sends idempotent requests again
		r.Severity(lint.Warning).SuggestUnsafe(title, "idle clients hold their connections longer", edits...)
		return
	}
	r.Suggest(title, edits...)
}

// reportTooLong is about balancers that forward connections.
func reportTooLong(p *lint.Pass, c *host.ClientIdle, balancers []*appconf.LoadBalancer) {
	if len(balancers) == 0 {
		return
	}
	worst := balancers[0]
	for _, b := range balancers {
		if b.IdleTimeout.Value < worst.IdleTimeout.Value {
			worst = b
		}
	}
	r := reportClientIdle(p, c, balancers, "nginx keeps idle client connections for %s, %s forgets them after %s", worst).Severity(lint.Warning)
	if idle := worst.IdleTimeout.Value; idle > 10*time.Second {
		title, edits := setClientIdle(c, idle-5*time.Second)
		r.Suggest(title, edits...)
	}
}

func reportClientIdle(p *lint.Pass, c *host.ClientIdle, balancers []*appconf.LoadBalancer, format string, worst *appconf.LoadBalancer) *lint.Report {
	at := c.Level.Directive.NameSpan()
	if c.Directive != nil {
		at = c.Directive.HeadSpan()
	}
	r := p.Report(at, format, nginxconf.FormatTime(c.Timeout.Value), worst.Name, nginxconf.FormatTime(worst.IdleTimeout.Value)).
		Key("keepalive_timeout in %s behind %s", c.Level.Path(), worst.Name)
	if c.Directive == nil {
		r.SeeOrigin(c.Timeout.Origin, "keepalive_timeout is %s", nginxconf.FormatTime(c.Timeout.Value))
	}
	for _, b := range balancers {
		r.SeeOrigin(b.IdleTimeout.Origin, "%s drops an idle connection after %s", b.Name, nginxconf.FormatTime(b.IdleTimeout.Value))
	}
	return r
}

// setClientIdle changes what decides; a second argument, which only tells
// clients, stays.
func setClientIdle(c *host.ClientIdle, target time.Duration) (title string, edits []source.Edit) {
	word := nginxconf.FormatTime(target.Truncate(time.Second))
	title = "set keepalive_timeout to " + word
	if c.Directive != nil {
		return title, []source.Edit{c.Directive.SetArg(0, word)}
	}
	return title, c.Level.Insert(nginxconf.Statement{Name: "keepalive_timeout", Words: []string{word}})
}

package rules

import (
	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var directLBIdle = &lint.Rule{
	Name:  "app/direct-lb-idle",
	Title: "a balancer keeps idle connections to the application as long as the application does, or longer",
	Why: "The balancer reuses its connections to the application, and no nginx stands between them. When the application's timer runs out first, " +
		"a request can cross the closing of its connection: the balancer answers 502 or 503 or resets its client, and POST requests cannot be sent again. " +
		"Nothing is lost where the balancer lets go first.",
	Refs: []string{
		"https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html",
		"https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts",
		"https://nodejs.org/api/http.html#serverkeepalivetimeout",
	},
	Severity: lint.Error,
	Run:      runDirectLBIdle,
}

func runDirectLBIdle(p *lint.Pass) {
	a, why := p.Host.Direct()
	if why != "" {
		p.Skip(p.Host.Balancers[0].Span, why)
	}
	if a == nil {
		return
	}
	keep := a.KeepAlive
	if !keep.Known || keep.Value == 0 || keep.Value == appconf.Infinite || a.MaxRequestsPerConnection.Value == 1 {
		return
	}
	var longer []*appconf.LoadBalancer
	for _, b := range p.Host.Balancers {
		if idle := b.IdleTimeout; b.Layer == 7 && idle.Known && idle.Value != appconf.Infinite && keep.Value <= idle.Value {
			longer = append(longer, b)
		}
	}
	if len(longer) > 0 {
		reportDirectIdle(p, a, longer)
	}
}

func reportDirectIdle(p *lint.Pass, a *appconf.App, balancers []*appconf.LoadBalancer) {
	worst, sure := balancers[0], false
	for _, b := range balancers {
		idle := b.IdleTimeout
		if idle.Value > worst.IdleTimeout.Value {
			worst = b
		}
		late := idle.Value >= a.KeepAlive.Value+a.KeepAliveSlack
		sure = sure || late && !idle.Origin.Assumed && !a.KeepAlive.Origin.Assumed && b.Kind != "cloudflare" // which sends idempotent requests again
	}
	at := a.Span
	if !a.KeepAlive.Origin.IsDefault() {
		at = a.KeepAlive.Origin.Span
	}
	held := nginxconf.FormatTime(a.KeepAlive.Value)
	r := p.Report(at, "%s closes idle connections after %s, %s keeps them for %s", appName(a), held, worst.Name,
		nginxconf.FormatTime(worst.IdleTimeout.Value)).Key("app %s behind %s", a.Name, worst.Name)
	late := ""
	if a.KeepAliveSlack > 0 {
		late = "in fact it closes them " + nginxconf.FormatTime(a.KeepAliveSlack) + " later"
	}
	if a.KeepAlive.Origin.IsDefault() {
		r.SeeOrigin(a.KeepAlive.Origin, "%s closes an idle connection after %s", a.Name, held)
	}
	r.Label("%s", late)
	for _, b := range balancers {
		r.SeeOrigin(b.IdleTimeout.Origin, "%s drops an idle connection after %s", b.Name, nginxconf.FormatTime(b.IdleTimeout.Value))
	}
	if !sure {
		r.Severity(lint.Warning)
	}
}

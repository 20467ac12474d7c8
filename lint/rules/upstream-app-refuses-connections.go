package rules

import (
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var appRefusesConnections = &lint.Rule{
	Name:  "upstream/app-refuses-connections",
	Title: "nginx opens more connections than the application takes",
	Why: "Beyond a limit of its own an application resets connections, or its accept queue is full: nginx answers 502 to what it could not pass on. " +
		"At twice the limit more than three quarters of all requests are lost. " +
		"max_conns in the upstream does not help, for then nginx itself answers 502; raise the limit of the application, or start more of it.",
	Refs: []string{
		"https://nodejs.org/api/net.html#servermaxconnections",
		"https://tomcat.apache.org/tomcat-10.1-doc/config/http.html",
		"https://www.php.net/manual/en/install.fpm.configuration.php",
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#max_conns",
	},
	Severity: lint.Error,
	Run:      runAppRefusesConnections,
}

func runAppRefusesConnections(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, in := range p.Host.Inflows() {
		limit, ok := host.CapacityOf(in.App)
		switch total := limit.Total(); {
		case !ok:
		case in.Busy.Known && in.Busy.Value > total:
			reportRefusal(p, in, limit, "the declared workload needs %d", in.Busy.Value)
		case in.Busy.Known && in.Busy.Value+in.Idle > total && !limit.Queue.Known:
			reportRefusal(p, in, limit, "the declared workload and idle connections need up to %d", in.Busy.Value+in.Idle).Severity(lint.Warning)
		case !in.Busy.Known && in.Most.Known && in.Most.Value > total && !limit.Queue.Known:
			reportRefusal(p, in, limit, "nginx may open %d", in.Most.Value).Severity(lint.Warning).
				SeeOrigin(in.Most.Origin, "%s", in.Why)
		}
	}
}

func reportRefusal(p *lint.Pass, in host.Inflow, limit host.Capacity, need string, n int64) *lint.Report {
	u := in.Upstream
	r := p.Report(u.Directive.HeadSpan(), "%s takes %d connections at once, "+need+" to each server of %s", appName(in.App), limit.Total(), n, u.Name).
		Key("upstream %s and %s", u.Name, in.App.Name)
	r.SeeOrigin(limit.Held.Origin, "%s serves %d at once", in.App.Name, limit.Held.Value)
	if limit.Queue.Known {
		r.SeeOrigin(limit.Queue.Origin, "and %d more may wait", limit.Queue.Value)
	}
	if in.Busy.Known {
		w := p.Host.Facts.Workload
		r.SeeOrigin(in.Busy.Origin, "%d requests/s of %s each", w.PeakRPS.Value, nginxconf.FormatTime(w.UpstreamLatency.Value))
	}
	if in.Busy.Known && in.Limit != nil {
		r.See(in.Limit.Directive.HeadSpan(), "max_conns only makes nginx answer 502 itself")
	}
	if !limit.Certain || limit.Held.Origin.Assumed || limit.Queue.Origin.Assumed {
		r.Severity(lint.Warning)
	}
	return r
}

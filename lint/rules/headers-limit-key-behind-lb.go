package rules

import (
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

var limitKeyBehindLB = &lint.Rule{
	Name:  "headers/limit-key-behind-lb",
	Title: "a limit for each client counts the load balancer",
	Why: "A balancer that speaks HTTP connects to nginx with its own addresses. A limit by $binary_remote_addr then counts all clients together: " +
		"at normal load everybody gets 503, and nobody is told apart. The module realip puts the client's address in place, " +
		"with set_real_ip_from for the balancer's networks and real_ip_header for the header it sets.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_limit_req_module.html#limit_req_zone",
		"https://nginx.org/en/docs/http/ngx_http_realip_module.html",
	},
	Severity: lint.Warning,
	Run:      runLimitKeyBehindLB,
}

func runLimitKeyBehindLB(p *lint.Pass) {
	if p.Host.Nginx == nil || !p.Host.BehindHTTPBalancer() {
		return
	}
	for _, k := range p.Host.LimitKeys() {
		_, zone := k.Zone.Param("zone")
		zone, _, _ = strings.Cut(zone, ":")
		r := p.Report(k.Zone.ArgSpan(0), "%s counts the addresses of the balancer, not those of clients", k.Zone.Name).
			Label("the address a connection comes from").Key("%s %s", k.Zone.Name, zone)
		var uses []source.Span
		for _, d := range k.Uses {
			uses = append(uses, d.HeadSpan())
		}
		r.SeeAll(uses, "limits all clients together")
		for _, b := range p.Host.Balancers {
			if b.Layer == 7 {
				r.See(b.Span, "%s is in front", b.Name)
			}
		}
	}
}

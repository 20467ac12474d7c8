package rules

import (
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var nameResolvedOnce = &lint.Rule{
	Name:  "upstream/name-resolved-once",
	Title: "a host name is looked up when nginx starts and never again",
	Why: "nginx asks for the addresses of a name in proxy_pass or in a server of an upstream when it reads its configuration. " +
		"When a container is made anew or a balancer moves, requests go on to the old address until somebody reloads nginx; and where DNS does not answer, nginx does not start. " +
		"A resolver alone changes nothing: it is asked only for servers with \"resolve\", and for targets with a variable.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#resolve",
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#resolver",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runNameResolvedOnce,
}

func runNameResolvedOnce(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, n := range p.Host.StartNames() {
		reportStartName(p, n)
	}
}

func reportStartName(p *lint.Pass, n *host.StartName) {
	r := p.Report(n.At[0].ArgSpan(0), "%s is looked up once, when nginx starts: a new address needs a reload, and without DNS nginx does not start", n.Name).Key("%s", n.Name)
	var more []source.Span
	for _, d := range n.At[1:] {
		more = append(more, d.HeadSpan())
	}
	r.SeeAll(more, "names it too")
	if n.Resolver != nil {
		r.See(n.Resolver.HeadSpan(), "is not asked for it")
	}
	since := nginxconf.Version{1, 27, 3}
	if version := p.Host.Version(); version.Known && p.Host.Nginx.Version.Less(since) {
		r.SeeOrigin(version.Origin, "nginx %s has no \"resolve\" for servers, which is new in %s: a variable in proxy_pass makes it ask a resolver", version.Value, since)
	} else {
		r.See(source.Span{}, "a server with \"resolve\" follows the name, in an upstream with a zone and with a resolver, since %s", since)
	}
}

package rules

import (
	"slices"

	"github.com/tunelint/tunelint/lint"
)

var twoBalancingMethods = &lint.Rule{
	Name:  "nginx/two-balancing-methods",
	Title: "an upstream block names two ways to choose a server",
	Why: "Each method replaces what stands before it in the block, and nginx only warns. " +
		"Sessions that ip_hash or hash was to keep on one server are then spread over all of them, or the other way round.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#ip_hash",
		"https://nginx.org/en/docs/http/load_balancing.html",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runTwoBalancingMethods,
}

func runTwoBalancingMethods(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, u := range p.Host.Nginx.Upstreams() {
		methods := u.BalancingMethods()
		for i := 1; i < len(methods); i++ {
			before, d := methods[i-1], methods[i]
			if d.Block == nil && d.Name == before.Name && slices.Equal(texts(d), texts(before)) {
				p.Report(d.HeadSpan(), "%s is given twice", d.Name).Severity(lint.Info).
					Key("upstream %s: %s twice", u.Name, d.Name).See(before.HeadSpan(), "the first one")
				continue
			}
			p.Report(d.HeadSpan(), "%s in %s is replaced by %s", before.HeadText(), u.Name, d.HeadText()).
				Key("upstream %s: %s after %s", u.Name, d.Name, before.Name).
				See(before.HeadSpan(), "has no effect")
		}
	}
}

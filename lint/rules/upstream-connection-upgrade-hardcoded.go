package rules

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var connectionUpgradeHardcoded = &lint.Rule{
	Name:  "upstream/connection-upgrade-hardcoded",
	Title: "plain requests carry Connection: upgrade",
	Why: "The header belongs to the request that opens a WebSocket. Some servers refuse a plain request that has it, above all one with a body " +
		"(Kestrel: \"Upgrade cannot have body\"), and the client sees 400 or 502. " +
		"A map of $http_upgrade sends it exactly where the client asks for another protocol.",
	Refs: []string{
		"https://nginx.org/en/docs/http/websocket.html",
		"https://www.rfc-editor.org/rfc/rfc9110#section-7.8",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runConnectionUpgradeHardcoded,
}

func runConnectionUpgradeHardcoded(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	routes := map[*nginxconf.Directive][]*nginxconf.Route{}
	var found []*nginxconf.Directive
	for _, r := range p.Host.Nginx.Routes() {
		headers := r.Scope.Effective(setHeader)
		d := host.ConnectionHeader(headers)
		if r.Module != "proxy" || !headers.Known || d == nil || !host.SaysUpgrade(d) {
			continue
		}
		if routes[d] == nil {
			found = append(found, d)
		}
		routes[d] = append(routes[d], r)
	}
	for _, d := range found {
		plain := slices.DeleteFunc(slices.Clone(routes[d]), func(r *nginxconf.Route) bool {
			return !host.TakesEverything(r) || p.Host.MayBeForWebSockets(r)
		})
		if len(plain) > 0 {
			reportHardcoded(p, d, routes[d], plain)
		}
	}
}

func reportHardcoded(p *lint.Pass, d *nginxconf.Directive, routes, plain []*nginxconf.Route) {
	r := p.Report(d.HeadSpan(), "every request to %s says Connection: upgrade, plain ones too", strings.TrimPrefix(plain[0].Pass.Arg(0), plain[0].Scheme+"://")).
		Key("%s Connection in %s", setHeader, plain[0].Scope.Effective(setHeader).Level.Path())
	var places []source.Span
	for _, route := range plain {
		places = append(places, route.Scope.Enclosing(nginxconf.InLocation).Directive.HeadSpan())
	}
	r.SeeAll(places, "takes all requests that no other location wants")
	variable, edits, ok := upgradeVariable(p.Host, routes)
	if ok {
		r.SuggestUnsafe("set Connection to "+variable+", which depends on the client's Upgrade header",
			"requests without an Upgrade header no longer say Connection: upgrade", append(edits, d.SetArg(1, variable))...)
	}
}

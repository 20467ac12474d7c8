package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var literalAddressNoPool = &lint.Rule{
	Name:  "upstream/literal-address-no-pool",
	Title: "a busy application is passed to by its bare address",
	Why: "Only upstream blocks have pools: proxy_pass to an address opens a connection for every request, in every version of nginx. " +
		"That costs about three times the processor time, and where nginx closes first each connection holds a local port for a minute.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runLiteralAddressNoPool,
}

// busyRequests are the requests a second from which a pool is worth its block:
// four fifths of the connections that the kernel's default range of 28232 local
// ports takes while each is held for 60 seconds.
const busyRequests = 28232 * 4 / 5 / 60

func runLiteralAddressNoPool(p *lint.Pass) {
	rps := p.Host.Facts.Workload.PeakRPS
	if p.Host.Nginx == nil || !rps.Known || rps.Value < busyRequests {
		return
	}
	var routes []*nginxconf.Route
	for _, r := range p.Host.Nginx.Routes() {
		apps := p.Host.AppsOn(r)
		keeps := slices.ContainsFunc(apps, func(a *appconf.App) bool { return a.KeepAlive.Known && !host.ClosesEach(a) })
		if r.Module == "proxy" && r.Upstream == nil && !r.Variable && keeps && !p.Host.MayBeForWebSockets(r) {
			routes = append(routes, r)
		}
	}
	switch {
	case len(routes) == 0:
	case !p.Host.OneTarget():
		p.Skip(routes[0].Pass.HeadSpan(), "the workload is that of the host, and how much of it goes here is not known")
	default:
		reportLiteral(p, routes, rps)
	}
}

func reportLiteral(p *lint.Pass, routes []*nginxconf.Route, rps source.Setting[int]) {
	first := routes[0]
	r := p.Report(first.Pass.HeadSpan(), "each of %d requests/s opens a connection to %s: a bare address has no pool", rps.Value, first.Address).
		Key("address %s", first.Address)
	seeKept(r, p.Host.AppsOn(first))
	r.SeeOrigin(rps.Origin, "%d requests a second are expected", rps.Value)
	r.SeeAll(nginxconf.PassSpans(routes[1:]), "passes to the same address")
	peak, known := p.Host.Peak()
	if !known {
		return
	}
	// As the block would be: one server, reached by every route to the address.
	u := &nginxconf.Upstream{Name: upstreamNameFor(p.Host.AppsOn(first)[0]), Servers: []*nginxconf.Server{{Address: first.Address}}}
	n := peak.Size(1)
	if edits := upstreamBlock(p.Host, u, n); p.Host.HoldsPool(u, n*peak.Workers.Value) {
		r.SuggestUnsafe(fmt.Sprintf("pass to an upstream block %s with %d idle connections for each worker", u.Name, n),
			fmt.Sprintf("$proxy_host becomes %s, and up to %d idle connections stay open to the application", u.Name, n*peak.Workers.Value), edits...)
	}
}

var notInName = regexp.MustCompile(`[^a-z0-9_-]+`)

// upstreamNameFor makes a name for an upstream block of an application's name.
func upstreamNameFor(a *appconf.App) string {
	return strings.Trim(notInName.ReplaceAllString(strings.ToLower(a.Name), "-"), "-")
}

// upstreamBlock writes an upstream block above the server that passes to its
// address and makes all routes there pass to it; nil where one of them would do
// anything else differently, or the name is taken.
func upstreamBlock(h *host.Host, u *nginxconf.Upstream, n int64) []source.Edit {
	sameName := func(x *nginxconf.Upstream) bool { return strings.EqualFold(x.Name, u.Name) }
	if u.Name == "" || h.Nginx.Hidden() != nil || slices.ContainsFunc(h.Nginx.Upstreams(), sameName) {
		return nil
	}
	var routes []*nginxconf.Route
	for _, r := range h.Nginx.Routes() {
		switch {
		case r.Upstream == nil && hostOf(r.Address) == u.Name:
			return nil
		case r.Module == "stream" || r.Upstream != nil || r.Address != u.Servers[0].Address:
		case !alikeBehindBlock(r):
			return nil
		default:
			routes = append(routes, r)
		}
	}
	pool := poolStatements(h, u, n)
	edits, ok := reuseEdits(h, routes)
	block := insertAboveServer(routes[0], nginxconf.Statement{Name: "upstream", Words: []string{u.Name},
		Block: append([]nginxconf.Statement{{Name: "server", Words: []string{nginxconf.Quote(u.Servers[0].Address)}}}, pool...)})
	if pool == nil || !ok || block == nil {
		return nil
	}
	for _, r := range routes {
		edits = append(edits, r.Pass.SetArg(0, nginxconf.Quote(r.Scheme+"://"+u.Name+r.URI)))
	}
	return append(edits, block...)
}

// hostOf is an address without its port.
func hostOf(address string) string {
	name, _, _ := strings.Cut(address, ":")
	return strings.ToLower(name)
}

// alikeBehindBlock reports whether a route sends the same requests when the
// address in $proxy_host becomes a name: the headers set Host and leave that
// variable alone, and neither TLS nor a cache takes it for a key.
func alikeBehindBlock(r *nginxconf.Route) bool {
	headers, cache := r.Scope.Effective(setHeader), r.Scope.Effective("proxy_cache")
	setsHost := false
	for _, d := range headers.Directives {
		if strings.Contains(d.Arg(1), "$proxy_") {
			return false
		}
		setsHost = setsHost || strings.EqualFold(d.Arg(0), "Host")
	}
	return r.Module == "proxy" && r.Scheme == "http" && headers.Known && setsHost && cache.Known && (cache.Directive() == nil || cache.First() == "off")
}

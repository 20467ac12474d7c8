package rules

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

var poolExceedsApp = &lint.Rule{
	Name:  "upstream/pool-exceeds-app",
	Title: "the pools of all workers are wider than what the application holds",
	Why: "keepalive counts for each worker. Idle connections count against the application's limit like busy ones, so once they fill it a worker " +
		"that needs a new connection waits in the accept queue, or is refused, while others hold idle ones. " +
		"With php-fpm every idle connection keeps a child from other work.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive",
		"https://docs.pylonsproject.org/projects/waitress/en/stable/arguments.html",
		"https://www.php.net/manual/en/install.fpm.configuration.php",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runPoolExceedsApp,
}

func runPoolExceedsApp(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, a := range p.Host.Apps {
		limit := host.IdleLimit(a)
		holdings := p.Host.Holdings(a)
		if !limit.Known || len(holdings) == 0 {
			continue
		}
		workers, why := p.Host.Workers()
		if !workers.Known {
			p.Skip(poolPlace(holdings[0].Upstream), why)
			continue
		}
		held := int64(0)
		for _, x := range holdings {
			held += x.Idle * workers.Value
		}
		if held > limit.Value {
			reportWidth(p, a, holdings, workers, limit, held)
		}
	}
}

func reportWidth(p *lint.Pass, a *appconf.App, holdings []host.Holding, workers, limit source.Setting[int64], held int64) {
	first := holdings[0]
	r := p.Report(poolSize(first), "nginx may keep %d idle connections to %s (%s), %s holds %d", held, a.Name, widths(holdings, workers.Value), appName(a), limit.Value).
		Key("application %s", a.Name)
	if first.Pool.Origin.IsDefault() {
		r.SeeOrigin(first.Pool.Origin, "%d idle connections are kept for each worker and location", first.Pool.Size)
	}
	for _, x := range holdings[1:] {
		r.See(poolSize(x), "so does this pool")
	}
	r.SeeOrigin(workers.Origin, "nginx starts %s", spelling.Count(workers.Value, "worker"))
	what := "%s holds %d connections"
	if a.Runtime != nil && a.Runtime.Family == "php-fpm" {
		what = "%s has %d children, one for each connection"
	}
	r.SeeOrigin(limit.Origin, what, a.Name, limit.Value)
	if first.Blocked != nil {
		r.See(first.Blocked.Pass.HeadSpan(), "%s", p.Host.WhyNotReused(first.Blocked))
	}
	var smaller []source.Edit
	n := fittingSize(p.Host, first, workers.Value, limit.Value)
	if n > 0 && len(holdings) == 1 {
		smaller = setPool(first.Upstream, n)
	}
	r.SuggestUnsafe(fmt.Sprintf("set keepalive of upstream %s to %d", first.Upstream.Name, n),
		"bursts beyond the smaller pool open new connections", smaller...)
	if limit.Origin == a.MaxConnections.Origin {
		more := p.Host.RaiseApp(a, "max_connections", held+int64(a.MaxConnections.Value)-limit.Value)
		suggestApp(r, "raise", a, more, strconv.FormatInt(more.Value, 10), "the application holds more connections at once, and their memory")
	}
}

// poolSize is what decides how many connections a pool keeps.
func poolSize(x host.Holding) source.Span {
	if x.Pool.Origin.IsDefault() {
		return x.Upstream.Directive.HeadSpan()
	}
	return x.Pool.Origin.Span
}

// widths writes out what the connections to one server are made of.
func widths(holdings []host.Holding, workers int64) string {
	parts := make([]string, len(holdings))
	for i, x := range holdings {
		text := strconv.FormatInt(x.Pool.Size, 10)
		if x.Caches > 1 {
			text += fmt.Sprintf(" x %d locations", x.Caches)
		}
		text += " x " + spelling.Count(workers, "worker")
		if x.Servers > 1 {
			text += fmt.Sprintf(" / %d servers", x.Servers)
		}
		if x.Idle < x.Pool.Size*x.Caches/x.Servers {
			text = fmt.Sprintf("max_conns lets %d x %s", x.Idle, spelling.Count(workers, "worker"))
		}
		parts[i] = text
	}
	return strings.Join(parts, " + ")
}

// fittingSize is the pool of which all workers fill four fifths of what each
// server holds; 0 where none does, or where it would be smaller than what peak
// load needs at once.
func fittingSize(h *host.Host, x host.Holding, workers, limit int64) int64 {
	n := limit * x.Servers * 4 / 5 / workers
	if x.Pool.Local && !x.Pool.Origin.IsDefault() {
		n /= x.Caches
	}
	if peak, ok := h.Peak(); ok && h.OneTarget() && n < peak.Busy {
		return 0
	}
	return n
}

// setPool sets the size of a pool that is there.
func setPool(u *nginxconf.Upstream, n int64) []source.Edit {
	word := strconv.FormatInt(n, 10)
	if d := u.Scope.Last("keepalive"); d != nil {
		return []source.Edit{d.SetArg(0, word)}
	}
	return u.Scope.Insert(nginxconf.Statement{Name: "keepalive", Words: []string{word}})
}

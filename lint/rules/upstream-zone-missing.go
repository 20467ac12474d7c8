package rules

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var zoneMissing = &lint.Rule{
	Name:  "upstream/zone-missing",
	Title: "limits of an upstream's servers count for each worker apart",
	Why: "Without a zone in shared memory every worker keeps its own count of connections and failures: max_conns is multiplied by the number " +
		"of workers, and each of them has to fail max_fails times by itself before it leaves a server alone.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#zone",
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#server",
	},
	Severity: lint.Info,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runZoneMissing,
}

func runZoneMissing(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	zones := sync.OnceValue(func() zoneNames { return zoneNamesOf(p.Host.Nginx) })
	for _, u := range p.Host.Nginx.Upstreams() {
		limits := countedLimits(u)
		if len(limits) == 0 || len(u.Scope.Own("zone")) > 0 {
			continue
		}
		workers, why := p.Host.Workers()
		switch {
		case u.Scope.MayHold("zone"):
			p.Skip(u.Directive.HeadSpan(), "a file that could not be read may hold the zone")
		case !workers.Known:
			p.Skip(u.Directive.HeadSpan(), why)
		case workers.Value > 1:
			reportZone(p, u, limits, workers, zones)
		}
	}
}

// A countedLimit is a server with a parameter whose count the workers do not
// share: max_conns, or max_fails where nginx takes servers out.
type countedLimit struct {
	server *nginxconf.Server
	text   string // "max_conns=100"
	n      int64
}

func countedLimits(u *nginxconf.Upstream) []countedLimit {
	var out []countedLimit
	names := []string{"max_conns"}
	if host.UsableServers(u) > 1 {
		names = append(names, "max_fails")
	}
	for _, name := range names {
		for _, s := range u.Servers {
			_, text := s.Directive.Param(name)
			if n, ok := nginxconf.ParseNumber(text); ok && n > 0 && !s.Down {
				out = append(out, countedLimit{s, name + "=" + text, n})
			}
		}
	}
	return out
}

func reportZone(p *lint.Pass, u *nginxconf.Upstream, limits []countedLimit, workers source.Setting[int64], zones func() zoneNames) {
	top := limits[0]
	what := fmt.Sprintf("%d failures", top.n*workers.Value)
	if strings.HasPrefix(top.text, "max_conns") {
		what = fmt.Sprintf("%d connections", top.n*workers.Value)
	}
	r := p.Report(top.server.Directive.HeadSpan(), "%s counts for each of %d workers apart: up to %s for %s in %s",
		top.text, workers.Value, what, top.server.Address, u.Name).Key("upstream %s", u.Name)
	r.SeeOrigin(workers.Origin, "nginx starts %d workers", workers.Value)
	others := slices.DeleteFunc(slices.Clone(limits), func(l countedLimit) bool { return l.server == top.server })
	for i, l := range others {
		if i < lint.ShownPlaces {
			r.See(l.server.Directive.HeadSpan(), "so does %s", l.text)
		}
	}
	if edits := addZone(p.Host, u, zones); edits != nil {
		r.SuggestUnsafe("give "+u.Name+" a zone", "the limits then hold for all workers together, which is less than before", edits...)
	}
}

// zoneServers is how many servers surely fit into a zone of the size that is
// proposed: nginx needs less than a kilobyte for each.
const zoneServers = 50

// addZone gives an upstream block a zone of its own name; nil where nginx does
// not know zones yet, the name is taken, or files hide what is.
func addZone(h *host.Host, u *nginxconf.Upstream, zones func() zoneNames) []source.Edit {
	if !hasDirective(h.Nginx, "zone") || len(u.Servers) > zoneServers || h.Nginx.Hidden() != nil || h.Nginx.Uses(u.Directive.Doc.File) > 1 || zones().has(u.Name) {
		return nil
	}
	return u.Scope.Insert(nginxconf.Statement{Name: "zone", Words: []string{nginxconf.Quote(u.Name), "64k"}})
}

// zoneNames are what may be names of zones in shared memory.
type zoneNames struct {
	words      map[string]bool // first arguments
	parameters string          // others that may hold one, a line each
}

// zoneNamesOf reads all directives once, as every upstream may ask for its name.
func zoneNamesOf(c *nginxconf.Config) zoneNames {
	z := zoneNames{words: map[string]bool{}}
	var parameters strings.Builder
	c.Root.Walk(func(s *nginxconf.Scope) {
		for _, d := range s.Items() {
			for i, a := range d.Args {
				if strings.HasPrefix(a.Text, "shared:") || strings.Contains(a.Text, "=") && strings.Contains(a.Text, ":") {
					parameters.WriteString("\n" + a.Text)
				}
				if i == 0 && d.Name != "upstream" && d.Block == nil {
					z.words[a.Text] = true
				}
			}
		}
	})
	z.parameters = parameters.String()
	return z
}

// has reports whether any directive may name a zone so.
func (z zoneNames) has(name string) bool {
	return z.words[name] || strings.Contains(z.parameters, "="+name+":") || strings.Contains(z.parameters, "\nshared:"+name+":")
}

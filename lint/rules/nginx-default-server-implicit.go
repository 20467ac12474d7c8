package rules

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var defaultServerImplicit = &lint.Rule{
	Name:  "nginx/default-server-implicit",
	Title: "which server answers for unknown names depends on the order of files",
	Why: "Of several servers on one address nginx gives requests with an unknown Host header, with none, or to the bare address, " +
		"and TLS connections without a known name, to the one marked default_server. Where none is, it is the first one read: " +
		"a server that is added in a file that sorts before it takes its place.",
	Refs: []string{
		"https://nginx.org/en/docs/http/request_processing.html",
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#listen",
	},
	Severity: lint.Info,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runDefaultServerImplicit,
}

func runDefaultServerImplicit(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	var groups [][]*nginxconf.Address // of the same servers
	for _, a := range p.Host.Nginx.Addresses() {
		if a.Default != nil || len(a.Servers) < 2 || nginxconf.CatchAll(a.Servers[0]) {
			continue
		}
		i := slices.IndexFunc(groups, func(g []*nginxconf.Address) bool { return slices.Equal(g[0].Servers, a.Servers) })
		if i < 0 {
			i, groups = len(groups), append(groups, nil)
		}
		groups[i] = append(groups[i], a)
	}
	if hidden := p.Host.Nginx.Hidden(); len(groups) > 0 && hidden != nil {
		p.Skip(groups[0][0].Servers[0].Directive.HeadSpan(), "another server may be marked: "+hidden.Why)
		return
	}
	for _, g := range groups {
		reportImplicit(p, g)
	}
}

func reportImplicit(p *lint.Pass, group []*nginxconf.Address) {
	server := group[0].Servers[0]
	var names []string
	for _, a := range group {
		names = append(names, a.String())
	}
	r := p.Report(server.Directive.HeadSpan(), "%d servers share %s and none is the default_server: the first one read answers for unknown names", len(group[0].Servers), lint.Briefly(names)).
		Key("%s", names[0])
	if d := server.Last("server_name"); d != nil {
		r.Label("this one, with the name %s", d.Arg(0))
	}
	r.See(group[0].Servers[1].Directive.HeadSpan(), "the next one")
	r.SuggestUnsafe("mark the first server default_server", "another one may be meant to answer for unknown names", markDefault(p.Host.Nginx, group)...)
}

// markDefault marks the first server of addresses; nil where one of its
// directives is missing or stands for something else too.
func markDefault(c *nginxconf.Config, group []*nginxconf.Address) []source.Edit {
	var edits []source.Edit
	for _, a := range group {
		d := a.Listens[0]
		if d == nil || c.Uses(d.Doc.File) > 1 || strings.Contains(d.Arg(0), "-") {
			return nil // a range of ports, for one
		}
		edits = append(edits, d.AddArgs("default_server"))
	}
	return edits
}

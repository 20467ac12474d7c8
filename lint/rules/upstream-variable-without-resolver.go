package rules

import (
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var variableWithoutResolver = &lint.Rule{
	Name:  "upstream/variable-without-resolver",
	Title: "a name is looked up for each request, and no resolver is there to do it",
	Why: "Where the target of a pass directive holds a variable nginx does not know the name when it starts. It looks it up while serving, " +
		"with the DNS servers of the resolver directive and never those of /etc/resolv.conf or the names of /etc/hosts. " +
		"Without a resolver every such request ends in 502 (\"no resolver defined to resolve\"), localhost included. " +
		"The name of an upstream block and an IP address need none.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass",
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#resolver",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runVariableWithoutResolver,
}

func runVariableWithoutResolver(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	for _, r := range p.Host.Nginx.Routes() {
		if !r.Variable || !strings.Contains(r.Pass.ArgText(), "$") {
			continue
		}
		resolver := r.Scope.Effective("resolver")
		if resolver.Directive() != nil {
			continue
		}
		switch names, all, known := p.Host.RunTimeNames(r); {
		case !known:
			p.Skip(r.Pass.HeadSpan(), "which host it passes to, without a resolver, cannot be told")
		case !resolver.Known && len(names) > 0:
			p.Skip(r.Pass.HeadSpan(), "whether there is a resolver cannot be told: "+resolver.Doubt.Why)
		case len(names) > 0:
			reportUnresolved(p, r, names, all)
		}
	}
}

func reportUnresolved(p *lint.Pass, r *nginxconf.Route, names []string, all bool) {
	for i, name := range names {
		names[i] = "\"" + name + "\""
	}
	report := p.Report(r.Pass.HeadSpan(), "there is no resolver to look %s up while serving: nginx answers 502", lint.Briefly(names)).
		Key("%s %s in %s", r.Pass.Name, r.Pass.ArgText(), r.Scope.Path())
	if !all {
		report.Severity(lint.Warning).Label("at least one value of the variable")
	}
}

package rules

import "github.com/tunelint/tunelint/lint"

var includeLoop = &lint.Rule{
	Name:  "nginx/include-loop",
	Title: "a file includes itself",
	Why: "nginx does not notice: it opens the file again and again until it has no descriptor or no stack left, " +
		"and ends with \"Too many open files\" or a segmentation fault, at a start as at a reload.",
	Refs:     []string{"https://nginx.org/en/docs/ngx_core_module.html#include"},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runIncludeLoop,
}

func runIncludeLoop(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	seen := map[string]bool{}
	for _, e := range p.Host.Nginx.Includes {
		if !e.Loop || !first(seen, e.Directive.HeadSpan().String()+e.Name) {
			continue
		}
		circle := p.Host.Nginx.Circle(e)
		if len(circle) < 2 {
			p.Report(e.Directive.HeadSpan(), "%s includes itself: nginx does not start", e.Name).Key("%s", e.Name)
			continue
		}
		r := p.Report(e.Directive.HeadSpan(), "%s is included again while it is read: nginx does not start", e.Name).Key("%s", e.Name)
		for _, d := range circle[:len(circle)-1] {
			r.See(d.HeadSpan(), "leads here")
		}
	}
}

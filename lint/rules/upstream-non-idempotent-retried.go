package rules

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var nonIdempotentRetried = &lint.Rule{
	Name:  "upstream/non-idempotent-retried",
	Title: "POST requests are sent a second time after a failure",
	Why: "nginx cannot know whether a server that gave no answer has done what it was asked: a time limit that is over, or a connection that broke, says nothing about it. " +
		"With non_idempotent a POST, PATCH or LOCK is sent again all the same, and an order is placed twice. " +
		"Nothing is wrong where the application tells repeated requests apart, by a key that the client sends.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream",
		"https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runNonIdempotentRetried,
}

func runNonIdempotentRetried(p *lint.Pass) {
	if p.Host.Nginx == nil || !p.Host.SetsRetries() {
		return
	}
	var order []*nginxconf.Directive
	found := map[*nginxconf.Directive][]*nginxconf.Route{}
	levels := map[*nginxconf.Directive]*nginxconf.Scope{}
	for _, r := range p.Host.Nginx.Routes() {
		t, ok := host.RetriesOn(r)
		d := listsNonIdempotent(t)
		if !ok || t.Off || d == nil || !retriesSurely(p.Host, r) {
			continue
		}
		switch takes, known := host.TakesMethod(r, "POST"); {
		case !known:
			p.Skip(r.Pass.HeadSpan(), "a condition on the method decides whether POST requests come here")
			continue
		case !takes:
			continue
		}
		if found[d] == nil {
			order = append(order, d)
		}
		found[d], levels[d] = append(found[d], r), t.Next.Level
	}
	for _, d := range order {
		reportRetried(p, d, levels[d], found[d])
	}
}

// listsNonIdempotent returns the directive that does, nil for none.
func listsNonIdempotent(t host.Retries) *nginxconf.Directive {
	for _, d := range t.Next.Directives {
		if argOf(d, "non_idempotent") >= 0 {
			return d
		}
	}
	return nil
}

// argOf returns the index of an argument, -1 where there is none such; nginx
// reads these words without regard to case.
func argOf(d *nginxconf.Directive, word string) int {
	return slices.IndexFunc(d.Args, func(a nginxconf.Arg) bool { return strings.EqualFold(a.Text, word) })
}

// retriesSurely reports whether there is another server to try, or a reused
// connection: after one of these failed even a single server is tried again.
func retriesSurely(h *host.Host, r *nginxconf.Route) bool {
	if _, ok := h.BudgetOf(r); ok {
		return true
	}
	if r.Upstream == nil {
		return false
	}
	pool, ok := h.PoolOf(r.Upstream)
	reuses, known := h.Reuses(r)
	return ok && !pool.Origin.Assumed && reuses && known
}

func reportRetried(p *lint.Pass, d *nginxconf.Directive, level *nginxconf.Scope, routes []*nginxconf.Route) {
	p.Report(d.ArgSpan(argOf(d, "non_idempotent")), "a POST, PATCH or LOCK without an answer is sent again, though a server may have carried it out").
		Key("%s in %s", d.Name, level.Path()).
		SeeAll(nginxconf.PassSpans(routes), "takes POST requests")
}

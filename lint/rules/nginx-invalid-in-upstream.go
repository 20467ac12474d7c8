package rules

import (
	"fmt"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/nginxconf/verdict"
)

var invalidInUpstream = &lint.Rule{
	Name:  "nginx/invalid-in-upstream",
	Title: "a setting of the locations or of the servers stands as a statement in the upstream block",
	Why: "An upstream block holds servers, the balancing method and the pool. Timeouts and buffers belong to the locations that pass " +
		"requests to it, max_fails and its kin to each server line; as statements in the block they keep nginx from starting.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_upstream_module.html#upstream",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_connect_timeout",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runInvalidInUpstream,
}

// upstreamSlip returns the slip that a verdict is about; other rules leave it
// to this one.
func upstreamSlip(v verdict.Verdict) (nginxconf.UpstreamSlip, bool) {
	refused := v.Kind == verdict.UnknownDirective || v.Kind == verdict.MisplacedDirective
	if !refused || v.Context != nginxconf.InUpstream || v.Directive.Parent == nil {
		return nginxconf.UpstreamSlip{}, false
	}
	return nginxconf.UpstreamSlipOf(v.Directive)
}

func runInvalidInUpstream(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	slips := map[*nginxconf.Block][]nginxconf.UpstreamSlip{}
	var blocks []*nginxconf.Block
	for _, v := range p.Host.Verdicts() {
		s, ok := upstreamSlip(v)
		if !ok {
			continue
		}
		block := s.Directive.Parent
		if slips[block] == nil {
			blocks = append(blocks, block)
		}
		slips[block] = append(slips[block], s)
	}
	for _, block := range blocks {
		reportSlips(p, block.Owner.Arg(0), slips[block], p.Host.Nginx.Relocate(block, slips[block]))
	}
}

// reportSlips reports every slip of one upstream; they share one fix.
func reportSlips(p *lint.Pass, upstream string, slips []nginxconf.UpstreamSlip, m *nginxconf.Relocation) {
	title := fmt.Sprintf("move the statement out of upstream %s", upstream)
	if len(slips) > 1 {
		title = fmt.Sprintf("move %d statements out of upstream %s", len(slips), upstream)
	}
	for _, s := range slips {
		d := s.Directive
		r := p.Report(d.HeadSpan(), "nginx refuses %q in an upstream block", d.Name).Key("%s in upstream %s", s.Name, upstream)
		if s.ServerParameter {
			r.Label("%s is a parameter of the server lines", s.Name)
		} else {
			r.Label("belongs in the locations that pass to %s, as %s", upstream, s.Name)
		}
		for _, kept := range m.Kept[d] {
			r.See(kept.HeadSpan(), "this value stays")
		}
		if m.Upstream != nil && len(m.Routes) == 0 {
			r.See(m.Upstream.Directive.HeadSpan(), "no location passes requests to it")
		}
		r.Suggest(title, m.Edits...)
	}
}

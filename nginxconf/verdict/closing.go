package verdict

import (
	"fmt"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A closing is what nginx looks at when it has read a block to its end.
type closing struct {
	in    nginxconf.Context
	check func(b *block)
}

// blockEnds are all of them, one list for each file of checks.
func blockEnds() [][]closing {
	return [][]closing{upstreamClosings, serverClosings}
}

// A block is one scope as nginx sees it at its end.
type block struct {
	place
	judge *judge
	out   []Verdict
}

// closings returns what nginx has against a scope as a whole.
func (j *judge) closings(at place) []Verdict {
	j.ending = block{place: at, judge: j}
	for _, c := range j.ends {
		if c.in&at.context != 0 {
			c.check(&j.ending)
		}
	}
	return j.ending.out
}

// refuse adds what nginx has against a directive of the block, noticed at the
// "}" of the block.
func (b *block) refuse(kind Kind, d *nginxconf.Directive, arg int, format string, words ...any) {
	b.out = append(b.out, Verdict{
		Kind: kind, Directive: d, Context: b.context, Arg: arg, Noticed: b.end(),
		Message: fmt.Sprintf(format, words...),
	})
}

// end is the "}" of the block; not valid for main.
func (b *block) end() source.Span {
	if b.scope.Directive == nil {
		return source.Span{}
	}
	return b.scope.Directive.Block.CloseSpan()
}

// closeOf is the "}" of a scope; not valid for main, and for nil, which is what
// stands around a block within one that nginx does not know.
func closeOf(s *nginxconf.Scope) source.Span {
	if s == nil || s.Directive == nil || s.Directive.Block == nil {
		return source.Span{}
	}
	return s.Directive.Block.CloseSpan()
}

// An ending is what nginx notices when it merges the levels of http, stream
// and mail, or has read everything.
type ending func(j *judge) []Verdict

// endings are all of them, in nginx's order.
func endings() []ending {
	return []ending{
		zoneVerdicts, ledgerVerdicts, bufferVerdicts, certificateVerdicts, upstreamCertificateVerdicts,
		logFormats, mergedScripts, unknownVariables,
		secureLinks, duplicateLocations, lonelyReferers, charsetMaps, serverNames,
		streamServers, upstreams, sockets, mailServers, responders,
	}
}

// finish judges the configuration as a whole.
func (j *judge) finish() {
	for _, check := range endings() {
		for _, v := range check(j) {
			j.add(v.Scope, []Verdict{v})
		}
	}
}

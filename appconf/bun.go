package appconf

import (
	"math"
	"slices"
	"time"

	"github.com/tdewolff/parse/v2/js"

	"github.com/tunelint/tunelint/appconf/jsexpr"
	"github.com/tunelint/tunelint/source"
)

// isBun recognises the programs of an application that runs on Bun.
func isBun(r *reading, name string) bool {
	return r.family() == "bun" && hasSuffix(name, ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts")
}

// readBun reads the options of the one call of Bun.serve. A program that makes its
// server in another way is not followed.
func readBun(r *reading, f *source.File) {
	if len(f.Text) > maxScript {
		r.giveUp(source.Span{File: f}, "too large to be read as source")
		return
	}
	s, err := parseScript(r, f)
	if err != nil {
		r.giveUp(source.Span{File: f}, "not read as JavaScript")
		return
	}
	s.collect()
	var options []*js.ObjectExpr
	var at source.Span
	for _, p := range s.Places {
		call, ok := p.Node.(*js.CallExpr)
		if !ok {
			continue
		}
		if object, name, isMember := jsexpr.Member(call.X); isMember && name == "serve" && jsexpr.IsNamed(object, "Bun") && len(call.Args.List) > 0 {
			options = append(options, s.object(call.Args.List[0].Value))
			at = s.CallSpan(call)
		}
	}
	if len(options) != 1 || options[0] == nil {
		r.giveUp(source.Span{File: f}, "not one call of Bun.serve with its options")
		return
	}
	if serve := r.runtime.Sibling("bun-serve"); serve != nil {
		r.runtime = serve
	}
	if s.entry(options[0], "tls") != nil {
		r.speaks(TLS, at, rankOption)
	} else if s.isWritten(options[0]) {
		r.speaks(HTTP1, at, rankOption)
	}
	for i := range options[0].List {
		s.readServeOption(&options[0].List[i])
	}
}

// isWritten reports whether all names of an object literal stand in it.
func (s *script) isWritten(o *js.ObjectExpr) bool {
	return !slices.ContainsFunc(o.List, func(p js.Property) bool { return p.Name == nil || p.Name.IsComputed() })
}

// readServeOption reads idleTimeout: seconds, 0 for none (bun.sh/docs/api/http).
func (s *script) readServeOption(o *js.Property) {
	if o.Name == nil || o.Name.IsComputed() {
		s.giveUp(source.Span{File: s.File}, "the options of the server are not all written here")
		return
	}
	if string(o.Name.Literal.Data) != "idleTimeout" {
		return
	}
	v, at := s.Eval(o.Value, 0), s.OptionSpan(o)
	s.withhold("request_timeout") // a silent handler has as long
	for _, name := range []string{"keepalive_timeout", "header_timeout"} {
		switch n := v.Number; {
		case v.Kind != jsexpr.Number:
			s.puzzle(name, at, rankOption, firstText(v.Why, "not a number"))
		case n < 0 || n != math.Trunc(n) || n > math.MaxInt32:
			s.puzzle(name, at, rankOption, "not a whole number that a timer can hold")
		case n == 0:
			s.declare(name, int64(Infinite), at, rankOption)
		default:
			s.declare(name, int64(n)*int64(time.Second), at, rankOption)
		}
	}
}

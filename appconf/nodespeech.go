package appconf

import (
	"github.com/tdewolff/parse/v2/js"

	"github.com/tunelint/tunelint/appconf/jsexpr"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// speechOf notes what a server speaks by the function that makes it.
func (s *script) speechOf(function js.IExpr, at source.Span) {
	object, name, isMember := jsexpr.Member(function)
	if v, ok := function.(*js.Var); ok {
		name := string(jsexpr.Root(v).Data)
		s.speech.create("", name, s.bareCall(name))
		return
	}
	if call, ok := object.(*js.CallExpr); ok {
		for _, module := range []string{"http", "https", "http2", "node:http", "node:https", "node:http2"} {
			if isRequired(call, module) {
				s.speech.required(module, name, at)
				return
			}
		}
	}
	if isMember {
		s.speech.create(lastNameJS(object), name, at)
	}
}

// bareCall returns the place of the first call of a plain name: the tree keeps no
// places of names.
func (s *script) bareCall(name string) source.Span {
	for _, m := range calledName().FindAllStringSubmatchIndex(s.File.Text, -1) {
		if s.File.Text[m[2]:m[3]] == name {
			return s.SpanOf(m[2])
		}
	}
	return source.Span{File: s.File}
}

var calledName = syntax.Pattern(`([\w$]+)\s*\(`)

// lastNameJS returns x of "x" and "y.x", "" for other expressions.
func lastNameJS(e js.IExpr) string {
	if v, ok := e.(*js.Var); ok {
		return string(jsexpr.Root(v).Data)
	}
	_, name, _ := jsexpr.Member(e)
	return name
}

// newSpan returns the place of "new http.Server(…)".
func (s *script) newSpan(n *js.NewExpr) source.Span {
	return s.SpanOf(s.MemberStart(n.X))
}

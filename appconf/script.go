package appconf

import (
	"github.com/tdewolff/parse/v2/js"

	"github.com/tunelint/tunelint/appconf/jsexpr"
	"github.com/tunelint/tunelint/source"
)

// A script is one parsed JavaScript file that may set up a server.
type script struct {
	*reading
	*jsexpr.Script

	mentioned map[string]source.Span
	handled   map[string]bool
}

func parseScript(r *reading, f *source.File) (*script, error) {
	parsed, err := jsexpr.Parse(f, r.getenv)
	if err != nil {
		return nil, err
	}
	return &script{reading: r, Script: parsed, mentioned: map[string]source.Span{}, handled: map[string]bool{}}, nil
}

// collect walks the tree once. The options of clients have the names of a server's.
func (s *script) collect() {
	s.Script.Collect(func(n *js.NewExpr) bool { return newKind(n) == notServer }, s.mention)
}

// mention notes where the name of a setting first occurs.
func (s *script) mention(n js.LiteralExpr) {
	name := string(n.Data)
	if n.TokenType == js.StringToken && len(name) >= 2 {
		name = name[1 : len(name)-1]
	}
	p, ok := serverProperties[name]
	if !ok || p.common {
		return
	}
	if at, inFile := s.Offset(n.Data); inFile && !s.mentioned[name].IsValid() {
		s.mentioned[name] = source.Span{File: s.File, Start: at, End: at + len(n.Data)}
	}
}

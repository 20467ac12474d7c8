package appconf

import (
	"go/ast"
	"slices"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// A goSpeech is what Go files say of the protocols of their servers.
type goSpeech struct {
	*reading
	// plain, tls, grpc and h2c are the first calls that start a server without TLS,
	// one with TLS, one of gRPC, and that make a handler of HTTP/2 without TLS.
	plain, tls, grpc, h2c source.Span
	// chosen are the calls of http.Protocols and what they choose; "" when it is not
	// written there.
	chosen []goChoice
	// custom is a place that hands over connections of another making.
	custom source.Span
	// conditional is a place that decides a protocol and need not run.
	conditional source.Span
}

// A goChoice is one call such as p.SetUnencryptedHTTP2(true).
type goChoice struct {
	receiver, method, value string
	at                      source.Span
}

// finishGoProtocol decides what the servers of Go files speak. HTTP/2 without TLS
// takes SetUnencryptedHTTP2 or a handler of golang.org/x/net/http2/h2c.
func (r *reading) finishGoProtocol(servers int) {
	s := &goSpeech{reading: r}
	for _, g := range r.goSources {
		s.read(g)
	}
	special := s.tls.IsValid() || s.grpc.IsValid() || s.h2c.IsValid() || s.custom.IsValid() || len(s.chosen) > 0
	switch {
	case s.conditional.IsValid():
		r.puzzle("speaks", s.conditional, rankFile, "it is set under a condition")
	case s.custom.IsValid():
		r.puzzle("speaks", s.custom, rankFile, "the program makes its connections itself")
	case special && servers > 1, s.tls.IsValid() && s.plain.IsValid(), s.grpc.IsValid() && (servers > 0 || s.h2c.IsValid()):
		r.puzzle("speaks", firstSpan(s.grpc, s.tls, s.h2c, s.plain), rankFile, "the program has several servers, and which one nginx speaks to is not known")
	case s.tls.IsValid():
		r.speaks(TLS, s.tls, rankFile)
	case s.grpc.IsValid():
		r.speaks(HTTP2, s.grpc, rankFile)
	case len(s.chosen) > 0:
		s.choose()
	case s.h2c.IsValid():
		r.speaks(HTTP1|HTTP2, s.h2c, rankFile)
	case s.plain.IsValid():
		r.speaks(HTTP1, s.plain, rankFile)
	}
}

func firstSpan(spans ...source.Span) source.Span {
	for _, s := range spans {
		if s.IsValid() {
			return s
		}
	}
	return source.Span{}
}

// choose applies the calls of one http.Protocols, a value of which nothing is
// chosen at first.
func (s *goSpeech) choose() {
	var p Protocol
	for _, c := range s.chosen {
		switch {
		case c.value == "" || c.receiver == "" || c.receiver != s.chosen[0].receiver:
			s.puzzle("speaks", c.at, rankFile, "which protocols are chosen is not known")
			return
		case c.method == "SetHTTP1" && c.value == "true":
			p |= HTTP1
		case c.method == "SetUnencryptedHTTP2" && c.value == "true":
			p |= HTTP2
		}
	}
	if p == 0 {
		s.puzzle("speaks", s.chosen[0].at, rankFile, "no protocol without TLS is chosen here")
		return
	}
	s.speaks(p, s.chosen[0].at, rankFile)
}

// read notes the calls of one file.
func (s *goSpeech) read(g *goSource) {
	names, optional := g.importNames(), optionalParts(g.syntax)
	if i := slices.IndexFunc(g.syntax.Imports, func(spec *ast.ImportSpec) bool {
		path, _ := strconv.Unquote(spec.Path.Value)
		return path == "github.com/soheilhy/cmux" || path == "github.com/quic-go/quic-go/http3"
	}); i >= 0 {
		s.custom = g.span(g.syntax.Imports[i])
	}
	ast.Inspect(g.syntax, func(n ast.Node) bool {
		before := [...]source.Span{s.h2c, s.grpc}
		chosen := len(s.chosen)
		if call, ok := n.(*ast.CallExpr); ok {
			s.call(g, call, names)
		}
		if kv, ok := n.(*ast.KeyValueExpr); ok && lastName(kv.Key) == "UseH2C" {
			s.h2c = g.span(kv)
		}
		if set, ok := n.(*ast.AssignStmt); ok && len(set.Lhs) == 1 && lastName(set.Lhs[0]) == "UseH2C" {
			s.h2c = g.span(set)
		}
		decides := before != [...]source.Span{s.h2c, s.grpc} || chosen != len(s.chosen)
		if decides && slices.ContainsFunc(optional, func(part ast.Node) bool { return part.Pos() <= n.Pos() && n.End() <= part.End() }) {
			s.conditional = g.span(n)
		}
		return true
	})
}

// optionalParts returns the parts of a file that need not run: what an if, a loop
// or a case holds.
func optionalParts(file *ast.File) []ast.Node {
	var out []ast.Node
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IfStmt:
			out = append(out, n.Body)
			if n.Else != nil {
				out = append(out, n.Else)
			}
		case *ast.ForStmt, *ast.RangeStmt, *ast.CaseClause, *ast.CommClause:
			out = append(out, n)
		}
		return true
	})
	return out
}

// importNames returns the paths of the packages by the names they have here.
func (g *goSource) importNames() map[string]string {
	out := map[string]string{}
	for _, spec := range g.syntax.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := path[strings.LastIndexByte(path, '/')+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		out[name] = path
	}
	return out
}

// call notes one call that tells a protocol.
func (s *goSpeech) call(g *goSource, call *ast.CallExpr, names map[string]string) {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	name := f.Sel.Name
	path := ""
	if x, isName := f.X.(*ast.Ident); isName {
		path = names[x.Name]
	}
	at := g.span(call)
	switch {
	case path == "golang.org/x/net/http2/h2c" && name == "NewHandler":
		s.h2c = firstSpan(s.h2c, at)
	case path == "google.golang.org/grpc" && name == "NewServer":
		s.grpc = firstSpan(s.grpc, at)
	case path == "google.golang.org/grpc" && name == "Creds", path == "crypto/tls" && name == "Listen", name == "NewListener":
		s.custom = firstSpan(s.custom, at)
	case path == "golang.org/x/net/http2" && name == "ConfigureServer":
	case name == "SetHTTP1" || name == "SetHTTP2" || name == "SetUnencryptedHTTP2":
		s.chosen = append(s.chosen, goChoice{lastName(f.X), name, goBool(call), at})
	case name == "ListenAndServeTLS" || name == "ServeTLS" || (s.family() == "gin" && (name == "RunTLS" || name == "RunQUIC")):
		s.tls = firstSpan(s.tls, at)
	case name == "ListenAndServe", name == "Serve" && path != "golang.org/x/net/http2", s.family() == "gin" && (name == "Run" || name == "RunUnix"):
		s.plain = firstSpan(s.plain, at)
	}
}

// goBool returns the only argument of a call when it is true or false.
func goBool(call *ast.CallExpr) string {
	if len(call.Args) == 1 {
		if v, ok := call.Args[0].(*ast.Ident); ok && (v.Name == "true" || v.Name == "false") {
			return v.Name
		}
	}
	return ""
}

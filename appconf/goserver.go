package appconf

import (
	"go/ast"
	"go/constant"
	gotoken "go/token"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// A goReader reads the servers of one Go file.
type goReader struct {
	*reading
	*goSource
	scope *goScope
	// servers are the names that stand for an http.Server in any of the files.
	servers map[string]bool
	// contexts are the calls that make a context, by its name.
	contexts map[string][]*ast.CallExpr
}

// A goField is the value of a field of http.Server.
type goField struct {
	at     source.Span
	number int64
	why    string
	set    bool
}

// finishGo reads the http.Server literals of all files.
func (r *reading) finishGo() {
	scope := newGoScope(r.goSources)
	var all []endpoint
	serves := len(r.goSources) == 0
	servers := map[string]bool{}
	var readers []*goReader
	for _, g := range r.goSources {
		reader := &goReader{r, g, scope, servers, map[string][]*ast.CallExpr{}}
		readers = append(readers, reader)
		ast.Inspect(g.syntax, func(n ast.Node) bool {
			if lit, ok := n.(*ast.CompositeLit); ok && isQualified(lit.Type, g.http, "Server") {
				all = append(all, reader.server(lit))
			}
			if call, ok := n.(*ast.CallExpr); ok {
				serves = serves || isMethod(call, "ListenAndServe", "Serve")
				all = append(all, reader.plainServer(call)...)
			}
			return true
		})
		reader.namesServers()
		r.goHandlers(g)
	}
	for _, reader := range readers {
		reader.later()
	}
	if !serves && len(all) == 0 {
		r.giveUp(source.Span{File: r.goSources[0].file}, "no server is started here")
	}
	r.finishGoProtocol(len(all))
	r.endpoints(all)
}

// isMethod reports whether a call is x.NAME(…), where the name starts with one of
// the prefixes.
func isMethod(call *ast.CallExpr, prefixes ...string) bool {
	s, ok := call.Fun.(*ast.SelectorExpr)
	return ok && slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s.Sel.Name, p) })
}

// plainServer returns the server of a call such as http.ListenAndServe or gin's
// Run: one that sets nothing.
func (g *goReader) plainServer(call *ast.CallExpr) []endpoint {
	s, ok := call.Fun.(*ast.SelectorExpr)
	plain := ok && isMethod(call, "ListenAndServe", "Serve") && isQualified(call.Fun, g.http, s.Sel.Name) && !isMethod(call, "ServeContent", "ServeFile")
	if !plain && !(g.family() == "gin" && isMethod(call, "Run")) {
		return nil
	}
	out := endpoint{at: g.span(call)}
	if len(call.Args) > 0 {
		out.listen = goAddress(g.scope, call.Args[0])
	}
	return []endpoint{out}
}

// server reads one literal (net/http, Server: an idle connection ends after
// IdleTimeout, else ReadTimeout; a header may take ReadHeaderTimeout, else
// ReadTimeout).
func (g *goReader) server(lit *ast.CompositeLit) endpoint {
	out := endpoint{at: g.span(lit)}
	fields := map[string]goField{}
	for _, element := range lit.Elts {
		kv, ok := element.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		name, _ := kv.Key.(*ast.Ident)
		switch {
		case name == nil:
		case name.Name == "Addr":
			out.listen = goAddress(g.scope, kv.Value)
		default:
			n, why := g.scope.number(g.goSource, kv.Value)
			fields[name.Name] = goField{g.span(kv), n, why, true}
		}
	}
	out.add("keepalive_timeout", firstGoField(fields["IdleTimeout"], fields["ReadTimeout"]))
	out.add("header_timeout", firstGoField(fields["ReadHeaderTimeout"], fields["ReadTimeout"]))
	out.add("request_read_timeout", firstGoField(fields["ReadTimeout"]))
	out.add("write_timeout", firstGoField(fields["WriteTimeout"]))
	out.add("max_header_size", firstGoField(fields["MaxHeaderBytes"]))
	return out
}

// firstGoField returns the first field that is not 0: 0 leaves it to the next one.
func firstGoField(fields ...goField) goField {
	for _, f := range fields {
		if f.set && (f.why != "" || f.number != 0) {
			return f
		}
	}
	return goField{}
}

// add declares a field; a negative time is no limit.
func (e *endpoint) add(name string, f goField) {
	switch {
	case !f.set:
		return
	case f.number < 0 && name == "max_header_size":
		f.why = "less than 0"
	case f.number < 0:
		f.number = int64(Infinite)
	}
	e.declared = append(e.declared, declaration{name: name, number: max(f.number, 0), at: f.at, rank: rankFile, why: f.why})
}

func goAddress(s *goScope, e ast.Expr) string {
	if name, ok := e.(*ast.Ident); ok {
		if v, known := s.value(name.Name); known {
			e = v.expr
		}
	}
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != gotoken.STRING {
		return ""
	}
	return constant.StringVal(constant.MakeFromLiteral(lit.Value, lit.Kind, 0))
}

// namesServers collects the names of variables, parameters and fields that are
// servers, and what makes contexts.
func (g *goReader) namesServers() {
	ast.Inspect(g.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if len(n.Lhs) == 2 && len(n.Rhs) == 1 {
				call, _ := n.Rhs[0].(*ast.CallExpr)
				name := lastName(n.Lhs[0])
				g.contexts[name] = append(g.contexts[name], call)
			}
			for i, left := range n.Lhs {
				g.nameServer(left, valueOf(n.Rhs, i, len(n.Lhs)))
			}
		case *ast.ValueSpec:
			for i, name := range n.Names {
				g.nameServer(name, valueOf(n.Values, i, len(n.Names)))
				g.nameServer(name, n.Type)
			}
		case *ast.Field:
			for _, name := range n.Names {
				g.nameServer(name, n.Type)
			}
		}
		return true
	})
}

func (g *goReader) nameServer(left, is ast.Expr) {
	for {
		switch e := is.(type) {
		case *ast.UnaryExpr:
			is = e.X
			continue
		case *ast.StarExpr:
			is = e.X
			continue
		case *ast.CompositeLit:
			is = e.Type
			continue
		case *ast.CallExpr:
			if name, ok := e.Fun.(*ast.Ident); ok && name.Name == "new" && len(e.Args) == 1 {
				is = e.Args[0]
				continue
			}
		}
		break
	}
	if name := lastName(left); name != "" && isQualified(is, g.http, "Server") {
		g.servers[name] = true
	}
}

// isServer reports whether an expression is a server, by what it was made of or
// by its name.
func (g *goReader) isServer(e ast.Expr) bool {
	name := lastName(e)
	return g.servers[name] || serverName().MatchString(name)
}

// lastName returns x of "x" and "y.x", "" for other expressions.
func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// goSettings are the settings that a field of http.Server decides.
var goSettings = map[string][]string{
	"IdleTimeout":       {"keepalive_timeout"},
	"ReadTimeout":       {"keepalive_timeout", "header_timeout", "request_read_timeout"},
	"ReadHeaderTimeout": {"header_timeout"},
	"WriteTimeout":      {"write_timeout"},
	"MaxHeaderBytes":    {"max_header_size"},
}

// later makes unknown what is set after the server was made: whether the code
// runs, and for which server, is not worked out.
func (g *goReader) later() {
	ast.Inspect(g.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				if s, ok := left.(*ast.SelectorExpr); ok && g.isServer(s.X) {
					g.set(s.Sel.Name, g.span(n))
				}
			}
		case *ast.CallExpr:
			g.call(n)
		}
		return true
	})
}

func (g *goReader) set(field string, at source.Span) {
	for _, name := range goSettings[field] {
		g.puzzle(name, at, rankCommand, "it is set after the server was made")
	}
}

// call reads SetKeepAlivesEnabled and Shutdown.
func (g *goReader) call(n *ast.CallExpr) {
	s, ok := n.Fun.(*ast.SelectorExpr)
	if !ok || len(n.Args) != 1 || !g.isServer(s.X) {
		return
	}
	switch s.Sel.Name {
	case "SetKeepAlivesEnabled":
		g.puzzle("keepalive_timeout", g.span(n), rankCommand, "when the program switches keep-alive on or off is not known")
	case "Shutdown":
		g.shutdown(n.Args[0])
	}
}

// shutdown reads the deadline of the context that Shutdown is given, where it is
// made by context.WithTimeout.
func (g *goReader) shutdown(ctx ast.Expr) {
	name, ok := ctx.(*ast.Ident)
	if !ok {
		return
	}
	made := g.contexts[name.Name]
	for _, call := range made {
		switch {
		case call == nil || len(call.Args) != 2 || !isQualified(call.Fun, g.context, "WithTimeout"):
			// another context of this name
		case len(made) > 1:
			g.puzzle("shutdown_timeout", g.span(call), rankFile, "several contexts have this name")
		default:
			n, why := g.scope.number(g.goSource, call.Args[1])
			g.declared = append(g.declared, declaration{name: "shutdown_timeout", number: max(n, 0), at: g.span(call), rank: rankFile, why: why})
		}
	}
}

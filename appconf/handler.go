package appconf

import (
	"go/ast"
	"slices"
	"strings"

	"github.com/tdewolff/parse/v2/js"

	"github.com/tunelint/tunelint/appconf/jsexpr"
	"github.com/tunelint/tunelint/appconf/pyexpr"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// handles notes a handler for a signal. One that need not be installed leaves it
// open whether there is one.
func (r *reading) handles(signal string, at source.Span, certain bool) {
	if !certain {
		return
	}
	if r.handlers == nil {
		r.handlers = map[string]source.Span{}
	}
	if _, known := r.handlers[signal]; !known {
		r.handlers[signal] = at
	}
}

// finishHandlers says that the application handles the signal that it is told to
// stop with, where a program does.
func (r *reading) finishHandlers() {
	signal := firstText(r.stop.Signal.Value, defaultStopSignal)
	if at, ok := r.handlers[signal]; ok {
		r.stop.Handled = source.Known(true, source.Origin{Span: at})
	}
}

// readHandler reads process.on('SIGTERM', handler) and process.once.
func (s *script) readHandler(n *js.CallExpr, in *jsexpr.Branch) {
	if len(n.Args.List) < 2 {
		return
	}
	if lit, ok := jsexpr.Literal(n.Args.List[0].Value); ok && strings.HasPrefix(jsexpr.LiteralValue(lit).Text, "SIG") {
		s.handles(jsexpr.LiteralValue(lit).Text, s.CallSpan(n), in == nil)
	}
}

// goHandlers notes the signals that signal.Notify and signal.NotifyContext are
// given; without any they take all.
func (r *reading) goHandlers(g *goSource) {
	name := g.imported("os/signal", "signal")
	optional := optionalParts(g.syntax)
	ast.Inspect(g.syntax, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || (!isQualified(call.Fun, name, "Notify") && !isQualified(call.Fun, name, "NotifyContext")) || len(call.Args) == 0 {
			return true
		}
		certain := !slices.ContainsFunc(optional, func(part ast.Node) bool { return part.Pos() <= n.Pos() && n.End() <= part.End() })
		for _, a := range call.Args[1:] {
			r.handles(goSignals[lastName(a)], g.span(call), certain)
		}
		if len(call.Args) == 1 {
			r.handles("SIGTERM", g.span(call), certain)
			r.handles("SIGINT", g.span(call), certain)
		}
		return true
	})
}

// goSignals are the names of signals in os, syscall and golang.org/x/sys/unix.
var goSignals = map[string]string{"SIGTERM": "SIGTERM", "SIGINT": "SIGINT", "SIGQUIT": "SIGQUIT", "SIGHUP": "SIGHUP", "Interrupt": "SIGINT"}

var pythonSignal = syntax.Pattern(`\bsignal\s*\.\s*signal\s*\(\s*(?:signal\s*\.\s*)?(SIG[A-Z]+)\s*,`)

// pythonHandlers notes signal.signal(signal.SIGTERM, handler).
func (r *reading) pythonHandlers(m *pyexpr.Module) {
	code := pyexpr.PlainCode(m.File.Text)
	statements := m.Statements()
	for _, at := range pythonSignal().FindAllStringSubmatchIndex(code, maxEndpoints) {
		i := slices.IndexFunc(statements, func(st pyexpr.Statement) bool { return st.At.End > at[0] })
		handler := strings.TrimSpace(code[at[1]:])
		ignores := strings.HasPrefix(handler, "signal.SIG_") || strings.HasPrefix(handler, "SIG_")
		certain := i >= 0 && !pyexpr.IsConditional(statements, i) && !ignores
		r.handles(code[at[2]:at[3]], source.Span{File: m.File, Start: at[0], End: at[1] - 1}, certain)
	}
}

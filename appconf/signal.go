package appconf

import (
	"strings"

	"github.com/tdewolff/parse/v2/js"

	"github.com/tunelint/tunelint/appconf/jsexpr"
	"github.com/tunelint/tunelint/source"
)

// readSignal reads process.on('SIGTERM', handler): a timer in the handler that
// ends the process is how long the application takes to stop at most.
func (s *script) readSignal(n *js.CallExpr) {
	args := n.Args.List
	if len(args) < 2 {
		return
	}
	if lit, ok := jsexpr.Literal(args[0].Value); !ok || jsexpr.LiteralValue(lit).Text != "SIGTERM" {
		return
	}
	var body js.INode = args[1].Value
	if v, ok := args[1].Value.(*js.Var); ok {
		body = s.Bodies[jsexpr.Root(v)]
	}
	if body == nil {
		return
	}
	js.Walk(deadlineFinder{s}, body)
}

// A deadlineFinder declares the timers of a handler that end the process.
type deadlineFinder struct{ *script }

// Exit implements [js.IVisitor].
func (d deadlineFinder) Exit(js.INode) {}

// Enter implements [js.IVisitor].
func (d deadlineFinder) Enter(n js.INode) js.IVisitor {
	call, ok := n.(*js.CallExpr)
	if !ok || !jsexpr.IsNamed(call.X, "setTimeout") || len(call.Args.List) < 2 {
		return d
	}
	exit := &exitFinder{script: d.script}
	js.Walk(exit, call.Args.List[0].Value)
	if exit.at == 0 {
		return d
	}
	at := source.Span{File: d.File, Start: exit.at, End: exit.at}
	if start := strings.LastIndex(d.File.Text[:exit.at], "setTimeout"); start >= 0 {
		at = d.SpanOf(start)
	}
	d.number(property{name: "shutdown_timeout", millis: true}, d.Eval(call.Args.List[1].Value, 0), at, rankAssigned)
	return nil
}

// An exitFinder finds where process.exit is named; at is 0 when it is not.
type exitFinder struct {
	*script
	at int
}

// Exit implements [js.IVisitor].
func (e *exitFinder) Exit(js.INode) {}

// Enter implements [js.IVisitor].
func (e *exitFinder) Enter(n js.INode) js.IVisitor {
	if dot, ok := n.(*js.DotExpr); ok && jsexpr.IsNamed(dot.X, "process") {
		if lit, ok := jsexpr.Literal(dot.Y); ok && string(lit.Data) == "exit" {
			e.at, _ = e.Offset(lit.Data)
		}
	}
	return e
}

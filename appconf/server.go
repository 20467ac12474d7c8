package appconf

import (
	"maps"
	"slices"

	"github.com/tdewolff/parse/v2/js"

	"github.com/tunelint/tunelint/appconf/jsexpr"
	"github.com/tunelint/tunelint/source"
)

// read finds what the places of a script set.
func (s *script) read() {
	for _, p := range s.Places {
		switch n := p.Node.(type) {
		case *js.BinaryExpr:
			s.readAssignment(n, p.In)
		case *js.CallExpr:
			s.readCall(n, p.In)
		case *js.NewExpr:
			if s.serverKind(n) == isServer {
				s.servers++
				s.speechOf(n.X, s.newSpan(n))
				s.readCreate(n.Args, createOptions)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.mentioned)) {
		if !s.handled[name] {
			s.puzzle(serverProperties[name].name, s.mentioned[name], rankOption, name+" is used in a way that is not understood")
		}
	}
	s.mentions(s.File.Text)
}

// readAssignment reads "server.property = value".
func (s *script) readAssignment(n *js.BinaryExpr, in *jsexpr.Branch) {
	object, name, ok := jsexpr.Member(n.X)
	p, known := serverProperties[name]
	if !ok || !known {
		return
	}
	s.handled[name] = true
	kind := s.serverKind(object)
	if kind == notServer || (p.common && kind != isServer) {
		return
	}
	at := s.AssignmentSpan(n.X)
	switch {
	case kind != isServer:
		s.puzzle(p.name, at, rankAssigned, "it cannot be told whether this is the HTTP server")
	case n.Op != js.EqToken:
		s.puzzle(p.name, at, rankAssigned, "computed value")
	case s.conditional(object, in):
		s.puzzle(p.name, at, rankAssigned, "it is set under a condition")
	default:
		s.number(p, s.Eval(n.Y, 0), at, rankAssigned)
	}
}

// conditional reports whether something done to a server need not be done even
// where the server exists.
func (s *script) conditional(object js.IExpr, in *jsexpr.Branch) bool {
	v, ok := object.(*js.Var)
	if !ok {
		return in != nil && !s.isCreation(object)
	}
	return s.Branch[jsexpr.Root(v)] != in
}

type serverness int

const (
	maybeServer serverness = iota
	isServer
	notServer
)

// serverKind says whether an expression is an HTTP server.
func (s *script) serverKind(e js.IExpr) serverness { return s.kindOf(e, 0) }

func (s *script) kindOf(e js.IExpr, depth int) serverness {
	if depth > jsexpr.MaxDepth {
		return maybeServer
	}
	switch n := e.(type) {
	case *js.GroupExpr:
		return s.kindOf(n.X, depth+1)
	case *js.UnaryExpr:
		return s.kindOf(n.X, depth+1)
	case *js.CallExpr:
		return callKind(n)
	case *js.NewExpr:
		return newKind(n)
	case *js.ObjectExpr, *js.ArrayExpr, *js.LiteralExpr:
		return notServer
	case *js.DotExpr, *js.IndexExpr:
		if _, name, ok := jsexpr.Member(e); ok && serverName().MatchString(name) {
			return isServer
		}
	case *js.Var:
		return s.variableKind(jsexpr.Root(n), depth)
	}
	return maybeServer
}

func (s *script) variableKind(v *js.Var, depth int) serverness {
	value, writes := s.Initial[v], s.Writes[v]
	if value == nil && writes == 1 {
		value, writes = s.Written[v], 0
	}
	if value != nil && writes == 0 {
		if kind := s.kindOf(value, depth+1); kind != maybeServer {
			return kind
		}
	}
	if serverName().Match(v.Data) {
		return isServer
	}
	return maybeServer
}

// callKind says whether a call returns an HTTP server.
func callKind(n *js.CallExpr) serverness {
	object, name, ok := jsexpr.Member(n.X)
	if v, isVar := n.X.(*js.Var); isVar {
		name, ok = string(jsexpr.Root(v).Data), true
	}
	switch {
	case !ok:
		return maybeServer
	case jsexpr.IsNamed(object, "net"), jsexpr.IsNamed(object, "tls"), jsexpr.IsNamed(object, "dgram"):
		return notServer
	case name == "createServer", name == "createSecureServer", name == "listen", name == "getHttpServer":
		return isServer
	}
	return maybeServer
}

// newKind says whether a constructor makes an HTTP server: new http.Server().
// The clients of undici have options of the same names.
func newKind(n *js.NewExpr) serverness {
	object, name, ok := jsexpr.Member(n.X)
	if v, isVar := n.X.(*js.Var); isVar {
		name, ok = string(jsexpr.Root(v).Data), true
	}
	switch {
	case ok && name == "Server" && (jsexpr.IsNamed(object, "http") || jsexpr.IsNamed(object, "https")):
		return isServer
	case ok && slices.Contains([]string{"Agent", "Pool", "Client", "BalancedPool", "ProxyAgent", "EnvHttpProxyAgent"}, name):
		return notServer
	}
	return maybeServer
}

// isCreation reports whether an expression makes the server it stands for.
func (s *script) isCreation(e js.IExpr) bool {
	switch n := e.(type) {
	case *js.GroupExpr:
		return s.isCreation(n.X)
	case *js.UnaryExpr:
		return s.isCreation(n.X)
	case *js.CallExpr, *js.NewExpr:
		return true
	}
	return false
}

// readCall reads the calls that set something.
func (s *script) readCall(n *js.CallExpr, in *jsexpr.Branch) {
	object, name, isMember := jsexpr.Member(n.X)
	if v, ok := n.X.(*js.Var); ok {
		name = string(jsexpr.Root(v).Data)
	}
	switch {
	case s.speech.isBodyParser(lastNameJS(object), name):
		s.readBodyParser(n, s.CallSpan(n))
	case name == "createServer" || name == "createSecureServer":
		if callKind(n) == isServer {
			s.servers++
			s.speechOf(n.X, s.CallSpan(n))
			s.readCreate(&n.Args, createOptions)
		}
	case !isMember && (name == "fastify" || name == "Fastify"):
		s.readCreate(&n.Args, fastifyOptions)
	case isMember && name == "listen":
		s.readListen(n, object)
	case isMember && name == "setTimeout" && s.serverKind(object) == isServer:
		s.readSetTimeout(n, object, in)
	case isMember && (name == "on" || name == "once") && jsexpr.IsNamed(object, "process"):
		s.readSignal(n)
		s.readHandler(n, in)
	case isMember && name == "enableShutdownHooks":
		s.handles("SIGTERM", s.CallSpan(n), in == nil)
	case isMember && name == "fork" && (jsexpr.IsNamed(object, "cluster")):
		s.puzzle("workers", s.CallSpan(n), rankAssigned, "how many workers the program forks is not evaluated")
	case isRequired(n.X, "fastify"):
		s.readCreate(&n.Args, fastifyOptions)
	}
}

// isRequired reports whether an expression is require('name').
func isRequired(e js.IExpr, name string) bool {
	n, ok := e.(*js.CallExpr)
	if !ok || !jsexpr.IsNamed(n.X, "require") || len(n.Args.List) != 1 {
		return false
	}
	v, ok := jsexpr.Literal(n.Args.List[0].Value)
	return ok && jsexpr.LiteralValue(v).Text == name
}

// object returns the object literal an expression is, directly or by the name of
// a constant; nil for others.
func (s *script) object(e js.IExpr) *js.ObjectExpr {
	if v, ok := e.(*js.Var); ok && s.Writes[jsexpr.Root(v)] == 0 {
		e = s.Initial[jsexpr.Root(v)]
	}
	o, _ := e.(*js.ObjectExpr)
	return o
}

// readCreate reads the options a server is made with.
func (s *script) readCreate(args *js.Args, options map[string]property) {
	if args == nil || len(args.List) == 0 {
		return
	}
	first := args.List[0].Value
	object := s.object(first)
	if object == nil {
		if _, isName := first.(*js.Var); isName && len(args.List) > 1 {
			s.unknownOptions(options)
		}
		return
	}
	for i := range object.List {
		s.readOption(&object.List[i], options)
	}
}

// unknownOptions makes every option unknown: they are decided elsewhere.
func (s *script) unknownOptions(options map[string]property) {
	for _, name := range slices.Sorted(maps.Keys(options)) {
		s.puzzle(options[name].name, source.Span{File: s.File}, rankOption, "the options of the server are not written here")
		s.handled[name] = true
	}
}

func (s *script) readOption(o *js.Property, options map[string]property) {
	if o.Name == nil || o.Name.IsComputed() {
		s.unknownOptions(options)
		return
	}
	name := string(o.Name.Literal.Data)
	if o.Name.Literal.TokenType == js.StringToken && len(name) >= 2 {
		name = name[1 : len(name)-1]
	}
	p, ok := options[name]
	if !ok {
		return
	}
	s.handled[name] = true
	s.number(p, s.Eval(o.Value, 0), s.OptionSpan(o), rankOption)
}

// readSetTimeout reads server.setTimeout(ms). With a callback node leaves the
// connection alone, so nothing is limited.
func (s *script) readSetTimeout(n *js.CallExpr, object js.IExpr, in *jsexpr.Branch) {
	at := s.CallSpan(n)
	p := serverProperties["timeout"]
	switch args := n.Args.List; {
	case len(args) == 0:
	case len(args) > 1:
		s.puzzle(p.name, at, rankAssigned, "the callback decides")
	case s.conditional(object, in):
		s.puzzle(p.name, at, rankAssigned, "it is set under a condition")
	default:
		s.number(p, s.Eval(args[0].Value, 0), at, rankAssigned)
	}
}

// readListen reads listen(port, host, backlog) and listen({port, host, backlog}).
// Node takes the first number after the port for the backlog
// (lib/net.js, Server.prototype.listen).
func (s *script) readListen(n *js.CallExpr, object js.IExpr) {
	args := n.Args.List
	if len(args) == 0 || isFunction(args[0].Value) {
		return
	}
	if s.serverKind(object) != isServer {
		s.servers++
		s.speech.listen(lastNameJS(object), s.CallSpan(n))
	}
	if o := s.object(args[0].Value); o != nil {
		s.readListenOptions(o)
		return
	}
	var host jsexpr.Value
	for i := 1; i < len(args) && i < 3; i++ {
		v := s.Eval(args[i].Value, 0)
		if i == 1 {
			host = v
		}
		number := v.ToNumber()
		switch {
		case isFunction(args[i].Value):
		case v.Kind != jsexpr.Unknown && number > 0:
			s.number(property{name: "listen_backlog"}, jsexpr.NumberValue(number), s.ArgumentSpan(n, i), rankAssigned)
		case v.Kind == jsexpr.Unknown && i == 2:
			s.puzzle("listen_backlog", s.ArgumentSpan(n, i), rankAssigned, v.Why)
		}
	}
	if text, ok := address(host, s.Eval(args[0].Value, 0)); ok {
		s.listens(text)
	}
}

func (s *script) readListenOptions(o *js.ObjectExpr) {
	var host, port jsexpr.Value
	for i := range o.List {
		p := &o.List[i]
		if p.Name == nil || p.Name.IsComputed() {
			s.puzzle("listen_backlog", source.Span{File: s.File}, rankAssigned, "the options of listen are not written here")
			continue
		}
		switch v := s.Eval(p.Value, 0); string(p.Name.Literal.Data) {
		case "host":
			host = v
		case "port", "path":
			port = v
		case "backlog":
			s.number(property{name: "listen_backlog"}, v, s.OptionSpan(p), rankAssigned)
		}
	}
	if text, ok := address(host, port); ok {
		s.listens(text)
	}
}

func isFunction(e js.IExpr) bool {
	switch e.(type) {
	case *js.ArrowFunc, *js.FuncDecl:
		return true
	}
	return false
}

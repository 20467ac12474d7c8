package appconf

import (
	"slices"
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"

	"github.com/tunelint/tunelint/appconf/jsexpr"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// A scanner reads a script that the parser does not understand, TypeScript as a
// rule, token by token. It takes less for certain than the syntax tree does: an
// assignment counts only as a statement of its own whose receiver is named like
// a server, and constants only where their name is written in capitals.
type scanner struct {
	*reading
	file      *source.File
	tokens    []token
	constants map[string]int // offset of the value
}

type token struct {
	kind       js.TokenType
	text       string
	start, end int
	newline    bool // the first on its line
	open       int  // index of the innermost bracket open before it; -1 for none
}

// scanScript reads a script by its tokens.
func scanScript(r *reading, f *source.File) {
	s := &scanner{reading: r, file: f, constants: map[string]int{}}
	if !s.scan() {
		r.giveUp(source.Span{File: f}, "cannot be read as JavaScript or TypeScript")
		return
	}
	s.findConstants()
	for i := range s.tokens {
		if t := s.tokens[i]; t.kind == js.StringToken || js.IsIdentifierName(t.kind) {
			s.readName(i)
			s.servers += s.readListen(i)
		}
	}
	r.mentions(f.Text)
}

// scan cuts the file into tokens and reports whether that was possible. A slash
// starts a regular expression where no operand ends.
func (s *scanner) scan() (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	lexer := js.NewLexer(parse.NewInputString(s.file.Text))
	pos, newline, operand, open := 0, true, false, []int{-1}
	for {
		kind, data := lexer.Next()
		if (kind == js.DivToken || kind == js.DivEqToken) && !operand {
			kind, data = lexer.RegExp()
		}
		if kind == js.ErrorToken {
			return pos == len(s.file.Text)
		}
		start := pos
		pos += len(data)
		switch kind {
		case js.WhitespaceToken, js.CommentToken:
			continue
		case js.LineTerminatorToken, js.CommentLineTerminatorToken:
			newline = true
			continue
		}
		s.tokens = append(s.tokens, token{kind, string(data), start, pos, newline, open[len(open)-1]})
		switch depth := jsexpr.Nesting(kind); {
		case depth > 0:
			open = append(open, len(s.tokens)-1)
		case depth < 0 && len(open) > 1:
			open = open[:len(open)-1]
		}
		newline = false
		operand = js.IsNumeric(kind) || js.IsIdentifier(kind) || jsexpr.Nesting(kind) < 0 ||
			slices.Contains([]js.TokenType{js.StringToken, js.TemplateToken, js.TemplateEndToken, js.ThisToken, js.RegExpToken}, kind)
	}
}

// at returns a token; a zero one outside the file.
func (s *scanner) at(i int) token {
	if i < 0 || i >= len(s.tokens) {
		return token{open: -1}
	}
	return s.tokens[i]
}

var constantName = syntax.Pattern(`^[A-Z][A-Z0-9_]*$`)

// findConstants notes "const NAME = value" and "const NAME: type = value".
func (s *scanner) findConstants() {
	for i, t := range s.tokens {
		if t.kind != js.ConstToken || !constantName().MatchString(s.at(i+1).text) {
			continue
		}
		name, value := s.at(i+1).text, i+2
		if s.at(value).kind == js.ColonToken {
			value += 2
		}
		if _, again := s.constants[name]; again {
			s.constants[name] = -1
		} else if s.at(value).kind == js.EqToken {
			s.constants[name] = s.at(value + 1).start
		}
	}
}

// evaluate evaluates the expression at an offset.
func (s *scanner) evaluate(start, depth int) jsexpr.Value {
	if start < 0 || depth > jsexpr.MaxDepth {
		return jsexpr.UnknownValue("computed value")
	}
	text := s.file.Text[start:jsexpr.ExpressionEnd(s.file.Text, start)]
	part, err := jsexpr.Parse(source.NewFile("", "("+text+"\n)"), s.getenv)
	if err != nil || len(part.Tree.BlockStmt.List) != 1 {
		return jsexpr.UnknownValue("computed value")
	}
	part.Lookup = func(name string, depth int) jsexpr.Value {
		if at, ok := s.constants[name]; ok {
			return s.evaluate(at, depth+1)
		}
		return jsexpr.UnknownValue(name + " is not a constant of this file")
	}
	st, ok := part.Tree.BlockStmt.List[0].(*js.ExprStmt)
	if !ok {
		return jsexpr.UnknownValue("computed value")
	}
	return part.Eval(st.Value, depth)
}

// readName reads a token that is the name of a setting.
func (s *scanner) readName(i int) {
	name := strings.Trim(s.tokens[i].text, `'"`)
	s.readHandler(i)
	s.readBodyLimit(i)
	p, ok := serverProperties[name]
	if option, has := s.options(i)[name]; has && !ok {
		at := source.Span{File: s.file, Start: s.tokens[i].start, End: jsexpr.ExpressionEnd(s.file.Text, s.tokens[i].start)}
		s.number(option, s.evaluate(s.at(i+2).start, 0), at, rankOption)
	}
	if !ok {
		return
	}
	switch before, after := s.at(i-1).kind, s.at(i+1).kind; {
	case (before == js.DotToken || before == js.OptChainToken) && after == js.EqToken:
		s.readAssignment(i, p)
	case p.common || s.inClient(i):
	case after == js.ColonToken && s.inCreate(i):
		at := source.Span{File: s.file, Start: s.tokens[i].start, End: jsexpr.ExpressionEnd(s.file.Text, s.tokens[i].start)}
		s.number(p, s.evaluate(s.at(i+2).start, 0), at, rankOption)
	case before == js.DotToken || before == js.OptChainToken:
		if assigns(after) {
			s.readAssignment(i, p)
		}
	default:
		s.puzzle(p.name, s.span(i), rankOption, name+" is used in a way that is not understood")
	}
}

// assigns reports whether an operator changes what is on its left.
func assigns(tt js.TokenType) bool {
	return slices.Contains([]js.TokenType{js.AddEqToken, js.SubEqToken, js.MulEqToken, js.OrEqToken, js.NullishEqToken, js.IncrToken, js.DecrToken}, tt)
}

func (s *scanner) span(i int) source.Span {
	return source.Span{File: s.file, Start: s.tokens[i].start, End: s.tokens[i].end}
}

// readAssignment reads "receiver.property = value" at the property.
func (s *scanner) readAssignment(i int, p property) {
	receiver, first := s.at(i-2), i-2
	for s.at(first-1).kind == js.DotToken && js.IsIdentifierName(s.at(first-2).kind) {
		first -= 2
	}
	isServer := serverName().MatchString(receiver.text)
	at := s.span(i)
	if first >= 0 {
		at.Start = s.at(first).start
	}
	at.End = jsexpr.ExpressionEnd(s.file.Text, at.Start)
	switch {
	case !isServer && p.common:
	case !isServer:
		s.puzzle(p.name, at, rankAssigned, "it cannot be told whether this is the HTTP server")
	case s.at(i+1).kind != js.EqToken || !s.alwaysRuns(first):
		s.puzzle(p.name, at, rankAssigned, "it is set under a condition")
	default:
		s.number(p, s.evaluate(s.at(i+2).start, 0), at, rankAssigned)
	}
}

// alwaysRuns reports whether the statement that starts at a token is one of a
// block that runs as a whole: of the file or of a function.
func (s *scanner) alwaysRuns(i int) bool {
	if !s.startsStatement(i) {
		return false
	}
	levels := 0
	for open := s.at(i).open; open >= 0; open = s.at(open).open {
		levels++
		if levels > jsexpr.MaxDepth || (s.at(open).kind == js.OpenBraceToken && s.headed(open-1)) {
			return false
		}
	}
	return true
}

// startsStatement reports whether a token is the first of a statement that does
// not hang on another one.
func (s *scanner) startsStatement(i int) bool {
	switch before := s.at(i - 1).kind; before {
	case js.ErrorToken, js.SemicolonToken, js.OpenBraceToken, js.CloseBraceToken:
		return true
	case js.CloseParenToken, js.CloseBracketToken, js.StringToken, js.TemplateToken, js.TemplateEndToken:
		return s.at(i).newline && !s.headed(i-1)
	default:
		return s.at(i).newline && !s.headed(i-1) && (js.IsIdentifierName(before) || js.IsNumeric(before))
	}
}

// headed reports whether a token ends the head of a statement that need not run.
func (s *scanner) headed(i int) bool {
	if slices.Contains([]js.TokenType{js.ElseToken, js.DoToken, js.CatchToken}, s.at(i).kind) {
		return true
	}
	if s.at(i).kind != js.CloseParenToken {
		return s.at(i).kind == js.ColonToken
	}
	open := s.at(i).open
	return slices.Contains([]js.TokenType{js.IfToken, js.ForToken, js.WhileToken, js.SwitchToken, js.CatchToken, js.AwaitToken}, s.at(open-1).kind)
}

// inCreate reports whether a name is an option of createServer or Fastify.
func (s *scanner) inCreate(i int) bool {
	open := s.at(i).open
	return s.at(open).kind == js.OpenBraceToken && s.at(open-1).kind == js.OpenParenToken &&
		slices.Contains([]string{"createServer", "fastify", "Fastify"}, s.at(open-2).text)
}

// inClient reports whether a name is an option of an HTTP client.
func (s *scanner) inClient(i int) bool {
	open := s.at(i).open
	return s.at(open-1).kind == js.OpenParenToken && s.at(open-3).kind == js.NewToken &&
		slices.Contains([]string{"Agent", "Pool", "Client", "ProxyAgent"}, s.at(open-2).text)
}

// readListen reads "receiver.listen(…)" and returns how many servers it adds:
// one for each that was not made by createServer, which is counted itself.
func (s *scanner) readListen(i int) int {
	if s.at(i+1).kind != js.OpenParenToken {
		return 0
	}
	name := s.tokens[i].text
	if (name == "createServer" || name == "createSecureServer") && s.at(i-2).text != "net" && s.at(i-2).text != "tls" {
		s.scanSpeech(i)
		return 1
	}
	if name != "listen" || s.at(i-1).kind != js.DotToken {
		return 0
	}
	args := jsexpr.ArgumentSpans(s.file, s.at(i+1).end)
	var host, port jsexpr.Value
	for n := 0; n < min(len(args), 3); n++ {
		v := s.evaluate(args[n].Start, 0)
		switch number := v.ToNumber(); {
		case n == 0:
			port = v
		case v.Kind != jsexpr.Unknown && number > 0:
			s.number(property{name: "listen_backlog"}, jsexpr.NumberValue(number), args[n], rankAssigned)
		case n == 1:
			host = v
		case v.Kind == jsexpr.Unknown && !strings.ContainsAny(args[n].Text(), "({"):
			s.puzzle("listen_backlog", args[n], rankAssigned, v.Why)
		}
	}
	if text, ok := address(host, port); ok {
		s.listens(text)
	}
	receiver := s.at(i - 2)
	if serverName().MatchString(receiver.text) || (receiver.kind == js.CloseParenToken && s.at(receiver.open-1).text == "createServer") {
		return 0
	}
	s.speech.listen(receiver.text, source.Span{File: s.file, Start: s.tokens[i].start, End: s.tokens[i].end})
	return 1
}

// scanSpeech notes what a server speaks whose making starts with a name.
func (s *scanner) scanSpeech(i int) {
	at := source.Span{File: s.file, Start: s.tokens[i].start, End: jsexpr.ExpressionEnd(s.file.Text, s.tokens[i].start)}
	object := ""
	if s.at(i-1).kind == js.DotToken {
		object = s.at(i - 2).text
		at.Start = s.at(i - 2).start
	}
	s.speech.create(object, s.tokens[i].text, at)
}

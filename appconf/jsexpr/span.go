package jsexpr

import (
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"

	"github.com/tunelint/tunelint/source"
)

// maxExpression bounds how far the end of an expression is looked for.
const maxExpression = 4096

// SpanOf returns the place of the expression that starts at an offset.
func (s *Script) SpanOf(start int) source.Span {
	return source.Span{File: s.File, Start: start, End: ExpressionEnd(s.File.Text, start)}
}

// AssignmentSpan returns the place of "object.property = value".
func (s *Script) AssignmentSpan(target js.IExpr) source.Span {
	return s.SpanOf(s.MemberStart(target))
}

// CallSpan returns the place of "object.method(…)".
func (s *Script) CallSpan(n *js.CallExpr) source.Span { return s.SpanOf(s.MemberStart(n.X)) }

// OptionSpan returns the place of "name: value" in an object literal.
func (s *Script) OptionSpan(o *js.Property) source.Span {
	at, inFile := s.Offset(o.Name.Literal.Data)
	if !inFile {
		return source.Span{File: s.File} // a name that the parser made
	}
	if at > 0 && strings.IndexByte(`'"`, s.File.Text[at-1]) >= 0 {
		at-- // the tree holds a quoted name without its quotes
	}
	return s.SpanOf(at)
}

// MemberStart returns where "object.property" starts. Where that cannot be told,
// because the tree keeps no place of names, it is where the property starts.
func (s *Script) MemberStart(e js.IExpr) int {
	var object, property js.IExpr
	switch n := e.(type) {
	case *js.DotExpr:
		object, property = n.X, n.Y
	case *js.IndexExpr:
		object, property = n.X, n.Y
	default:
		return 0
	}
	lit, _ := Literal(property)
	at, ok := s.Offset(lit.Data)
	if !ok {
		return 0
	}
	switch n := object.(type) {
	case *js.Var:
		before := strings.TrimRight(s.File.Text[:at], " \t\r\n.?[")
		if name := string(Root(n).Data); strings.HasSuffix(before, name) {
			return len(before) - len(name)
		}
	case *js.DotExpr, *js.IndexExpr:
		if start := s.MemberStart(object); start > 0 {
			return start
		}
	case *js.LiteralExpr: // this
		if start, ok := s.Offset(n.Data); ok {
			return start
		}
	case *js.CallExpr:
		if start := s.MemberStart(n.X); start > 0 {
			return start
		}
	}
	return at
}

// ArgumentSpan returns the place of one argument of "object.method(…)".
func (s *Script) ArgumentSpan(n *js.CallExpr, i int) source.Span {
	start := s.MemberStart(n.X)
	if _, name, ok := Member(n.X); ok {
		start += max(strings.Index(s.File.Text[start:], name), 0) + len(name)
	}
	open := strings.IndexByte(s.File.Text[min(start, len(s.File.Text)):], '(')
	if open < 0 {
		return s.CallSpan(n)
	}
	args := ArgumentSpans(s.File, start+open+1)
	if i >= len(args) {
		return s.CallSpan(n)
	}
	return args[i]
}

// ArgumentSpans returns the places of the arguments that start after a bracket.
func ArgumentSpans(f *source.File, start int) []source.Span {
	var out []source.Span
	for start < len(f.Text) {
		start += len(f.Text[start:]) - len(strings.TrimLeft(f.Text[start:], " \t\r\n"))
		end := ExpressionEnd(f.Text, start)
		if end <= start {
			break
		}
		out = append(out, source.Span{File: f, Start: start, End: end})
		rest := strings.TrimLeft(f.Text[end:], " \t\r\n")
		if !strings.HasPrefix(rest, ",") {
			break
		}
		start = len(f.Text) - len(rest) + 1
	}
	return out
}

// ExpressionEnd returns where the expression that starts at an offset ends: at a
// separator, or at a line end where the next line cannot continue it (ECMAScript,
// automatic semicolon insertion).
func ExpressionEnd(text string, start int) int {
	lexer := js.NewLexer(parse.NewInputString(text[start:min(len(text), start+maxExpression)]))
	pos, end, depth := start, start, 0
	newline, complete := false, false
	for {
		tt, data := lexer.Next()
		pos += len(data)
		switch {
		case tt == js.ErrorToken:
			return end
		case tt == js.WhitespaceToken || tt == js.CommentToken:
			continue
		case tt == js.LineTerminatorToken || tt == js.CommentLineTerminatorToken:
			newline = true
			continue
		case depth == 0 && (endsExpression(tt) || (newline && complete && !continuesExpression(tt))):
			return end
		}
		depth += Nesting(tt)
		end, newline = pos, false
		complete = !js.IsOperator(tt) && (!js.IsPunctuator(tt) || Nesting(tt) < 0) || tt == js.IncrToken || tt == js.DecrToken
	}
}

func endsExpression(tt js.TokenType) bool {
	return tt == js.SemicolonToken || tt == js.CommaToken || Nesting(tt) < 0
}

// continuesExpression reports whether a token at the start of a line belongs to
// the complete expression before it.
func continuesExpression(tt js.TokenType) bool {
	switch tt {
	case js.IncrToken, js.DecrToken, js.NotToken, js.BitNotToken:
		return false
	case js.DotToken, js.OpenParenToken, js.OpenBracketToken, js.QuestionToken, js.ColonToken, js.TemplateToken, js.TemplateStartToken:
		return true
	}
	return js.IsOperator(tt)
}

// Nesting returns the change of depth that a bracket makes.
func Nesting(tt js.TokenType) int {
	switch tt {
	case js.OpenParenToken, js.OpenBracketToken, js.OpenBraceToken:
		return 1
	case js.CloseParenToken, js.CloseBracketToken, js.CloseBraceToken:
		return -1
	}
	return 0
}

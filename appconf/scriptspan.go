package appconf

import (
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"

	"github.com/tunelint/tunelint/source"
)

// maxExpression bounds how far the end of an expression is looked for.
const maxExpression = 4096

// spanOf returns the place of the expression that starts at an offset.
func (s *script) spanOf(start int) source.Span {
	return source.Span{File: s.file, Start: start, End: expressionEnd(s.file.Text, start)}
}

// assignmentSpan returns the place of "object.property = value".
func (s *script) assignmentSpan(target js.IExpr) source.Span {
	return s.spanOf(s.memberStart(target))
}

// callSpan returns the place of "object.method(…)".
func (s *script) callSpan(n *js.CallExpr) source.Span { return s.spanOf(s.memberStart(n.X)) }

// optionSpan returns the place of "name: value" in an object literal.
func (s *script) optionSpan(o *js.Property) source.Span {
	at, inFile := s.offset(o.Name.Literal.Data)
	if !inFile {
		return source.Span{File: s.file} // a name that the parser made
	}
	if at > 0 && strings.IndexByte(`'"`, s.file.Text[at-1]) >= 0 {
		at-- // the tree holds a quoted name without its quotes
	}
	return s.spanOf(at)
}

// memberStart returns where "object.property" starts. Where that cannot be told,
// because the tree keeps no place of names, it is where the property starts.
func (s *script) memberStart(e js.IExpr) int {
	var object, property js.IExpr
	switch n := e.(type) {
	case *js.DotExpr:
		object, property = n.X, n.Y
	case *js.IndexExpr:
		object, property = n.X, n.Y
	default:
		return 0
	}
	lit, _ := literal(property)
	at, ok := s.offset(lit.Data)
	if !ok {
		return 0
	}
	switch n := object.(type) {
	case *js.Var:
		before := strings.TrimRight(s.file.Text[:at], " \t\r\n.?[")
		if name := string(root(n).Data); strings.HasSuffix(before, name) {
			return len(before) - len(name)
		}
	case *js.DotExpr, *js.IndexExpr:
		if start := s.memberStart(object); start > 0 {
			return start
		}
	case *js.LiteralExpr: // this
		if start, ok := s.offset(n.Data); ok {
			return start
		}
	case *js.CallExpr:
		if start := s.memberStart(n.X); start > 0 {
			return start
		}
	}
	return at
}

// argumentSpan returns the place of one argument of "object.method(…)".
func (s *script) argumentSpan(n *js.CallExpr, i int) source.Span {
	start := s.memberStart(n.X)
	if _, name, ok := member(n.X); ok {
		start += max(strings.Index(s.file.Text[start:], name), 0) + len(name)
	}
	open := strings.IndexByte(s.file.Text[min(start, len(s.file.Text)):], '(')
	if open < 0 {
		return s.callSpan(n)
	}
	args := argumentSpans(s.file, start+open+1)
	if i >= len(args) {
		return s.callSpan(n)
	}
	return args[i]
}

// argumentSpans returns the places of the arguments that start after a bracket.
func argumentSpans(f *source.File, start int) []source.Span {
	var out []source.Span
	for start < len(f.Text) {
		start += len(f.Text[start:]) - len(strings.TrimLeft(f.Text[start:], " \t\r\n"))
		end := expressionEnd(f.Text, start)
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

// expressionEnd returns where the expression that starts at an offset ends: at a
// separator, or at a line end where the next line cannot continue it (ECMAScript,
// automatic semicolon insertion).
func expressionEnd(text string, start int) int {
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
		depth += nesting(tt)
		end, newline = pos, false
		complete = !js.IsOperator(tt) && (!js.IsPunctuator(tt) || nesting(tt) < 0) || tt == js.IncrToken || tt == js.DecrToken
	}
}

func endsExpression(tt js.TokenType) bool {
	return tt == js.SemicolonToken || tt == js.CommaToken || nesting(tt) < 0
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

// nesting returns the change of depth that a bracket makes.
func nesting(tt js.TokenType) int {
	switch tt {
	case js.OpenParenToken, js.OpenBracketToken, js.OpenBraceToken:
		return 1
	case js.CloseParenToken, js.CloseBracketToken, js.CloseBraceToken:
		return -1
	}
	return 0
}

package nginxconf

import "strings"

// isLuaBlock reports whether a directive's body is Lua and not nginx syntax.
func isLuaBlock(name string) bool { return strings.HasSuffix(name, "_by_lua_block") }

// Lua scans the body of a Lua block right after its "{": it returns the code up
// to, not including, the brace that closes the block, by the rules of the Lua
// module's own lexer (ngx_http_lua_lex.c). An unclosed block is an error.
func (s *Scanner) Lua() Token {
	start, depth := s.pos, 1
	lastOpen := start - 1
	for depth > 0 {
		s.kept = s.pos
		at, length := s.luaPiece()
		switch {
		case length == 0 && s.last < len(s.text):
			return s.fail(start, s.kept, "too long lua code block, probably missing terminating characters")
		case length == 0:
			return s.fail(start, lastOpen, "unexpected end of file, expecting terminating characters for lua code block")
		}
		s.pos = at + length
		switch s.text[at] {
		case '{':
			lastOpen = at
			depth++
		case '}':
			depth--
		case '[', '-':
			if !s.closeBracket(at) {
				return s.fail(start, at, `Lua code block missing the closing long bracket "`+closing(s.text[at:s.pos])+
					`", the inlined Lua code may be too long`)
			}
		}
	}
	s.pos-- // the brace is a token of its own
	return Token{Kind: Code, Start: start, End: s.pos}
}

// luaPiece returns the next piece of code, length 0 when there is none up to the
// end of the file or of a full buffer. The module sees no further than nginx has
// read, and does not look twice at what it read before: it cuts, or misses, a
// piece that reaches beyond.
func (s *Scanner) luaPiece() (at, length int) {
	for at = s.pos; ; {
		if s.last-at < maxToken/2 {
			if s.last-s.kept == maxToken && s.last < len(s.text) {
				return at, 0
			}
			s.last = min(s.kept+maxToken, len(s.text))
		}
		next, length := findPiece(s.text[at:s.last])
		if length > 0 || s.last == len(s.text) || s.last-at == maxToken {
			return at + next, length
		}
		s.kept, at = at, s.last
		s.last = min(s.kept+maxToken, len(s.text))
	}
}

// findPiece finds the first piece of code that decides where a block ends, or
// hides such pieces, and returns its place and length; 0, 0 when there is none.
// Of a long string or comment it is the opening bracket.
func findPiece(text string) (at, length int) {
	for at < len(text) {
		n := strings.IndexAny(text[at:], `{}[]-"'`)
		if n < 0 {
			break
		}
		at += n
		if length = pieceLength(text[at:]); length > 0 {
			return at, length
		}
		at++
	}
	return 0, 0
}

func pieceLength(text string) int {
	switch text[0] {
	case '{', '}':
		return 1
	case ']':
		return closingRun(text)
	case '"', '\'':
		return luaString(text)
	}
	if length := longBracket(text); length > 0 {
		return length
	}
	if strings.HasPrefix(text, "--") {
		return lineEnd(text, 0)
	}
	return 0
}

// closeBracket goes past the bracket that closes the long string or comment
// opened at an offset, and reports whether nginx has read that far. It is true
// for any other piece.
func (s *Scanner) closeBracket(at int) bool {
	if s.text[s.pos-1] != '[' || longBracket(s.text[at:s.pos]) == 0 {
		return true
	}
	bracket := closing(s.text[at:s.pos])
	n := strings.Index(s.text[s.pos:s.last], bracket)
	if n < 0 {
		return false
	}
	s.pos += n + len(bracket)
	return true
}

// closing returns the bracket that closes an opening one: "]=]" for "--[=[".
func closing(opening string) string {
	return strings.ReplaceAll(strings.TrimPrefix(opening, "--"), "[", "]")
}

// longBracket returns the length of "[==[" or "--[==[" at the start of a text,
// zero when there is none.
func longBracket(text string) int {
	n := 0
	if strings.HasPrefix(text, "--") {
		n = 2
	}
	if n == len(text) || text[n] != '[' {
		return 0
	}
	for n++; n < len(text) && text[n] == '='; {
		n++
	}
	if n == len(text) || text[n] != '[' {
		return 0
	}
	return n + 1
}

// closingRun returns the length of a stray "]==]", zero when there is none.
func closingRun(text string) int {
	n := 1
	for n < len(text) && text[n] == '=' {
		n++
	}
	if n < len(text) && text[n] == ']' {
		return n + 1
	}
	return 0
}

// luaString returns the length of a string that closes on its own line, else 0:
// an unclosed quote means nothing.
func luaString(text string) int {
	for i := 1; i < len(text) && text[i] != '\n'; i++ {
		switch text[i] {
		case text[0]:
			return i + 1
		case '\\':
			if i+1 < len(text) && text[i+1] == '\n' {
				return 0
			}
			i++
		}
	}
	return 0
}

func lineEnd(text string, from int) int {
	if n := strings.IndexByte(text[from:], '\n'); n >= 0 {
		return from + n
	}
	return len(text)
}

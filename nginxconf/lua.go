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
	for i := start; i < len(s.text); {
		switch s.text[i] {
		case '{':
			lastOpen = i
			depth++
		case '}':
			if depth--; depth == 0 {
				s.pos = i
				return Token{Kind: Code, Start: start, End: i}
			}
		case '[', '-':
			if level, open := longBracket(s.text[i:]); open > 0 {
				end := closeBracket(s.text[i+open:], level)
				if end < 0 {
					closing := "]" + strings.Repeat("=", level) + "]"
					return s.fail(start, i, `Lua code block missing the closing long bracket "`+closing+`"`)
				}
				i += open + end
				continue
			}
			if strings.HasPrefix(s.text[i:], "--") {
				i = lineEnd(s.text, i)
				continue
			}
		case ']':
			i += closingRun(s.text[i:])
			continue
		case '"', '\'':
			i += luaString(s.text[i:])
			continue
		}
		i++
	}
	return s.fail(start, lastOpen, "unexpected end of file, expecting terminating characters for lua code block")
}

// longBracket recognises "[==[" and "--[==[": it returns the number of equals
// signs and the length of the opening, zero when there is none.
func longBracket(text string) (level, length int) {
	rest := strings.TrimPrefix(text, "--")
	if rest == "" || rest[0] != '[' {
		return 0, 0
	}
	n := 1
	for n < len(rest) && rest[n] == '=' {
		n++
	}
	if n == len(rest) || rest[n] != '[' {
		return 0, 0
	}
	return n - 1, len(text) - len(rest) + n + 1
}

// closeBracket returns the length of text up to and including the closing long
// bracket of a level, -1 when it is missing.
func closeBracket(text string, level int) int {
	closing := "]" + strings.Repeat("=", level) + "]"
	if i := strings.Index(text, closing); i >= 0 {
		return i + len(closing)
	}
	return -1
}

// closingRun returns the length of a stray "]==]", or 1 for a lone bracket.
func closingRun(text string) int {
	n := 1
	for n < len(text) && text[n] == '=' {
		n++
	}
	if n < len(text) && text[n] == ']' {
		return n + 1
	}
	return 1
}

// luaString returns the length of a string that closes on its own line, else 1:
// an unclosed quote is a single byte that means nothing.
func luaString(text string) int {
	for i := 1; i < len(text) && text[i] != '\n'; i++ {
		switch text[i] {
		case text[0]:
			return i + 1
		case '\\':
			if i+1 < len(text) && text[i+1] == '\n' {
				return 1
			}
			i++
		}
	}
	return 1
}

func lineEnd(text string, from int) int {
	if n := strings.IndexByte(text[from:], '\n'); n >= 0 {
		return from + n
	}
	return len(text)
}

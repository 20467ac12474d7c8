package nginxconf

import "strings"

// TokenKind says what a token is.
type TokenKind uint8

// Every byte of a file belongs to exactly one token.
const (
	EOF       TokenKind = iota
	Blank               // a run of space, tab, CR and LF
	Comment             // "#" up to, not including, the line feed
	Word                // a name or argument with its quotes
	Semicolon           // ";"
	Open                // "{"
	Close               // "}"
	Code                // the body of a Lua block, between its braces
	Junk                // what follows an error, to the end of the file
)

// A Token is a range of bytes of one kind. Offsets count from 0, half-open.
type Token struct {
	Kind       TokenKind
	Quote      byte // the quote of a quoted word, else 0
	Escaped    bool // the word contains a backslash
	Start, End int
}

// maxToken is nginx's read buffer, NGX_CONF_BUFFER: no word and no comment may
// fill it.
const maxToken = 4096

// A Scanner splits a file into tokens as ngx_conf_read_token does. The zero
// Scanner scans an empty file.
type Scanner struct {
	text      string
	pos       int
	needSpace bool // a quoted word just ended

	// nginx has read the file up to last; its buffer keeps what stands from kept
	// on when it reads more. Only Lua blocks can tell.
	kept, last int

	// Message says why scanning stopped early, in nginx's words; At is where.
	Message string
	At      int
}

// NewScanner returns a scanner for a file's text.
func NewScanner(text string) *Scanner { return &Scanner{text: text} }

// byte classes
const (
	isBlank    = 1 << iota // separates words
	isStop                 // ends an unquoted word: blank, ";" or "{"
	isSpecial              // needs a look inside a word: isStop, "\\" or "$"
	endsQuoted             // may follow a closing quote
)

var class = func() (t [256]uint8) {
	for _, c := range " \t\r\n" {
		t[c] = isBlank | isStop | isSpecial | endsQuoted
	}
	for _, c := range ";{" {
		t[c] = isStop | isSpecial | endsQuoted
	}
	t['\\'] = isSpecial
	t['$'] = isSpecial
	t[')'] = endsQuoted
	return t
}()

// Next returns the next token. After an error it returns the rest of the file
// as Junk once, then EOF.
func (s *Scanner) Next() Token {
	start := s.pos
	if start >= len(s.text) {
		return Token{Kind: EOF, Start: start, End: start}
	}
	s.read(s.kept, start+1)
	c := s.text[start]
	if s.needSpace {
		if class[c]&endsQuoted == 0 {
			return s.fail(start, start, `unexpected "`+s.text[start:start+1]+`"`)
		}
		s.needSpace = false
	}
	switch {
	case class[c]&isBlank != 0:
		return s.blank()
	case c == ';':
		return s.single(Semicolon)
	case c == '{':
		return s.single(Open)
	case c == '}':
		return s.single(Close)
	case c == '#':
		return s.comment()
	case c == '"' || c == '\'':
		return s.quoted(c)
	}
	return s.word()
}

// read notes that nginx reads up to end while its buffer keeps what stands from
// kept on.
func (s *Scanner) read(kept, end int) {
	if s.last < end {
		s.last = min(kept+maxToken, len(s.text))
	}
}

// blank scans a run of blanks, of which nginx keeps the last one.
func (s *Scanner) blank() Token {
	start := s.pos
	for s.pos++; s.pos < len(s.text) && class[s.text[s.pos]]&isBlank != 0; {
		s.pos++
	}
	for s.last < s.pos {
		s.read(s.last-1, s.last+1)
	}
	s.kept = s.pos - 1
	return Token{Kind: Blank, Start: start, End: s.pos}
}

func (s *Scanner) single(kind TokenKind) Token {
	s.pos++
	s.kept = s.pos
	return Token{Kind: kind, Start: s.pos - 1, End: s.pos}
}

func (s *Scanner) comment() Token {
	start := s.pos
	s.pos = len(s.text)
	if n := strings.IndexByte(s.text[start:], '\n'); n >= 0 {
		s.pos = start + n
	}
	if s.tooLong(start, s.pos) {
		return s.fail(start, start, s.tooLongMessage(start))
	}
	s.read(start, s.pos+1)
	return Token{Kind: Comment, Start: start, End: s.pos}
}

// word scans an unquoted word: it ends before a blank, ";" or a "{" that does
// not follow "$" or "${". A backslash hides the next byte, whatever it is.
func (s *Scanner) word() Token {
	start, i := s.pos, s.pos
	escaped := false
	for i < len(s.text) {
		c := s.text[i]
		i++
		if class[c]&isSpecial == 0 {
			continue
		}
		if c == '\\' {
			escaped = true
			i++
		} else if c == '$' {
			for i < len(s.text) && s.text[i] == '{' { // nginx hides "{{" after "$" too
				i++
			}
		} else {
			return s.endWord(Token{Kind: Word, Escaped: escaped, Start: start, End: i - 1}, start, class[c]&isBlank)
		}
	}
	return s.endOfFile(start, start)
}

// quoted scans a word that starts with a quote and ends with the next one that
// no backslash hides.
func (s *Scanner) quoted(quote byte) Token {
	start, i := s.pos, s.pos+1
	escaped := false
	for i < len(s.text) {
		switch c := s.text[i]; {
		case c == '\\':
			escaped = true
			i++
		case c == quote:
			var blank uint8
			if i+1 < len(s.text) {
				blank = class[s.text[i+1]] & isBlank
			}
			s.needSpace = true
			t := Token{Kind: Word, Quote: quote, Escaped: escaped, Start: start, End: i + 1}
			return s.endWord(t, start+1, blank)
		}
		i++
	}
	return s.endOfFile(start, start+1)
}

// endWord finishes a word whose first byte in nginx's buffer is at content.
// nginx looks one byte past the word, and two when that byte is a blank.
func (s *Scanner) endWord(t Token, content int, blank uint8) Token {
	read := t.End
	if blank != 0 {
		read++
	}
	if s.tooLong(content, read) {
		if t.Quote != 0 && t.End-1-content >= maxToken {
			return s.fail(t.Start, t.Start, missingQuote(t.Quote))
		}
		return s.fail(t.Start, t.Start, s.tooLongMessage(content))
	}
	s.read(content, read+1)
	s.pos, s.kept = t.End, t.End
	return t
}

func (s *Scanner) endOfFile(start, content int) Token {
	if s.tooLong(content, len(s.text)) {
		if content > start {
			return s.fail(start, start, missingQuote(s.text[start]))
		}
		return s.fail(start, start, s.tooLongMessage(content))
	}
	return s.fail(start, len(s.text), `unexpected end of file, expecting ";" or "}"`)
}

// tooLong reports whether nginx's buffer is full before it has read the byte
// at read, for a token that starts at start.
func (s *Scanner) tooLong(start, read int) bool {
	return min(read, len(s.text)-1)-start >= maxToken
}

func missingQuote(quote byte) string {
	return `too long parameter, probably missing terminating "` + string(rune(quote)) + `" character`
}

func (s *Scanner) tooLongMessage(start int) string {
	return `too long parameter "` + s.text[start:start+10] + `..." started`
}

func (s *Scanner) fail(start, at int, message string) Token {
	s.Message, s.At = message, at
	s.pos = len(s.text)
	return Token{Kind: Junk, Start: start, End: s.pos}
}

// cook returns the word as nginx stores it: without quotes, with \" \' \\
// reduced and \t \r \n replaced; every other backslash stays.
func cook(text string, t Token) string {
	raw := text[t.Start:t.End]
	if t.Quote != 0 {
		raw = raw[1 : len(raw)-1]
	}
	if !t.Escaped {
		return raw
	}
	var b strings.Builder
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c == '\\' && i+1 < len(raw) {
			switch raw[i+1] {
			case '"', '\'', '\\':
				i++
				c = raw[i]
			case 't':
				i++
				c = '\t'
			case 'r':
				i++
				c = '\r'
			case 'n':
				i++
				c = '\n'
			}
		}
		b.WriteByte(c)
	}
	return b.String()
}

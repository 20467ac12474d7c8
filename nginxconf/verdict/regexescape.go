package verdict

import "strings"

const (
	literalEscapes  = "aefnrt"
	typeEscapes     = "CdDhHNRsSvVwWX"
	positionEscapes = "ABbGKzZ"
	unknownEscapes  = "iIjJmMOqTyY"
	perlEscapes     = "FLlUu"
	perlOnly        = `PCRE2 does not support \F, \L, \l, \N{name}, \U, or \u`
)

// escape reads a backslash and what belongs to it, outside of a class.
func (p *regexParser) escape() {
	p.at++
	if p.at >= len(p.text) {
		p.fail(`\ at end of pattern`, p.at, true)
		return
	}
	c := p.text[p.at]
	p.at++
	switch {
	case c == 'Q':
		p.quoted = true
	case c == 'E':
	case c == 'N' && p.peek(0) == '{':
		p.braceAfterN()
	case strings.IndexByte(typeEscapes, c) >= 0 || strings.IndexByte(literalEscapes, c) >= 0:
		p.literal()
	case strings.IndexByte(positionEscapes, c) >= 0:
		p.item, p.spaced = position, false
	case c == 'g' || c == 'k':
		p.groupEscape(c)
	case c == 'p' || c == 'P':
		p.property()
		p.literal()
	case c >= '1' && c <= '9' && p.isBackReference():
		p.backReference()
	default:
		p.value(c)
		p.literal()
	}
}

// braceAfterN accepts a quantifier of \N.
func (p *regexParser) braceAfterN() {
	end := strings.IndexByte(p.text[p.at:], '}')
	if end < 0 || !areDigits(strings.Replace(p.text[p.at+1:p.at+end], ",", "", 1)) {
		p.unsure = true
		return
	}
	p.literal()
}

// value reads an escape that stands for one byte and returns it.
func (p *regexParser) value(c byte) int {
	switch {
	case strings.IndexByte(literalEscapes, c) >= 0:
		return int("\a\x1b\f\n\r\t"[strings.IndexByte(literalEscapes, c)])
	case strings.IndexByte(unknownEscapes, c) >= 0:
		p.fail(`unrecognized character follows \`, p.at-1, false)
	case strings.IndexByte(perlEscapes, c) >= 0:
		p.fail(perlOnly, p.at, true)
	case c >= '0' && c <= '7':
		return p.octal(c)
	case c == 'o':
		return p.braced(8, `missing opening brace after \o`, `non-octal character in \o{} (closing brace missing?)`)
	case c == 'x' && p.peek(0) == '{':
		return p.braced(16, "", `non-hex character in \x{} (closing brace missing?)`)
	case c == 'x':
		return p.hex()
	case c == 'c':
		return p.control()
	}
	return int(c)
}

// octal reads up to two further digits; after "0" too.
func (p *regexParser) octal(c byte) int {
	n := int(c - '0')
	for i := 0; i < 2 && p.peek(0) >= '0' && p.peek(0) <= '7'; i++ {
		n = n*8 + int(p.peek(0)-'0')
		p.at++
	}
	if n > 255 {
		p.fail(`octal value is greater than \377 in 8-bit non-UTF-8 mode`, p.at, false)
	}
	return n
}

func (p *regexParser) hex() int {
	n := 0
	for i := 0; i < 2 && hexDigit(p.peek(0)) >= 0; i++ {
		n = n*16 + hexDigit(p.peek(0))
		p.at++
	}
	return n
}

// braced reads {digits}; newer releases take blanks within.
func (p *regexParser) braced(base int, unopened, other string) int {
	if p.peek(0) != '{' {
		p.fail(unopened, p.at, false)
		return 0
	}
	p.at++
	if c := p.peek(0); c == '}' || c == 0 {
		p.fail(`digits missing in \x{} or \o{} or \N{U+}`, p.at, false)
		return 0
	}
	n := 0
	for p.peek(0) != '}' {
		digit := hexDigit(p.peek(0))
		if c := p.peek(0); c == ' ' || c == '\t' {
			p.unsure = true
			return 0
		}
		if digit < 0 || digit >= base {
			p.fail(other, p.at, false)
			return 0
		}
		n = n*base + digit
		p.at++
		if n > 255 {
			p.fail(`character code point value in \x{} or \o{} is too large`, p.at, true)
			return 0
		}
	}
	p.at++
	return n
}

func (p *regexParser) control() int {
	if p.at >= len(p.text) {
		p.fail(`\c at end of pattern`, p.at, true)
		return 0
	}
	c := p.text[p.at]
	if c < 0x20 || c > 0x7e {
		p.fail(`\c must be followed by a printable ASCII character`, p.at, false)
		return 0
	}
	p.at++
	if c >= 'a' && c <= 'z' {
		c -= 0x20
	}
	return int(c ^ 0x40)
}

// property reads the property after \p.
func (p *regexParser) property() {
	const malformed = `malformed \P or \p sequence`
	switch c := p.peek(0); {
	case c == 0:
		p.fail(malformed, p.at, true)
	case c == '{':
		end := strings.IndexByte(p.text[p.at:], '}')
		if end < 0 {
			p.fail(malformed, len(p.text), true)
			return
		}
		p.at += end + 1
	case isAlphanumeric(c) && c > '9':
		p.at++
		if !strings.ContainsRune("CLMNPSZ", rune(c)) {
			p.unsure = true // newer releases take small letters
		}
	default:
		p.fail(malformed, p.at+1, true)
	}
}

// isBackReference tells a reference from an octal number: below 10, from 8 on,
// or a group that has begun.
func (p *regexParser) isBackReference() bool {
	end := p.at
	for end < len(p.text) && p.text[end] >= '0' && p.text[end] <= '9' {
		end++
	}
	digits := p.text[p.at-1 : end]
	return len(digits) == 1 || digits[0] >= '8' || atMost(digits, 1_000_000) <= p.captures
}

func (p *regexParser) backReference() {
	start := p.at - 1
	for c := p.peek(0); c >= '0' && c <= '9'; c = p.peek(0) {
		p.at++
	}
	n := atMost(p.text[start:p.at], 1_000_000)
	if n == 1_000_000 {
		p.unsure = true
	}
	p.references = append(p.references, regexReference{number: n, offset: p.at - 1})
	p.literal()
}

// groupEscape reads what follows \g or \k.
func (p *regexParser) groupEscape(c byte) {
	begin := p.peek(0)
	end, opens := map[byte]byte{'{': '}', '<': '>', '\'': '\''}[begin]
	switch {
	case !opens && c == 'k':
		p.fail(`\k is not followed by a braced, angle-bracketed, or quoted name`, p.at, false)
	case !opens && begin != '+' && begin != '-' && (begin < '0' || begin > '9'):
		p.fail(`\g is not followed by a braced, angle-bracketed, or quoted name/number or by a plain number`, p.at, false)
	case !opens:
		if n, ok := p.number(false); ok {
			p.reference(n, p.at-1)
		}
	case isWordByte(p.peek(1)) && (p.peek(1) > '9' || c == 'k'):
		p.at++
		p.nameReference(end)
	case c == 'g' && isWordByte(p.peek(1)) || p.peek(1) == '-' || p.peek(1) == '+':
		p.at++
		n, ok := p.number(false)
		switch {
		case !ok:
		case p.peek(0) != end:
			p.unsure = true
		default:
			p.at++
			p.reference(n, p.at-1)
		}
	default:
		p.unsure = true
	}
}

func (p *regexParser) reference(n, offset int) {
	p.references = append(p.references, regexReference{number: n, offset: offset})
	p.unsure = p.unsure || n == 0
	p.literal()
}

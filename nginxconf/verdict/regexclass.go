package verdict

import "strings"

const posixClasses = "|alpha|lower|upper|alnum|ascii|blank|cntrl|digit|graph|print|punct|space|word|xdigit|"

const (
	classEscapes = "dDhHsSvVwW"
	invalidRange = "invalid range in character class"
)

// A classState is what a "-" in a class would mean next.
type classState uint8

const (
	noRange  classState = iota // a literal
	mayRange                   // the start of a range
	inRange                    // it was the start of one
)

// class reads "[" through "]".
func (p *regexParser) class() {
	if end := p.posix(); end > 0 {
		text := "POSIX collating elements are not supported"
		if p.peek(1) == ':' {
			text = "POSIX named classes are supported only within a class"
		}
		p.fail(text, p.at, true)
		p.at++
		return
	}
	if rest := p.text[p.at:]; strings.HasPrefix(rest, "[[:<:]]") || strings.HasPrefix(rest, "[[:>:]]") {
		p.at += len("[[:<:]]")
		p.literal()
		return
	}
	p.at++
	p.skipEnds()
	if p.peek(0) == '^' {
		p.at++
		p.skipEnds()
	}
	r := classReader{regexParser: p}
	for first := true; p.fault == nil && !p.unsure; first = false {
		switch c := p.peek(0); {
		case p.at >= len(p.text):
			p.fail(endlessClass, p.at, true)
		case r.quoted():
		case c == ']' && !first:
			p.at++
			p.literal()
			return
		default:
			r.next(c)
		}
	}
}

// skipEnds skips \E where nothing is quoted.
func (p *regexParser) skipEnds() {
	for strings.HasPrefix(p.text[p.at:], `\E`) {
		p.at += 2
	}
}

// posix returns the length of "[:name:]", "[.name.]" or "[=name=]" at the
// place; 0 where there is none.
func (p *regexParser) posix() int {
	mark := p.peek(1)
	if mark != ':' && mark != '.' && mark != '=' {
		return 0
	}
	for i := p.at + 2; i+1 < len(p.text); i++ {
		switch {
		case p.text[i] == mark && p.text[i+1] == ']':
			return i + 2 - p.at
		case p.text[i] == '\\' && (p.text[i+1] == ']' || p.text[i+1] == '\\'):
			i++
		case p.text[i] == ']' || p.text[i] == '[' && p.text[i+1] == mark:
			return 0
		}
	}
	return 0
}

// A classReader reads what stands in a class.
type classReader struct {
	*regexParser
	state classState
	from  int // where the range starts
	inQ   bool
}

// quoted reads \Q, \E and what stands between them.
func (r *classReader) quoted() bool {
	rest := r.text[r.at:]
	switch {
	case strings.HasPrefix(rest, `\E`):
		r.at += 2
		r.inQ = false
	case r.inQ:
		r.at++
		r.member(int(rest[0]))
	case strings.HasPrefix(rest, `\Q`):
		r.at += 2
		r.inQ = true
	default:
		return false
	}
	return true
}

func (r *classReader) next(c byte) {
	switch {
	case c == '[' && r.posix() > 0:
		r.named(r.posix())
	case c == '\\':
		r.escape()
	case c == '-' && r.state == mayRange && r.rangeFollows():
		r.at++
		r.state = inRange
	default:
		r.at++
		r.member(int(c))
	}
}

// rangeFollows reports whether the "-" at the place is not the last byte of
// the class.
func (r *classReader) rangeFollows() bool {
	rest := r.text[r.at+1:]
	for strings.HasPrefix(rest, `\E`) || strings.HasPrefix(rest, `\Q\E`) {
		rest = strings.TrimPrefix(strings.TrimPrefix(rest, `\Q`), `\E`)
	}
	return !strings.HasPrefix(rest, "]")
}

// member adds one byte, perhaps as the end of a range.
func (r *classReader) member(value int) {
	if r.state != inRange {
		r.state, r.from = mayRange, value
		return
	}
	if value < r.from {
		r.fail("range out of order in character class", r.at-1, true)
	}
	r.state = noRange
}

// set adds what stands for several bytes and can be no end of a range.
func (r *classReader) set() {
	if r.state == inRange {
		r.fail(invalidRange, r.at, false)
	}
	r.state = noRange
	if r.peek(0) == '-' && r.at+1 < len(r.text) && r.peek(1) != ']' {
		r.fail(invalidRange, r.at, false)
	}
}

// named reads [:name:] within a class.
func (r *classReader) named(length int) {
	start := r.at
	mark := r.text[start+1]
	name := r.text[start+2 : start+length-2]
	switch {
	case r.state == inRange:
		r.fail(invalidRange, start+1, false)
	case mark != ':':
		r.fail("POSIX collating elements are not supported", start, true)
	default:
		bare, negated := strings.CutPrefix(name, "^")
		if strings.Contains(bare, "|") || !strings.Contains(posixClasses, "|"+bare+"|") {
			offset := start + 2
			if negated {
				offset++
			}
			r.fail("unknown POSIX class name", offset, true)
		}
	}
	r.at += length
	r.set()
}

// escape reads a backslash in a class.
func (r *classReader) escape() {
	r.at++
	if r.at >= len(r.text) {
		r.fail(`\ at end of pattern`, r.at, true)
		return
	}
	c := r.text[r.at]
	r.at++
	switch {
	case strings.IndexByte(classEscapes, c) >= 0:
		r.set()
	case c == 'p' || c == 'P':
		r.property()
		r.set()
	case c == 'b':
		r.member('\b')
	case c == 'N':
		r.unsure = r.peek(0) == '{'
		r.fail(`\N is not supported in a class`, r.at, false)
	case c == 'k':
		r.unsure = true // newer releases take it
	case strings.IndexByte("ABCGKRXzZ", c) >= 0:
		r.fail("escape sequence is invalid in character class", r.at-1, false)
	default:
		r.member(r.value(c))
	}
}

package verdict

// A regexReference is a group that must be there in the end.
type regexReference struct {
	number int
	name   string
	offset int // where PCRE2 reports it
}

// nameReference reads the name of a group that is used.
func (p *regexParser) nameReference(end byte) {
	start := p.at
	if name, ok := p.name(end); ok {
		p.references = append(p.references, regexReference{name: name, offset: start})
		p.literal()
	}
}

// longestName is what every release takes; newer ones take longer names.
const longestName = 32

// name reads a name and the byte that ends it.
func (p *regexParser) name(end byte) (string, bool) {
	start := p.at
	if c := p.peek(0); c >= '0' && c <= '9' {
		p.fail("subpattern name must start with a non-digit", p.at, false)
		return "", false
	}
	for isWordByte(p.peek(0)) {
		p.at++
	}
	name := p.text[start:p.at]
	switch {
	case name == "":
		p.fail("subpattern name expected", p.at, true)
	case p.peek(0) != end:
		p.unsure = p.unsure || len(name) > longestName
		p.fail("syntax error in subpattern name (missing terminator?)", p.at, true)
	default:
		p.unsure = p.unsure || len(name) > longestName
		p.at++
		return name, true
	}
	return "", false
}

// isWordByte reports whether a byte may stand in a name.
func isWordByte(c byte) bool { return c == '_' || isAlphanumeric(c) }

// call reads the number of a group that is called, after "(?".
func (p *regexParser) call() {
	if p.peek(0) == 'R' {
		p.at++
		if p.peek(0) != ')' {
			p.fail("(?R (recursive pattern call) must be followed by a closing parenthesis", p.at, true)
			return
		}
		p.at++
		p.literal()
		return
	}
	number, ok := p.number(true)
	if !ok {
		return
	}
	if p.peek(0) != ')' {
		p.unsure = true
		return
	}
	p.references = append(p.references, regexReference{number: number, offset: p.at})
	p.at++
	p.literal()
}

// number reads a number that may count from here.
func (p *regexParser) number(call bool) (int, bool) {
	sign := p.peek(0)
	if sign == '+' || sign == '-' {
		p.at++
	}
	start := p.at
	for c := p.peek(0); c >= '0' && c <= '9'; c = p.peek(0) {
		p.at++
	}
	n := 0
	for _, c := range []byte(p.text[start:p.at]) {
		n = min(n*10+int(c-'0'), 1_000_000)
	}
	signed := sign == '+' || sign == '-'
	switch {
	case start == p.at || n >= 1_000_000 || signed && n == 0:
		p.unsure = true
		return 0, false
	case sign == '+':
		return p.captures + n, true
	case sign == '-' && n > p.captures:
		p.fail(noSuchGroup, p.at, true)
		return 0, false
	case sign == '-':
		return p.captures - n + 1, true
	}
	return n, true
}

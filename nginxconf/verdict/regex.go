package verdict

import (
	"fmt"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// refuseRegex returns nginx's message on a regular expression that PCRE does
// not compile; "" where it does, or where that is not known. From 1.21.5 on
// nginx uses PCRE2; for older releases, and where the release is not known,
// only what both libraries refuse counts.
func refuseRegex(pattern string, v nginxconf.Version) string {
	if plainRegex(pattern) {
		return ""
	}
	f := compileRegex(pattern)
	newer := v.Known() && v.Since("1.21.5")
	if f == nil || !newer && !f.always {
		return ""
	}
	if v.Known() && !newer {
		return f.message("pcre_compile", oldRegexMessage(f.text), pattern)
	}
	return f.message("pcre2_compile", f.text, pattern)
}

// plainRegex reports whether a pattern has nothing that could be wrong.
func plainRegex(pattern string) bool {
	return !strings.ContainsAny(pattern, `\[](){}*+?`)
}

// oldRegexMessage returns the words of PCRE for those of PCRE2.
func oldRegexMessage(text string) string {
	switch text {
	case missingParenthesis:
		return "missing )"
	case unmatchedParenthesis:
		return "unmatched parentheses"
	case nothingToRepeat:
		return "nothing to repeat"
	}
	return text
}

// A regexFault is why PCRE2 does not compile a pattern.
type regexFault struct {
	text   string
	offset int  // what PCRE2 names as the place; the length of the pattern for its end
	always bool // PCRE refuses it too
}

// message is how ngx_regex_compile reports a fault.
func (f *regexFault) message(function, text, pattern string) string {
	if f.offset >= len(pattern) {
		return fmt.Sprintf(`%s() failed: %s in "%s"`, function, text, pattern)
	}
	return fmt.Sprintf(`%s() failed: %s in "%s" at "%s"`, function, text, pattern, pattern[f.offset:])
}

// The commonest faults in the words of PCRE2.
const (
	missingParenthesis   = "missing closing parenthesis"
	unmatchedParenthesis = "unmatched closing parenthesis"
	nothingToRepeat      = "quantifier does not follow a repeatable item"
	endlessClass         = "missing terminating ] for character class"
	noSuchGroup          = "reference to non-existent subpattern"
)

// compileRegex returns the first fault of a pattern, without UTF mode; nil for
// none. What stands in no release of PCRE2 alike counts as right.
func compileRegex(pattern string) *regexFault {
	if strings.Contains(pattern, "\x00") {
		return nil
	}
	var room [8]regexGroup
	p := regexParser{text: pattern, groups: append(room[:0], regexGroup{behind: -1})}
	p.read()
	return p.fault
}

// countCaptures returns how many groups of a pattern capture; sure is false for
// one that does not compile, or not in every release of PCRE2 alike.
func countCaptures(pattern string) (n int, sure bool) {
	p := regexParser{text: pattern, groups: []regexGroup{{behind: -1}}}
	p.read()
	return p.captures, p.fault == nil && !p.unsure
}

// A regexParser reads a pattern as PCRE2 does at first: item by item.
type regexParser struct {
	text   string
	at     int
	groups []regexGroup // that are open, the whole pattern the first
	quoted bool         // after \Q

	item       repeatable
	spaced     bool // something of an extended pattern was skipped after item
	captures   int
	named      map[string]int // to the number
	numbered   map[int]string // the name of a number where groups share numbers
	references []regexReference
	behind     *regexFault // the first lookbehind without a limit
	branches   *regexFault // the first condition with too many branches

	fault  *regexFault
	unsure bool
}

// repeatable says what stands before a quantifier.
type repeatable uint8

const (
	nothing    repeatable = iota // the start of a branch
	position                     // an assertion such as ^, or a setting: only PCRE repeats it
	repetition                   // a quantifier
	something
)

func (p *regexParser) fail(text string, offset int, always bool) {
	if p.fault == nil && !p.unsure {
		p.fault = &regexFault{text, min(offset, len(p.text)), always}
	}
}

// peek returns the byte at a distance, 0 behind the end.
func (p *regexParser) peek(distance int) byte {
	if i := p.at + distance; i < len(p.text) {
		return p.text[i]
	}
	return 0
}

func (p *regexParser) group() *regexGroup { return &p.groups[len(p.groups)-1] }

// read reads the whole pattern, or up to the first fault or doubt.
func (p *regexParser) read() {
	for p.fault == nil && !p.unsure && p.at < len(p.text) {
		p.next()
	}
	if p.fault == nil && !p.unsure && len(p.groups) > 1 {
		p.fail(missingParenthesis, len(p.text), true)
	}
	if p.fault == nil && !p.unsure {
		p.later()
	}
}

// next reads one item.
func (p *regexParser) next() {
	c := p.text[p.at]
	switch {
	case p.quoted:
		p.quotedByte()
	case p.group().extended && p.skipExtended(c):
	case c == '\\':
		p.escape()
	case c == '[':
		p.class()
	case c == '(':
		p.open()
	case c == ')':
		p.close()
	case c == '|':
		p.at++
		p.branch()
	case c == '*' || c == '+' || c == '?':
		p.at++
		p.repeat(c != '?')
	case c == '{':
		p.braces()
	case c == '^' || c == '$':
		p.at++
		p.item, p.spaced = position, false
	default:
		p.at++
		p.literal()
	}
}

// literal notes an item that can be repeated.
func (p *regexParser) literal() { p.item, p.spaced = something, false }

func (p *regexParser) quotedByte() {
	if strings.HasPrefix(p.text[p.at:], `\E`) {
		p.at += 2
		p.quoted = false
		return
	}
	p.at++
	p.literal()
}

// skipExtended skips a blank or a comment of an extended pattern.
func (p *regexParser) skipExtended(c byte) bool {
	switch c {
	case ' ', '\t', '\n', '\v', '\f', '\r':
		p.at++
	case '#':
		if end := strings.IndexByte(p.text[p.at:], '\n'); end >= 0 {
			p.at += end + 1
		} else {
			p.at = len(p.text)
		}
	default:
		return false
	}
	p.spaced = true
	return true
}

// repeat reads what follows a quantifier. Without a limit it may not stand in a
// lookbehind.
func (p *regexParser) repeat(unlimited bool) {
	switch {
	case p.item == repetition && p.spaced:
		p.unsure = true
	case p.item != something:
		p.fail(nothingToRepeat, p.at-1, p.item != position)
	}
	if p.group().behind >= 0 && unlimited && p.behind == nil {
		p.behind = &regexFault{"lookbehind assertion is not fixed length", p.group().behind, true}
	}
	if c := p.peek(0); c == '+' || c == '?' {
		p.at++
	}
	p.item, p.spaced = repetition, false
}

const maxRepeat = 65535

// braces reads {n}, {n,} or {n,m}; anything else is a literal, though newer
// releases of PCRE2 know more forms.
func (p *regexParser) braces() {
	end := strings.IndexByte(p.text[p.at:], '}')
	if end < 0 {
		p.at++
		p.literal()
		return
	}
	body := p.text[p.at+1 : p.at+end]
	low, high, ranged := strings.Cut(body, ",")
	if low == "" || !areDigits(low) || !areDigits(high) {
		if strings.Trim(body, "0123456789, \t") == "" && body != "" {
			p.unsure = p.unsure || strings.ContainsAny(body, "0123456789")
		}
		p.at++
		p.literal()
		return
	}
	n, lowEnd := readRepeat(low)
	m, highEnd := readRepeat(high)
	switch {
	case n > maxRepeat:
		p.fail("number too big in {} quantifier", p.at+1+lowEnd, true)
	case m > maxRepeat:
		p.fail("number too big in {} quantifier", p.at+2+len(low)+highEnd, true)
	case high != "" && m < n:
		p.fail("numbers out of order in {} quantifier", p.at+end, true)
	}
	p.at += end + 1
	p.repeat(ranged && high == "")
}

// readRepeat reads a number and says where it gets too big.
func readRepeat(digits string) (n, end int) {
	for end < len(digits) && n <= maxRepeat {
		n = n*10 + int(digits[end]-'0')
		end++
	}
	return n, end
}

func areDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// later looks at what PCRE2 finds when it has read the pattern.
func (p *regexParser) later() {
	if p.behind != nil {
		p.fault = p.behind
		return
	}
	for _, r := range p.references {
		_, known := p.named[r.name]
		if r.name != "" && !known || r.name == "" && r.number > p.captures {
			if p.branches == nil || r.offset < p.branches.offset {
				p.fail(noSuchGroup, r.offset, true)
				return
			}
			break
		}
	}
	p.fault = p.branches
}

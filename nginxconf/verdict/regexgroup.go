package verdict

import "strings"

// A regexGroup is an open parenthesis.
type regexGroup struct {
	extended, noCapture, sameNames bool // settings that hold until it closes

	start     int // of the "("
	behind    int // the lookbehind that it stands in, -1 for none
	resets    bool
	first     int // number of captures where it began, for those that count anew in each branch
	most      int
	condition bool
	defines   bool
	branches  int
}

// open reads "(" and what says which kind of group it is.
func (p *regexParser) open() {
	start := p.at
	p.at++
	g := *p.group()
	g = regexGroup{extended: g.extended, noCapture: g.noCapture, sameNames: g.sameNames, behind: g.behind, start: start}
	switch c := p.peek(0); {
	case c == '?':
		p.at++
		p.special(g)
		return
	case c == '*' && (isAlphanumeric(p.peek(1)) && p.peek(1) > '9' || p.peek(1) == ':'):
		p.unsure = true // (*VERB)
	case c == '*' && p.peek(1) != 0 && p.peek(1) != ')':
		p.fail("(*VERB) not recognized or malformed", p.at+2, true)
	case !g.noCapture:
		p.captures++
	}
	p.push(g)
}

func (p *regexParser) push(g regexGroup) {
	g.first, g.most = p.captures, p.captures
	p.groups = append(p.groups, g)
	p.item, p.spaced = nothing, false
}

// special reads what follows "(?".
func (p *regexParser) special(g regexGroup) {
	if p.at >= len(p.text) {
		p.fail(missingParenthesis, p.at, true)
		return
	}
	switch c := p.text[p.at]; c {
	case '#':
		p.comment()
	case ':', '>':
		p.at++
		p.push(g)
	case '|':
		p.at++
		g.resets = true
		p.push(g)
	case '=', '!', '*':
		p.at++
		g.behind = -1
		p.push(g)
	case '<':
		p.angle(g)
	case '\'':
		p.at++
		p.nameGroup(g, '\'')
	case 'P':
		p.python(g)
	case '&':
		p.at++
		p.nameReference(')')
	case 'R', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '+':
		p.call()
	case '(':
		p.conditional(g)
	case 'C', '[':
		p.unsure = true // callouts; sets of newer releases
	case '-':
		if d := p.peek(1); d >= '0' && d <= '9' {
			p.call()
			return
		}
		p.options(g)
	default:
		p.options(g)
	}
}

func (p *regexParser) comment() {
	end := strings.IndexByte(p.text[p.at:], ')')
	if end < 0 {
		p.fail("missing ) after (?# comment", len(p.text), true)
		return
	}
	p.at += end + 1
	p.spaced = true
}

// angle reads "(?<": a lookbehind or a name.
func (p *regexParser) angle(g regexGroup) {
	switch p.peek(1) {
	case '=', '!':
		p.at += 2
		g.behind = g.start
		p.push(g)
	case '*':
		p.unsure = true
	default:
		p.at++
		p.nameGroup(g, '>')
	}
}

// python reads "(?P".
func (p *regexParser) python(g regexGroup) {
	p.at++
	switch p.peek(0) {
	case 0:
		p.fail(missingParenthesis, p.at, true)
	case '<':
		p.at++
		p.nameGroup(g, '>')
	case '=', '>':
		p.at++
		p.nameReference(')')
	default:
		p.fail("unrecognized character after (?P", p.at, true)
	}
}

// nameGroup reads the name of a group.
func (p *regexParser) nameGroup(g regexGroup, end byte) {
	name, ok := p.name(end)
	if !ok {
		return
	}
	p.captures++
	number, known := p.named[name]
	other := p.numbered[p.captures]
	switch {
	case known && number != p.captures && !g.sameNames:
		p.fail("two named subpatterns have the same name (PCRE2_DUPNAMES not set)", p.at, false)
	case other != "" && other != name:
		p.fail("different names for subpatterns of the same number are not allowed", p.at, false)
	}
	if p.named == nil {
		p.named, p.numbered = map[string]int{}, map[int]string{}
	}
	if !known {
		p.named[name] = p.captures
	}
	p.numbered[p.captures] = name
	p.push(g)
}

// conditional reads "(?(".
func (p *regexParser) conditional(g regexGroup) {
	g.condition = true
	next := p.peek(1)
	if next == '?' || next == '*' {
		ahead := p.peek(2)
		if next == '?' && (ahead == '=' || ahead == '!' || ahead == '<' && (p.peek(3) == '=' || p.peek(3) == '!')) {
			p.push(g)
			return // the assertion is read as a group
		}
		p.unsure = next == '*' || ahead == 'C'
		p.fail("assertion expected after (?( or (?(?C)", p.at, true)
		return
	}
	end := strings.IndexByte(p.text[p.at:], ')')
	if end < 0 {
		p.unsure = len(p.text) > p.at+1
		p.fail(missingParenthesis, len(p.text), true)
		return
	}
	what := p.text[p.at+1 : p.at+end]
	g.defines = what == "DEFINE"
	if g.defines {
		g.behind = -1
	}
	p.testedGroup(what)
	p.at += end + 1
	p.push(g)
}

// testedGroup looks at the number or name in a condition.
func (p *regexParser) testedGroup(what string) {
	switch {
	case what == "":
		p.unsure = true
	case areDigits(what):
		if n := atMost(what, 1_000_000); n > 0 {
			p.references = append(p.references, regexReference{number: n, offset: p.at + 1})
		}
	case len(what) > 2 && (what[0] == '<' && what[len(what)-1] == '>' || what[0] == '\'' && what[len(what)-1] == '\''):
		p.references = append(p.references, regexReference{name: what[1 : len(what)-1], offset: p.at + 2})
	case what == "DEFINE" || what == "R":
	default:
		p.unsure = true
	}
}

func atMost(digits string, most int) int {
	n := 0
	for _, c := range []byte(digits) {
		n = min(n*10+int(c-'0'), most)
	}
	return n
}

// options reads settings: "(?i)" or "(?i:".
func (p *regexParser) options(g regexGroup) {
	set, hyphens := true, 0
	if p.peek(0) == '^' {
		p.at++
		hyphens = 1
		g.extended, g.noCapture = false, false
	}
	for ; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; c {
		case ')', ':':
			p.at++
			p.settle(g, c == ':')
			return
		case '-':
			if hyphens++; hyphens > 1 {
				p.fail("invalid hyphen in option setting", p.at, false)
				return
			}
			set = false
		case 'x':
			g.extended = set
		case 'n':
			g.noCapture = set
		case 'J':
			g.sameNames = set
		case 'i', 'm', 's', 'U':
		case 'a', 'r':
			p.unsure = true // newer releases
			return
		default:
			p.fail("unrecognized character after (? or (?-", p.at, true)
			return
		}
	}
	p.fail(missingParenthesis, p.at, true)
}

// settle lets settings hold for a new group, or for the rest of the open one.
func (p *regexParser) settle(g regexGroup, opens bool) {
	if opens {
		p.push(g)
		return
	}
	open := p.group()
	open.extended, open.noCapture, open.sameNames = g.extended, g.noCapture, g.sameNames
	p.item, p.spaced = position, false
}

// branch begins another alternative.
func (p *regexParser) branch() {
	g := p.group()
	g.branches++
	if g.resets {
		g.most = max(g.most, p.captures)
		p.captures = g.first
	}
	p.item, p.spaced = nothing, false
}

// close reads ")".
func (p *regexParser) close() {
	if len(p.groups) == 1 {
		p.fail(unmatchedParenthesis, p.at, true)
		p.at++
		return
	}
	g := p.group()
	if g.resets {
		p.captures = max(g.most, p.captures)
	}
	switch {
	case p.branches != nil:
	case g.defines && g.branches > 0:
		p.branches = &regexFault{"DEFINE subpattern contains more than one branch", g.start + 3, true}
	case g.condition && g.branches > 1:
		p.branches = &regexFault{"conditional subpattern contains more than two branches", g.start, true}
	}
	p.groups = p.groups[:len(p.groups)-1]
	p.at++
	p.literal()
}

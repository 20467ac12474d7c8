package nginxconf

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// A Match is what a location takes: a prefix with its operator ("", "=" or
// "^~"), a regular expression ("~" or "~*"), or, as "@", a name that only
// internal redirects use.
type Match struct{ Operator, Text string }

// MatchOf reads the arguments of a location. nginx takes the operator with and
// without a blank behind it.
func MatchOf(d *Directive) Match {
	if len(d.Args) == 2 {
		return Match{d.Arg(0), d.Arg(1)}
	}
	return matchOf(d.Arg(0))
}

// matchOf reads a label, with or without a blank behind the operator.
func matchOf(text string) Match {
	for _, operator := range []string{"=", "^~", "~*", "~", "@"} {
		if rest, ok := strings.CutPrefix(text, operator); ok {
			return Match{operator, strings.TrimPrefix(rest, " ")}
		}
	}
	return Match{"", text}
}

// String writes the match as a label: "/api/", "= /", "~ \.php$", "@app".
func (m Match) String() string {
	if m.Operator == "" || m.Operator == "@" {
		return m.Operator + m.Text
	}
	return m.Operator + " " + m.Text
}

// A Choice is the location nginx chooses for a request.
type Choice struct {
	// Scope is the location, or the server where none takes the path.
	Scope *Scope
	// Redirect reports that nginx answers 301 with a "/" behind the path: the
	// location passes requests on, and the path is its name but for that slash.
	Redirect bool
	// Doubts are regular expressions that Go cannot read and that nginx tries
	// before: one of them may take the path.
	Doubts []*Directive
}

// Choose returns what nginx chooses in a server for a path, which must be
// decoded and start with "/": the exact location, else the longest prefix, else,
// unless that one is "^~", the first regular expression that matches, those
// nested in the prefix first (ngx_http_core_find_location).
func (s *Scope) Choose(path string) Choice {
	c := Choice{Scope: s}
	c.search(s, path)
	return c
}

// search looks among the locations of a scope and reports whether the search is over.
func (c *Choice) search(s *Scope, path string) bool {
	prefix, exact := s.longestPrefix(path)
	if l := s.slashMissing(path); l != nil && (prefix == nil || MatchOf(prefix.Directive).Text != path) {
		c.Scope, c.Redirect = l, true
		return true
	}
	if prefix != nil {
		c.Scope = prefix
		if exact || c.search(prefix, path) {
			return true
		}
	}
	if prefix != nil && MatchOf(prefix.Directive).Operator == "^~" {
		return false
	}
	for _, l := range s.Children {
		if l.Directive.Name != "location" {
			continue
		}
		matches, err := MatchOf(l.Directive).expression(path)
		if err != nil {
			c.Doubts = append(c.Doubts, l.Directive)
		}
		if matches {
			c.Scope = l
			c.search(l, path)
			return true
		}
	}
	return false
}

// longestPrefix returns the location directly in the scope whose prefix takes the
// path, and whether it is an exact one.
func (s *Scope) longestPrefix(path string) (longest *Scope, exact bool) {
	length := -1
	for _, l := range s.Children {
		if l.Directive.Name != "location" {
			continue
		}
		switch m := MatchOf(l.Directive); {
		case m.Operator == "=" && m.Text == path:
			return l, true
		case (m.Operator == "" || m.Operator == "^~") && strings.HasPrefix(path, m.Text) && len(m.Text) > length:
			longest, length = l, len(m.Text)
		}
	}
	return longest, false
}

// slashMissing returns the location directly in the scope that takes the path
// with a "/" more and passes requests on (auto_redirect of ngx_http_core_module).
func (s *Scope) slashMissing(path string) *Scope {
	for _, l := range s.Children {
		if l.Directive.Name != "location" {
			continue
		}
		m := MatchOf(l.Directive)
		if m.Text == path+"/" && m.Operator != "~" && m.Operator != "~*" && m.Operator != "@" && l.passes() {
			return l
		}
	}
	return nil
}

// passes reports whether a pass directive stands directly in the location.
func (s *Scope) passes() bool {
	for name := range passDirectives {
		if len(s.Own(name)) > 0 {
			return true
		}
	}
	return false
}

// Unjudged says why nobody can tell here whether the match takes a path: its
// regular expression is one that Go does not read; "" where it does.
func (m Match) Unjudged() string {
	if _, err := m.expression(""); err != nil {
		return unjudged(err)
	}
	return ""
}

func unjudged(err error) string {
	return fmt.Sprintf("it cannot be judged: %v", err)
}

// expression reports whether the match is a regular expression that takes the
// path; the error says why Go cannot read it. PCRE compares bytes, so bytes that
// are no ASCII are made characters of their own.
func (m Match) expression(path string) (matches bool, err error) {
	text := bytewise(m.Text)
	switch m.Operator {
	case "~*":
		text = "(?i)" + text
	case "~":
	default:
		return false, nil
	}
	re, err := regexp.Compile(text)
	return err == nil && re.MatchString(bytewise(path)), err
}

// bytewise makes every byte a character.
func bytewise(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return s
	}
	out := make([]rune, len(s))
	for i := range len(s) {
		out[i] = rune(s[i])
	}
	return string(out)
}

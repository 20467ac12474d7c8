package host

import (
	"regexp"
	"strings"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// RequestTime returns how long an application may take to answer the requests
// of a location: the longest of its routes that nginx sends there, and of what
// holds for the rest. Routes that another location of the server takes do not
// count, nor do those that a regular expression might take and nobody can tell.
func (h *Host) RequestTime(a *appconf.App, location *nginxconf.Scope) source.Setting[time.Duration] {
	l := location.Enclosing(nginxconf.InLocation)
	if l == nil {
		return a.RequestTimeout
	}
	longest := baseTime(a, l)
	for _, r := range a.Routes {
		if r.RequestTimeout.Known && (!longest.Known || r.RequestTimeout.Value > longest.Value) && h.sentTo(l, r.Path) {
			longest = r.RequestTimeout
		}
	}
	return longest
}

// baseTime is what holds for requests of a location that no route below it
// names: the time of the nearest route above, else the application's own.
func baseTime(a *appconf.App, l *nginxconf.Scope) source.Setting[time.Duration] {
	base, length := a.RequestTimeout, -1
	prefix := readMatch(l.Directive).prefix
	for _, r := range a.Routes {
		if r.RequestTimeout.Known && prefix != "" && strings.HasPrefix(prefix, r.Path) && len(r.Path) > length {
			base, length = r.RequestTimeout, len(r.Path)
		}
	}
	return base
}

// sentTo reports whether nginx surely picks a location for a path: the longest
// prefix decides, unless a regular expression of the server may match first.
func (h *Host) sentTo(l *nginxconf.Scope, path string) bool {
	server := l.Enclosing(nginxconf.InServer)
	if server == nil {
		return false
	}
	t := h.takersOf(server, path)
	sure := len(t.expressions) == 0 || len(t.expressions) == 1 && t.expressions[l]
	match := readMatch(l.Directive)
	if match.expression != "" {
		return sure && match.does(path) && (t.prefix == nil || readMatch(t.prefix.Directive).operator == "")
	}
	return t.prefix == l && (sure || match.operator != "")
}

// A pathOf is a path of a server.
type pathOf struct {
	server *nginxconf.Scope
	path   string
}

// takers are the locations that may take a path: the one with the longest prefix,
// nil for none, and those with a regular expression that may match.
type takers struct {
	prefix      *nginxconf.Scope
	expressions map[*nginxconf.Scope]bool
}

// takersOf looks once for each path, as every location of the server is asked
// about.
func (h *Host) takersOf(server *nginxconf.Scope, path string) takers {
	h.taking.Lock()
	defer h.taking.Unlock()
	key := pathOf{server, path}
	t, known := h.takers[key]
	if !known {
		t = findTakers(server, path)
		if h.takers == nil {
			h.takers = map[pathOf]takers{}
		}
		h.takers[key] = t
	}
	return t
}

func findTakers(server *nginxconf.Scope, path string) takers {
	t, length := takers{expressions: map[*nginxconf.Scope]bool{}}, -1
	server.Walk(func(s *nginxconf.Scope) {
		if s.Context != nginxconf.InLocation {
			return
		}
		match := readMatch(s.Directive)
		switch {
		case match.expression != "":
			if match.may(path) {
				t.expressions[s] = true
			}
		case match.operator == "=" && path == match.prefix:
			t.prefix, length = s, len(path)+1
		case match.operator != "=" && match.prefix != "" && strings.HasPrefix(path, match.prefix) && len(match.prefix) >= length:
			t.prefix, length = s, len(match.prefix)
		}
	})
	return t
}

// A match is what a location takes: a prefix with its operator ("", "=" or
// "^~"), or a regular expression in Go's spelling. A named location takes none.
type match struct{ operator, prefix, expression string }

func readMatch(d *nginxconf.Directive) match {
	text := d.Arg(0) + d.Arg(1) // nginx takes the operator with and without a blank behind it
	for _, operator := range []string{"=", "^~", "~*", "~"} {
		rest, ok := strings.CutPrefix(text, operator)
		switch {
		case ok && operator == "~*":
			return match{expression: "(?i)" + rest}
		case ok && operator == "~":
			return match{expression: rest}
		case ok:
			return match{operator: operator, prefix: rest}
		}
	}
	if strings.HasPrefix(text, "@") {
		return match{}
	}
	return match{prefix: text}
}

// may reports whether the expression may match; what Go cannot read may.
func (m match) may(path string) bool {
	re, err := regexp.Compile(m.expression)
	return err != nil || re.MatchString(path)
}

// does reports whether the expression surely matches.
func (m match) does(path string) bool {
	re, err := regexp.Compile(m.expression)
	return err == nil && re.MatchString(path)
}

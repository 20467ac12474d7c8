package verdict

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var locationSetters = []setter{
	{"location", nginxconf.InServer | nginxconf.InLocation, checkLocation},
	{"limit_except", nginxconf.InLocation, checkLimitExcept},
}

// A locationKind is how a location compares the URI with its name.
type locationKind uint8

const (
	prefixLocation locationKind = iota
	exactLocation
	regexLocation
	namedLocation
)

// readLocation returns kind and name of a location; false for a modifier that
// nginx does not know. Without a blank the modifier may be part of the name.
func readLocation(d *nginxconf.Directive) (kind locationKind, name string, ok bool) {
	if len(d.Args) == 2 {
		switch name = d.Args[1].Text; d.Args[0].Text {
		case "=":
			return exactLocation, name, true
		case "^~":
			return prefixLocation, name, true
		case "~", "~*":
			return regexLocation, name, true
		}
		return prefixLocation, name, false
	}
	name = d.Arg(0)
	switch {
	case strings.HasPrefix(name, "="):
		return exactLocation, name[1:], true
	case strings.HasPrefix(name, "^~"):
		return prefixLocation, name[2:], true
	case strings.HasPrefix(name, "~*"):
		return regexLocation, name[2:], true
	case strings.HasPrefix(name, "~"):
		return regexLocation, name[1:], true
	case strings.HasPrefix(name, "@"):
		return namedLocation, name, true
	}
	return prefixLocation, name, true
}

// checkLocation is ngx_http_core_location.
func checkLocation(s *statement) {
	kind, name, ok := readLocation(s.Directive)
	if !ok {
		if !isPlaceholder(s.Arg(0)) {
			s.refuse(0, `invalid location modifier "%s"`, s.Arg(0))
			s.meant(modifierMeant(s.Arg(0)))
		}
		return
	}
	if kind == regexLocation && !s.checkRegex(len(s.Args)-1, name) {
		return
	}
	if s.context == nginxconf.InLocation && s.scope.Directive != nil && s.scope.Directive.Name == "location" {
		s.checkNested(kind, name)
	}
}

// modifierMeant returns the modifier that others spell otherwise; "" for none.
func modifierMeant(word string) string {
	switch word {
	case "==":
		return "="
	case "~^":
		return "^~"
	case "*~":
		return "~*"
	}
	return ""
}

// checkNested looks at a location within another one.
func (s *statement) checkNested(kind locationKind, name string) {
	outerKind, outer, ok := readLocation(s.scope.Directive)
	last := len(s.Args) - 1
	switch {
	case !ok:
	case outerKind == exactLocation:
		s.refuseAs(MisplacedDirective, -1, `location "%s" cannot be inside the exact location "%s"`, name, outer)
	case outerKind == namedLocation:
		s.refuseAs(MisplacedDirective, -1, `location "%s" cannot be inside the named location "%s"`, name, outer)
	case kind == namedLocation:
		s.refuseAs(MisplacedDirective, -1, `named location "%s" can be on the server level only`, name)
	case isPlaceholder(name) || isPlaceholder(outer) || isTemplate(s.scope.Directive):
	case kind != regexLocation && !strings.HasPrefix(name, outer):
		s.refuse(last, `location "%s" is outside location "%s"`, name, outer)
	}
}

// methods are those that limit_except knows, in any case.
var methods = []string{
	"GET", "HEAD", "POST", "PUT", "DELETE", "MKCOL", "COPY", "MOVE", "OPTIONS", "PROPFIND", "PROPPATCH", "LOCK", "UNLOCK", "PATCH",
}

func checkLimitExcept(s *statement) {
	for i, a := range s.Args {
		if !slices.ContainsFunc(methods, func(m string) bool { return strings.EqualFold(m, a.Text) }) && !isPlaceholder(a.Text) {
			s.refuse(i, `invalid method "%s"`, a.Text)
			return
		}
	}
}

// duplicateLocations finds two locations of one server or location with the
// same name that are both exact or both not. nginx looks for them when it has
// read and merged http.
func duplicateLocations(j *judge) []Verdict {
	http := j.blockOf(nginxconf.InHTTP)
	if http == nil {
		return nil
	}
	var out []Verdict
	for _, server := range http.Children {
		if server.Context == nginxconf.InServer {
			out = j.locationsTwice(out, server, http.Directive.Block.CloseSpan())
		}
	}
	return out
}

// A siblingLocation is one location beside others.
type siblingLocation struct {
	scope *nginxconf.Scope
	exact bool
	name  string
}

// locationsTwice adds the duplicates within a scope, in the order of nginx:
// by name, what is nested first.
func (j *judge) locationsTwice(out []Verdict, s *nginxconf.Scope, noticed source.Span) []Verdict {
	list := namedSiblings(s)
	slices.SortStableFunc(list, func(a, b siblingLocation) int {
		return cmp.Or(compareNames(a.name, b.name), compareBools(b.exact, a.exact))
	})
	for _, l := range list {
		out = j.locationsTwice(out, l.scope, noticed)
	}
	for i := 1; i < len(list); i++ {
		if first, second := list[i-1], list[i]; first.name == second.name && first.exact == second.exact {
			d := second.scope.Directive
			out = append(out, Verdict{
				Kind: DuplicateDirective, Directive: d, Context: s.Context, Scope: s, Earlier: first.scope.Directive, Arg: len(d.Args) - 1,
				At: d.StopSpan(), Noticed: noticed, Message: `duplicate location "` + second.name + `"`,
			})
		}
	}
	return out
}

// namedSiblings are the locations of a scope that have a name of their own
// and are not regular expressions.
func namedSiblings(s *nginxconf.Scope) []siblingLocation {
	var list []siblingLocation
	for _, child := range s.Children {
		d := child.Directive
		if d.Name != "location" || child.Context != nginxconf.InLocation {
			continue
		}
		kind, name, ok := readLocation(d)
		if ok && kind <= exactLocation && !isPlaceholder(name) && isKnown(d) {
			list = append(list, siblingLocation{child, kind == exactLocation, name})
		}
	}
	return list
}

// compareNames orders names as ngx_filename_cmp does: "/" before all others.
func compareNames(a, b string) int {
	for i := range min(len(a), len(b)) {
		switch {
		case a[i] == b[i]:
		case a[i] == '/':
			return -1
		case b[i] == '/':
			return 1
		default:
			return cmp.Compare(a[i], b[i])
		}
	}
	return cmp.Compare(len(a), len(b))
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

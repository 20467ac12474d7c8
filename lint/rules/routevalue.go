package rules

import (
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// valuePlace is where a value on routes is decided: its directive, else the first
// pass; and the name of the block, which for a default is the outermost one, for the
// first pass changes with others.
func valuePlace(v *host.RouteValue) (at source.Span, where string) {
	if d := v.Directive(); d != nil {
		return d.HeadSpan(), v.Level.Path()
	}
	return v.Routes[0].Pass.HeadSpan(), v.Routes[0].Scope.Enclosing(nginxconf.InHTTP).Path()
}

// seeValue names a default, and the passes that the place of the finding is not.
func seeValue(r *lint.Report, v *host.RouteValue, format string, args ...any) {
	rest := v.Routes
	if v.Directive() == nil {
		rest = rest[1:]
		r.SeeOrigin(v.Origin(), "%s is %s", v.Name, v.Text())
	}
	r.SeeAll(nginxconf.PassSpans(rest), format, args...)
}

// setValue gives a value to the routes and to nothing else: on the directive,
// once for all in the http block, or in each location; none where one of the
// locations is included elsewhere too, passes some requests on to others, or
// has the value itself for what is nested in it.
func setValue(v *host.RouteValue, word string) []source.Edit {
	statement := nginxconf.Statement{Name: v.Name, Words: []string{word}}
	switch d := v.Directive(); {
	case v.Alone && d != nil:
		return []source.Edit{d.SetArg(0, word)}
	case v.Alone && len(v.Routes) > 1:
		return v.Routes[0].Scope.Enclosing(nginxconf.InHTTP).Insert(statement)
	case !v.Apart:
		return nil
	}
	var edits []source.Edit
	for _, r := range v.Routes {
		location := r.Scope.Enclosing(nginxconf.InLocation)
		if v.Level != nil && v.Level.Within(location) {
			return nil
		}
		edits = append(edits, location.Insert(statement)...)
	}
	return edits
}

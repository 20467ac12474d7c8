package host

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// TakesMethod reports whether requests with a method reach a route; known is
// false where a condition on the method may keep them out. limit_except in the
// location decides, with "deny all" or with a pass directive of its own; GET
// stands for HEAD too (ngx_http_core_limit_except).
func TakesMethod(r *nginxconf.Route, method string) (takes, known bool) {
	if r.Module == "memcached" {
		return method == "GET" || method == "HEAD", true
	}
	location := r.Scope.Enclosing(nginxconf.InLocation)
	if r.Scope.Context == nginxconf.InLimitExcept {
		return !lists(r.Scope.Directive, method), !asksMethod(location)
	}
	if location == nil {
		return true, false
	}
	for _, s := range location.Children {
		if s.Context == nginxconf.InLimitExcept && !lists(s.Directive, method) && turnsAway(s) {
			return false, true
		}
	}
	return true, !asksMethod(location)
}

func lists(limitExcept *nginxconf.Directive, method string) bool {
	return slices.ContainsFunc(limitExcept.Args, func(a nginxconf.Arg) bool {
		return strings.EqualFold(a.Text, method) || method == "HEAD" && strings.EqualFold(a.Text, "GET")
	})
}

// turnsAway reports whether the requests of a limit_except go elsewhere.
func turnsAway(s *nginxconf.Scope) bool {
	all := func(d *nginxconf.Directive) bool { return d.Arg(0) == "all" }
	passes := slices.ContainsFunc(s.Items(), func(d *nginxconf.Directive) bool { return strings.HasSuffix(d.Name, "_pass") })
	return passes || slices.ContainsFunc(s.Own("deny"), all) && len(s.Own("allow")) == 0
}

// asksMethod reports whether an "if" in a location, its server, or around it asks
// for the method of the request.
func asksMethod(location *nginxconf.Scope) bool {
	for s := location; s != nil; s = s.Parent {
		for _, child := range s.Children {
			if child.Context&(nginxconf.InLocationIf|nginxconf.InServerIf) != 0 && strings.Contains(child.Directive.ArgText(), "$request_method") {
				return true
			}
		}
	}
	return false
}

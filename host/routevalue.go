package host

import (
	"slices"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// RouteValues answers what is in force on http routes for a directive that every
// module has under its own name, such as proxy_read_timeout.
type RouteValues struct {
	suffix  string
	inForce map[routeDecision]int        // routes
	within  map[*nginxconf.Directive]int // routes, by the location they are in
}

// A routeDecision is what decides; no directive means the default.
type routeDecision struct {
	name      string
	directive *nginxconf.Directive
}

// A RouteValue is one value on all the routes that have it from the same place.
type RouteValue struct {
	// Name is the directive's name.
	Name string
	// Value is the one on the first of the routes.
	nginxconf.Value
	// Routes are those that were asked about, in order; at least one.
	Routes []*nginxconf.Route
	// Alone reports that the value is in force on no other routes, Apart that no
	// other routes are in the locations of these, wherever those are included.
	Alone, Apart bool
}

// RouteValues looks at every http route for the directive of its module that
// ends in the suffix, such as "read_timeout".
func (h *Host) RouteValues(suffix string) *RouteValues {
	h.valuing.Lock()
	defer h.valuing.Unlock()
	if h.routeValues[suffix] == nil {
		if h.routeValues == nil {
			h.routeValues = map[string]*RouteValues{}
		}
		h.routeValues[suffix] = h.readRouteValues(suffix)
	}
	return h.routeValues[suffix]
}

func (h *Host) readRouteValues(suffix string) *RouteValues {
	v := &RouteValues{suffix, map[routeDecision]int{}, map[*nginxconf.Directive]int{}}
	for _, r := range h.Nginx.Routes() {
		if r.Module != "stream" {
			name := r.Module + "_" + suffix
			v.inForce[routeDecision{name, r.Scope.Effective(name).Directive()}]++
			v.within[r.Scope.Enclosing(nginxconf.InLocation).Directive]++
		}
	}
	return v
}

// On returns what is in force on some http routes. unread are those where it
// cannot be told, each once, with the reason.
func (v *RouteValues) On(routes []*nginxconf.Route) (values []*RouteValue, unread []source.Skip) {
	for _, r := range routes {
		name := r.Module + "_" + v.suffix
		value := r.Scope.Effective(name)
		if !value.Known {
			if !slices.Contains(unread, value.Doubt) {
				unread = append(unread, value.Doubt)
			}
			continue
		}
		i := slices.IndexFunc(values, func(o *RouteValue) bool { return o.Name == name && o.Directive() == value.Directive() })
		if i < 0 {
			i, values = len(values), append(values, &RouteValue{Name: name, Value: value})
		}
		values[i].Routes = append(values[i].Routes, r)
	}
	for _, o := range values {
		o.Alone = v.inForce[routeDecision{o.Name, o.Directive()}] == len(o.Routes)
		o.Apart = v.apart(o.Routes)
	}
	return values, unread
}

// apart reports whether the locations of some routes hold no others.
func (v *RouteValues) apart(routes []*nginxconf.Route) bool {
	own := map[*nginxconf.Directive]int{}
	for _, r := range routes {
		own[r.Scope.Enclosing(nginxconf.InLocation).Directive]++
	}
	for location, n := range own {
		if v.within[location] > n {
			return false
		}
	}
	return true
}

// Place is where the value is decided: its directive, else the first pass; and the
// name of the block, which for a default is the outermost one, for the first pass
// changes with others.
func (v *RouteValue) Place() (at source.Span, where string) {
	if d := v.Directive(); d != nil {
		return d.HeadSpan(), v.Level.Path()
	}
	return v.Routes[0].Pass.HeadSpan(), v.Routes[0].Scope.Enclosing(nginxconf.InHTTP).Path()
}

// Set gives a value to the routes and to nothing else: on the directive, once for
// all in the http block, or in each location; none where one of the locations is
// included elsewhere too, passes some requests on to others, or has the value
// itself for what is nested in it.
func (v *RouteValue) Set(word string) []source.Edit {
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

package host

import (
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A ShortRead is one value of *_read_timeout that is shorter than an
// application may take on some routes.
type ShortRead struct {
	App *appconf.App
	// Name is the directive's name, Read its value.
	Name string
	Read source.Setting[time.Duration]
	// Directive decides the value, in Level; nil for the default, which is judged
	// route by route.
	Directive *nginxconf.Directive
	Level     *nginxconf.Scope
	// Routes are those with too short a time, and Times what the application may
	// take on each.
	Routes []*nginxconf.Route
	Times  []source.Setting[time.Duration]
	// Alone reports that the directive is in force on no other routes.
	Alone bool
}

// Longest returns the longest time the application may take.
func (s *ShortRead) Longest() source.Setting[time.Duration] {
	longest := s.Times[0]
	for _, t := range s.Times {
		if t.Value > longest.Value {
			longest = t
		}
	}
	return longest
}

// ShortReads compares every http route with what the applications behind it may
// take. Streaming applications never let nginx wait so long, and a location for
// health checks alone has no long requests. unread are routes where the timeout
// cannot be read.
func (h *Host) ShortReads() (found []*ShortRead, unread []*nginxconf.Route) {
	inForce := map[*nginxconf.Directive]int{}
	for _, r := range h.Nginx.Routes() {
		if r.Module == "stream" {
			continue
		}
		name := r.Module + "_read_timeout"
		v := r.Scope.Effective(name)
		inForce[v.Directive()]++
		if h.healthPath(r) { // a check is to be given up soon
			continue
		}
		for _, a := range h.AppsOn(r) {
			t, read := h.RequestTime(a, r.Scope), v.Time()
			switch {
			case !t.Known || a.Streaming:
			case !read.Known:
				unread = append(unread, r)
			case read.Value < t.Value:
				s := &ShortRead{App: a, Name: name, Read: read, Directive: v.Directive(), Level: v.Level}
				found = s.join(found, r, t)
			}
		}
	}
	for _, s := range found {
		s.Alone = s.Directive != nil && inForce[s.Directive] == len(s.Routes)
	}
	return found, unread
}

// join adds a route to what was found of the same directive and application, or
// starts with it.
func (s *ShortRead) join(found []*ShortRead, r *nginxconf.Route, t source.Setting[time.Duration]) []*ShortRead {
	for _, f := range found {
		if f.App != s.App || f.Directive != s.Directive || f.Directive == nil && f.Routes[0].Pass != r.Pass {
			continue
		}
		f.Routes, f.Times = append(f.Routes, r), append(f.Times, t)
		return found
	}
	s.Routes, s.Times = []*nginxconf.Route{r}, []source.Setting[time.Duration]{t}
	return append(found, s)
}

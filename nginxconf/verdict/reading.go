package verdict

import "github.com/tunelint/tunelint/nginxconf"

// inReadingOrder calls f for every directive of a scope and below in the order
// nginx comes across them.
func inReadingOrder(s *nginxconf.Scope, f func(s *nginxconf.Scope, d *nginxconf.Directive)) {
	child := 0
	for _, d := range s.Items() {
		f(s, d)
		if child < len(s.Children) && s.Children[child].Directive == d {
			inReadingOrder(s.Children[child], f)
			child++
		}
	}
}

// blockOf returns the block of main that opens a context, nil for none.
func (j *judge) blockOf(context nginxconf.Context) *nginxconf.Scope {
	for _, s := range j.config.Root.Children {
		if s.Context == context {
			return s
		}
	}
	return nil
}

// seesAll reports whether everything that may define something was read: no
// file is missing, and no module is there that nobody knows.
func (j *judge) seesAll() bool {
	for _, e := range j.config.Includes {
		if !e.Packaged() {
			return false
		}
	}
	return len(j.modules.strange) == 0
}

// walkHTTP calls f for http and every block within, where there is a directive
// of this name.
func (j *judge) walkHTTP(name string, f func(s *nginxconf.Scope)) {
	if http := j.blockOf(nginxconf.InHTTP); http != nil && j.config.Has(name) {
		http.Walk(f)
	}
}

package verdict

import (
	"fmt"

	"github.com/tunelint/tunelint/nginxconf"
)

// The protocols that buffer answers in one way.
var bufferingProtocols = []string{"proxy", "fastcgi", "uwsgi", "scgi"}

// A bufferCheck is what has to hold of the values in force on a level.
type bufferCheck struct {
	names []string
	check func(s *nginxconf.Scope) (name, message string)
}

func bufferChecks() []bufferCheck {
	var out []bufferCheck
	for _, p := range bufferingProtocols {
		out = append(out, bufferCheck{
			[]string{p + "_buffer_size", p + "_buffers", p + "_busy_buffers_size", p + "_temp_file_write_size", p + "_max_temp_file_size"},
			func(s *nginxconf.Scope) (string, string) { return buffersOf(p, s) },
		})
	}
	return append(out, bufferCheck{[]string{"large_client_header_buffers", "connection_pool_size"}, headerBuffers})
}

// bufferVerdicts are about sizes that do not fit each other, as nginx finds
// them when it merges the levels of http.
func bufferVerdicts(j *judge) []Verdict {
	var out []Verdict
	for _, http := range j.config.Root.Children {
		if http.Context&nginxconf.InHTTP == 0 {
			continue
		}
		for _, c := range bufferChecks() {
			if j.config.Has(c.names...) {
				out = append(out, c.verdicts(http)...)
			}
		}
	}
	return out
}

// verdicts checks the levels that set one of the values, and http's own where a
// server has no others.
func (c *bufferCheck) verdicts(http *nginxconf.Scope) []Verdict {
	var out []Verdict
	inherited := setsAny(http, c.names)
	http.Walk(func(s *nginxconf.Scope) {
		switch {
		case s.Context&(nginxconf.InServer|nginxconf.InLocation) == 0:
			return
		case setsAny(s, c.names):
		case inherited && s.Context&nginxconf.InServer != 0:
			inherited = false // it is the same in all of them
		default:
			return
		}
		if name, message := c.check(s); message != "" {
			d, at := s.Effective(name).Directive(), s
			if d == nil {
				d = s.Directive
			}
			out = append(out, Verdict{
				Kind: InvalidValue, Directive: d, Scope: at, Context: at.Context, Arg: -1, Noticed: http.Directive.Block.CloseSpan(), Message: message,
			})
		}
	})
	return out
}

// A level reads what is in force in a scope, until something cannot be told.
type level struct {
	scope   *nginxconf.Scope
	unclear bool
}

// size returns the size that argument i of the directive in force is, or the
// default.
func (l *level) size(name string, i int, standard int64) int64 {
	v := l.scope.Effective(name)
	d := v.Directive()
	l.unclear = l.unclear || !v.Known
	if d == nil {
		return standard
	}
	n, ok := nginxconf.ParseSize(d.Arg(i), false)
	l.unclear = l.unclear || !ok
	return n
}

// buffersOf checks the buffers of a protocol and names the directive at fault.
func buffersOf(protocol string, s *nginxconf.Scope) (name, message string) {
	l := level{scope: s}
	buffers := protocol + "_buffers"
	first := l.size(protocol+"_buffer_size", 0, pageSize)
	count, each := l.size(buffers, 0, 8), l.size(buffers, 1, pageSize)
	most := max(first, each)
	if most > 1<<40 || count > 1<<20 {
		return "", "" // beyond what can be multiplied
	}
	busy := l.size(protocol+"_busy_buffers_size", 0, 2*most)
	write := l.size(protocol+"_temp_file_write_size", 0, 2*most)
	file := l.size(protocol+"_max_temp_file_size", 0, 1<<30)
	const noLess = `"%s_%s" must be %sequal to or greater than the maximum of the value of "%[1]s_buffer_size" and one of the "%[1]s_buffers"`
	switch {
	case l.unclear:
	case count < 2:
		return buffers, fmt.Sprintf(`there must be at least 2 "%s"`, buffers)
	case busy < most:
		return protocol + "_busy_buffers_size", fmt.Sprintf(noLess, protocol, "busy_buffers_size", "")
	case busy > (count-1)*each:
		return l.first(protocol+"_busy_buffers_size", buffers, protocol+"_buffer_size"),
			fmt.Sprintf(`"%s_busy_buffers_size" must be less than the size of all "%s" minus one buffer`, protocol, buffers)
	case write < most:
		return protocol + "_temp_file_write_size", fmt.Sprintf(noLess, protocol, "temp_file_write_size", "")
	case file != 0 && file < most:
		return protocol + "_max_temp_file_size",
			fmt.Sprintf(noLess, protocol, "max_temp_file_size", "equal to zero to disable temporary files usage or must be ")
	}
	return "", ""
}

// first returns the first name that a directive sets.
func (l *level) first(names ...string) string {
	for _, name := range names {
		if l.scope.Effective(name).Directive() != nil {
			return name
		}
	}
	return names[0]
}

// headerBuffers checks what a connection's pool has to fit into.
func headerBuffers(s *nginxconf.Scope) (name, message string) {
	l := level{scope: s}
	each, pool := l.size("large_client_header_buffers", 1, 8<<10), l.size("connection_pool_size", 0, 512)
	if l.unclear || each >= pool {
		return "", ""
	}
	return l.first("large_client_header_buffers", "connection_pool_size"),
		`the "large_client_header_buffers" size must be equal to or greater than "connection_pool_size"`
}

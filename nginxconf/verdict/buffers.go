package verdict

import (
	"fmt"
	"slices"

	"github.com/tunelint/tunelint/nginxconf"
)

// bufferVerdicts are about sizes that do not fit each other, as nginx finds
// them when it merges the levels of http.
func bufferVerdicts(j *judge) []Verdict {
	var out []Verdict
	for _, module := range nginxconf.BufferModules() {
		for _, s := range mergedLevels(j.config, nginxconf.BufferNames(module)...) {
			b := s.BuffersOf(module)
			if value, message := bufferRefusal(b); message != "" {
				out = append(out, levelVerdict(BufferSizes, s, b.Values[value], message))
			}
		}
	}
	for _, s := range mergedLevels(j.config, "large_client_header_buffers", "connection_pool_size") {
		if v, message := headerBuffers(s); message != "" {
			out = append(out, levelVerdict(InvalidValue, s, v, message))
		}
	}
	return out
}

// mergedLevels are those of nginxconf.Config.LevelsSetting that nginx merges: a
// server in a block that nginx does not know stands in no http block.
func mergedLevels(c *nginxconf.Config, names ...string) []*nginxconf.Scope {
	return slices.DeleteFunc(c.LevelsSetting(names...), func(s *nginxconf.Scope) bool { return s.Enclosing(nginxconf.InHTTP) == nil })
}

// levelVerdict is about a level as a whole; the directive in force is at fault,
// else the block.
func levelVerdict(kind Kind, s *nginxconf.Scope, v nginxconf.Value, message string) Verdict {
	d := v.Directive()
	if d == nil {
		d = s.Directive
	}
	http := s.Enclosing(nginxconf.InHTTP)
	return Verdict{Kind: kind, Directive: d, Scope: s, Context: s.Context, Arg: -1, Noticed: closeOf(http), Message: message}
}

// bufferRefusal words what nginx has against the buffers of a level and says
// which of the values is at fault.
func bufferRefusal(b nginxconf.Buffers) (value int, message string) {
	const noLess = `"%s_%s" must be %sequal to or greater than the maximum of the value of "%[1]s_buffer_size" and one of the "%[1]s_buffers"`
	switch b.Problem() {
	case nginxconf.TooFewBuffers:
		return nginxconf.BufferList, fmt.Sprintf(`there must be at least 2 "%s_buffers"`, b.Module)
	case nginxconf.BusyTooSmall:
		return nginxconf.BufferBusy, fmt.Sprintf(noLess, b.Module, "busy_buffers_size", "")
	case nginxconf.BusyTooLarge:
		return firstSet(b, nginxconf.BufferBusy, nginxconf.BufferList, nginxconf.BufferSize),
			fmt.Sprintf(`"%s_busy_buffers_size" must be less than the size of all "%[1]s_buffers" minus one buffer`, b.Module)
	case nginxconf.WriteTooSmall:
		return nginxconf.BufferWrite, fmt.Sprintf(noLess, b.Module, "temp_file_write_size", "")
	case nginxconf.FileTooSmall:
		return nginxconf.BufferFile, fmt.Sprintf(noLess, b.Module, "max_temp_file_size", "equal to zero to disable temporary files usage or must be ")
	}
	return 0, ""
}

// firstSet returns the first of the values that a directive sets.
func firstSet(b nginxconf.Buffers, values ...int) int {
	for _, i := range values {
		if b.Values[i].Directive() != nil {
			return i
		}
	}
	return values[0]
}

// headerBuffers checks what a connection's pool has to fit into, and returns the
// value at fault.
func headerBuffers(s *nginxconf.Scope) (at nginxconf.Value, message string) {
	buffers, pool := s.Effective("large_client_header_buffers"), s.Effective("connection_pool_size")
	each, size, clear := int64(8<<10), int64(512), buffers.Known && pool.Known
	if d := buffers.Directive(); d != nil {
		n, ok := nginxconf.ParseSize(d.Arg(1), false)
		each, clear = n, clear && ok
	}
	if d := pool.Directive(); d != nil {
		n, ok := nginxconf.ParseSize(d.Arg(0), false)
		size, clear = n, clear && ok
	}
	if !clear || each >= size {
		return at, ""
	}
	if at = buffers; at.Directive() == nil {
		at = pool
	}
	return at, `the "large_client_header_buffers" size must be equal to or greater than "connection_pool_size"`
}

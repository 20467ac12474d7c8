package host

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// checkMappings notes the mappings of a declaration that lead out of what belongs to
// the host.
func (h *Host) checkMappings(maps []source.Mapping, decl appconf.HostConfig) {
	for i, m := range maps {
		if err := h.View.Outside(m.To); err != nil {
			h.problem(decl.PathMap[i].Span, err)
		}
	}
}

// noteOutside notes what was asked for and led out of what belongs to the host: most
// who look for a file are content without it, but then not all was looked at.
func (h *Host) noteOutside() {
	for _, err := range h.View.Refused() {
		h.problem(source.Span{}, err)
	}
}

// told reports whether it is known already that a path leads outside: it is among the
// problems, or lies below a mapping that is, or an include leads to it.
func (h *Host) told(p string) bool {
	about := func(x Problem) bool {
		var outside *source.OutsideError
		mapped := errors.As(x.Err, &outside) && outside.Path == outside.Real
		return x.Path == p || mapped && strings.HasPrefix(p, x.Path+"/")
	}
	if slices.ContainsFunc(h.Problems, about) {
		return true
	}
	if h.Nginx == nil {
		return false
	}
	return slices.ContainsFunc(h.Nginx.Includes, func(e *nginxconf.IncludeError) bool {
		var at *fs.PathError
		return errors.As(e.Err, &at) && at.Path == p
	})
}

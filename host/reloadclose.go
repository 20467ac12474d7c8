package host

import (
	"slices"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A ReloadClose is one value of keepalive_min_timeout with which a reload
// closes clients' idle connections at once, however short ago they were used.
type ReloadClose struct {
	// Directive says zero; nil where nothing says anything.
	Directive *nginxconf.Directive
	// Level is where the directive stands; the http block for the default.
	Level  *nginxconf.Scope
	Origin source.Origin
}

// ReloadCloses returns the values in force in the servers that a balancer in
// front may connect to, wherever connections are kept at all. A worker that is
// told to finish closes what is idle (ngx_close_idle_connections), but for
// connections younger than keepalive_min_timeout, which nginx has since 1.27.4.
// unread are places where one of the settings cannot be read.
func (h *Host) ReloadCloses() (found []*ReloadClose, unread []source.Skip) {
	absent := h.Absent("keepalive_min_timeout") != ""
	for _, server := range h.balancedServers() {
		server.Walk(func(s *nginxconf.Scope) {
			keep := s.Effective("keepalive_timeout")
			if s.Context&(nginxconf.InServer|nginxconf.InLocation) == 0 || closesEach(s) || keep.Time().Known && keep.Time().Value == 0 {
				return
			}
			switch v := s.Effective("keepalive_min_timeout"); {
			case !absent && !v.Known:
				unread = append(unread, v.Doubt)
			case absent || v.Time().Known && v.Time().Value == 0:
				found = h.addReloadClose(found, v)
			}
		})
	}
	return found, unread
}

func (h *Host) addReloadClose(list []*ReloadClose, v nginxconf.Value) []*ReloadClose {
	c := &ReloadClose{Level: h.Nginx.HTTP(), Origin: v.Origin()}
	if h.Absent("keepalive_min_timeout") == "" && v.Directive() != nil {
		c.Directive, c.Level = v.Directive(), v.Level
	}
	if slices.ContainsFunc(list, func(other *ReloadClose) bool { return other.Directive == c.Directive }) {
		return list
	}
	return append(list, c)
}

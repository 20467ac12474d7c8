package host

import (
	"slices"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A HeaderLimit is one value of large_client_header_buffers that lets requests
// through whose header an application refuses.
type HeaderLimit struct {
	App *appconf.App
	// Most is the largest header the application takes, of one field alone where
	// PerField says so.
	Most     source.Setting[int64]
	PerField bool
	// Count and Size are nginx's: so many buffers, and a line fits into one.
	Count, Size int64
	// Value is what decides them. It is a server's, whatever the location.
	Value  nginxconf.Value
	Routes []*nginxconf.Route
}

// Line reports that a single line which nginx takes may be too long.
func (l *HeaderLimit) Line() bool { return l.Size-lineEnd > l.Most.Value }

// Total reports that several lines may be too long together.
func (l *HeaderLimit) Total() bool { return !l.PerField && l.Count*l.Size > l.Most.Value }

// lineEnd is the CR LF, which nginx keeps in the buffer and which a limit of a
// field does not count.
const lineEnd = 2

// HeaderLimits compares every server that passes http requests on with what the
// applications take. unread are routes where nginx's own limit cannot be read.
func (h *Host) HeaderLimits() (found []*HeaderLimit, unread []*nginxconf.Route) {
	for _, r := range h.Nginx.Routes() {
		server := r.Scope.Enclosing(nginxconf.InServer)
		if server == nil {
			continue
		}
		for _, a := range h.AppsOn(r) {
			if !a.MaxHeaderSize.Known || a.MaxHeaderSize.Value < 1 {
				continue
			}
			l := &HeaderLimit{App: a, Most: a.MaxHeaderSize, PerField: perField(a), Value: server.Effective("large_client_header_buffers")}
			if !l.read() {
				unread = append(unread, r)
				continue
			}
			if l.Line() || l.Total() {
				found = l.join(found, r)
			}
		}
	}
	return found, unread
}

// perField reports whether an application's limit is one of each field.
func perField(a *appconf.App) bool {
	return a.MaxHeaderSize.Origin.IsDefault() && a.Runtime != nil && a.Runtime.Figures["max_header_size"].Covers == "one field"
}

// read reads nginx's limit: 4 buffers of 8k by default.
func (l *HeaderLimit) read() bool {
	d := l.Value.Directive()
	if d == nil {
		l.Count, l.Size = 4, 8<<10
		return l.Value.Known
	}
	count, ok := nginxconf.ParseNumber(d.Arg(0))
	size, okSize := nginxconf.ParseSize(d.Arg(1), false)
	l.Count, l.Size = count, size
	return l.Value.Known && ok && okSize && count < 1<<20 && size < 1<<40
}

func (l *HeaderLimit) join(found []*HeaderLimit, r *nginxconf.Route) []*HeaderLimit {
	i := slices.IndexFunc(found, func(f *HeaderLimit) bool { return f.App == l.App && f.Value.Directive() == l.Value.Directive() })
	if i < 0 {
		l.Routes = []*nginxconf.Route{r}
		return append(found, l)
	}
	found[i].Routes = append(found[i].Routes, r)
	return found
}

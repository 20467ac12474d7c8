package host

import (
	"slices"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A LongHeader is one value of *_buffer_size that an application's answers do
// not fit into with their header on some routes.
type LongHeader struct {
	App    *appconf.App
	Module string
	// Size is the buffer's, Need what it has to hold at least; Cached says that part
	// of it is the header of the cache file.
	Size   source.Setting[int64]
	Need   int64
	Cached bool
	// Directive decides Size, in Level; nil for the default.
	Directive *nginxconf.Directive
	Level     *nginxconf.Scope
	Routes    []*nginxconf.Route
	// Alone reports that the directive is in force on no other routes.
	Alone bool
}

// What nginx keeps in the same buffer before an answer's header: the header of a
// cache file without its key (ngx_http_file_cache_header_t, "\nKEY: " and a line
// feed; measured with 1.22.1 on x86-64), and the header of a FastCGI record.
const (
	cacheHeader   = 343
	fastcgiRecord = 8
)

// LongHeaders compares every http route with the longest header that the
// applications behind it are declared to send. unread are routes where the size
// of the buffer cannot be read.
func (h *Host) LongHeaders() (found []*LongHeader, unread []*nginxconf.Route) {
	inForce := map[*nginxconf.Directive]int{}
	for _, r := range h.Nginx.Routes() {
		if r.Module == "stream" || r.Module == "memcached" {
			continue
		}
		v := r.Scope.Effective(r.Module + "_buffer_size")
		inForce[v.Directive()]++
		size := bufferSize(v)
		for _, a := range h.AppsOn(r) {
			switch {
			case !a.MaxResponseHeaderSize.Known:
			case !size.Known:
				unread = append(unread, r)
			default:
				found = joinLongHeader(found, &LongHeader{App: a, Module: r.Module, Size: size, Directive: v.Directive(), Level: v.Level}, r)
			}
		}
	}
	for _, l := range found {
		l.Alone = l.Directive != nil && inForce[l.Directive] == len(l.Routes)
	}
	return found, unread
}

// bufferSize reads a size of which the default is one memory page.
func bufferSize(v nginxconf.Value) source.Setting[int64] {
	if v.Known && v.Directive() == nil {
		return source.Known[int64](nginxconf.PageSize, v.Origin())
	}
	return v.Size()
}

// joinLongHeader adds a route whose buffer is too small to what was found of the
// same directive and application, or starts with it.
func joinLongHeader(found []*LongHeader, l *LongHeader, r *nginxconf.Route) []*LongHeader {
	l.Need = l.App.MaxResponseHeaderSize.Value
	cache := r.Scope.Effective(r.Module + "_cache")
	if l.Cached = cache.Known && cache.Directive() != nil && cache.First() != "off"; l.Cached {
		l.Need += cacheHeader + 1
	}
	if r.Module == "fastcgi" {
		l.Need += fastcgiRecord
	}
	if l.Need <= l.Size.Value {
		return found
	}
	same := func(f *LongHeader) bool { return f.App == l.App && f.Module == l.Module && f.Directive == l.Directive }
	if i := slices.IndexFunc(found, same); i >= 0 {
		f := found[i]
		f.Routes, f.Need, f.Cached = append(f.Routes, r), max(f.Need, l.Need), f.Cached || l.Cached
		return found
	}
	l.Routes = []*nginxconf.Route{r}
	return append(found, l)
}

// Enough returns the size that holds the header, in whole pages. The key of a
// cached answer holds what the client asked for: there is a kilobyte for it.
func (l *LongHeader) Enough() int64 {
	need := l.Need
	if l.Cached {
		need += 1 << 10
	}
	return (need + nginxconf.PageSize - 1) / nginxconf.PageSize * nginxconf.PageSize
}

// Blocks returns where a larger buffer is set: where the directive stands, when it
// decides nothing else, else the locations.
func (l *LongHeader) Blocks() []*nginxconf.Scope {
	if l.Alone {
		return []*nginxconf.Scope{l.Level}
	}
	return LocationsOf(l.Routes)
}

// LocationsOf returns the locations that routes stand in, each block once.
func LocationsOf(routes []*nginxconf.Route) []*nginxconf.Scope {
	var out []*nginxconf.Scope
	seen := map[*nginxconf.Directive]bool{}
	for _, r := range routes {
		if l := r.Scope.Enclosing(nginxconf.InLocation); l != nil && !seen[l.Directive] {
			seen[l.Directive] = true
			out = append(out, l)
		}
	}
	return out
}

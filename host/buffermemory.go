package host

import (
	"slices"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A BufferMemory is the most memory that requests of the declared peak may take
// for buffers, on routes where the same directives decide the sizes.
type BufferMemory struct {
	Buffers nginxconf.Buffers
	// Buffering reports that answers are buffered: else the first buffer is all.
	Buffering bool
	// Body is the buffer for a request's body, in bytes.
	Body source.Setting[int64]
	// Requests are in flight at once.
	Requests int64
	Routes   []*nginxconf.Route
}

// PerRequest returns what one request takes at most.
func (m *BufferMemory) PerRequest() int64 {
	each := m.Buffers.First + m.Body.Value
	if m.Buffering {
		each += m.Buffers.Count * m.Buffers.Each
	}
	return each
}

// Total returns what all of them take at most.
func (m *BufferMemory) Total() int64 { return m.PerRequest() * m.Requests }

// BufferMemories returns the memory for every combination of sizes, as if all
// requests of the declared peak had it; none where no peak is declared.
func (h *Host) BufferMemories() []*BufferMemory {
	peak := h.Facts.Workload.PeakConnections
	if !peak.Known {
		return nil
	}
	requests := h.atOnce(int64(peak.Value))
	var out []*BufferMemory
	keys := map[string]*BufferMemory{}
	for _, r := range h.Nginx.Routes() {
		if !slices.Contains(nginxconf.BufferModules(), r.Module) {
			continue
		}
		m := &BufferMemory{Buffers: r.Scope.BuffersOf(r.Module), Body: bodyBuffer(r), Requests: requests}
		on := r.Scope.Effective(r.Module + "_buffering").On()
		m.Buffering = on.Value
		if !m.Buffers.Known || !m.Body.Known || !on.Known || m.PerRequest() > 1<<36 {
			continue
		}
		key := buffersKey(m.Buffers) + m.Body.Origin.Span.String() + on.Origin.Span.String()
		if keys[key] == nil {
			keys[key] = m
			out = append(out, m)
		}
		keys[key].Routes = append(keys[key].Routes, r)
	}
	return out
}

// atOnce returns how many requests of a peak nginx can pass on at once: each
// takes a connection to the client and one to the application.
func (h *Host) atOnce(peak int64) int64 {
	demand, ok := h.WorkerDemand()
	workers, _ := h.Workers()
	if ok && workers.Known && workers.Value < 1<<20 && demand.Connections.Value < 1<<32 {
		return min(peak, max(1, workers.Value*demand.Connections.Value/2))
	}
	return peak
}

// bodyBuffer is the buffer for a request's body on a route: two memory pages by
// default.
func bodyBuffer(r *nginxconf.Route) source.Setting[int64] {
	v := r.Scope.Effective("client_body_buffer_size")
	if v.Known && v.Directive() == nil {
		return source.Known[int64](2*nginxconf.PageSize, v.Origin())
	}
	return v.Size()
}

// FewerBuffers returns the change to *_buffers after which requests take no more
// than so much, false where that would be no sensible number of buffers, or
// something else is at fault.
func (h *Host) FewerBuffers(m *BufferMemory, most int64) (BufferChange, bool) {
	b, value := m.Buffers, m.Buffers.Values[nginxconf.BufferList]
	if value.Directive() == nil || !m.Buffering || m.Requests < 1 {
		return BufferChange{}, false
	}
	wanted := b
	wanted.Count = min(b.Count-1, (most/m.Requests-m.Body.Value-b.First)/b.Each)
	if wanted.Count < 2 || wanted.Problem() != nginxconf.BuffersFit {
		return BufferChange{}, false
	}
	changes := changesAt(value.Level, b, wanted)
	return changes[0], len(changes) == 1 && h.buffersStillFit(b.Module, changes)
}

package host

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A Demand is the most file descriptors that one nginx worker may hold at once.
type Demand struct {
	// Connections is worker_connections, which counts every socket of a worker:
	// clients, upstreams and idle ones (nginx.org, ngx_core_module).
	Connections source.Setting[int64]
	// Files are temporary and cache files of requests in flight: one for each
	// socket, as where clients send bodies or read answers whose upstream is done
	// already; with HTTP/2, where requests share the client's socket, two.
	Files int64
	// Spill is a route whose requests or responses may go to files; nil for none.
	Spill *nginxconf.Route
	// Cached is what open_file_cache holds open.
	Cached int64
	// Listens and Logs count listening sockets, with reuseport those of all workers,
	// and log files.
	Listens, Logs int64
	// Own is what a worker needs besides, rounded up.
	Own int64
}

// Load returns the part of the sum that grows with the load. The rest is small,
// partly counted in worker_connections already, and rounded up.
func (d Demand) Load() int64 { return d.Connections.Value + d.Files + d.Cached }

// With returns the demand for another worker_connections.
func (d Demand) With(connections int64) Demand {
	if d.Connections.Value > 0 {
		d.Files = d.Files / d.Connections.Value * connections
	}
	d.Connections.Value = connections
	return d
}

// OwnDescriptors is what a process needs besides connections and files: standard
// streams, event queue, channels to its siblings, resolver.
const OwnDescriptors = 32

// ownDescriptors is what a worker of nginx needs: [OwnDescriptors], or, among many
// workers, a channel to each of them, twice while a reload lets the old ones finish
// (ngx_worker_process_init keeps one end of every sibling's pair).
func (h *Host) ownDescriptors() int64 {
	workers, _ := h.Workers()
	if !workers.Known || workers.Value > 1<<20 {
		return OwnDescriptors
	}
	return max(OwnDescriptors, 12+2*workers.Value)
}

// Total returns the whole sum, enough for a limit.
func (d Demand) Total() int64 {
	return d.Load() + d.Listens + d.Logs + d.Own
}

// WorkerDemand returns what a worker may need; false when the files do not tell.
// Static files being sent are left out, as most of them are small.
func (h *Host) WorkerDemand() (Demand, bool) {
	h.demanded.Do(func() { h.demand, h.demandKnown = h.countDemand() })
	return h.demand, h.demandKnown
}

func (h *Host) countDemand() (Demand, bool) {
	var d Demand
	if h.Nginx == nil || !h.Nginx.Whole() {
		return d, false
	}
	for _, s := range h.Nginx.Root.Children {
		if s.Context == nginxconf.InEvents {
			d.Connections = s.Effective("worker_connections").Number()
		}
	}
	if !d.Connections.Known {
		return d, false
	}
	for _, r := range h.Nginx.Routes() {
		if spills(r) {
			d.Spill, d.Files = r, d.Connections.Value
			break
		}
	}
	if h.speaksHTTP2() {
		d.Files *= 2
	}
	d.Listens, d.Logs, d.Cached, d.Own = h.listenDescriptors(), h.logFiles(), h.cachedFiles(), h.ownDescriptors()
	return d, true
}

// spills reports whether a request on the route may be written to a file: its
// body, a response larger than the buffers, or a response for the cache.
func spills(r *nginxconf.Route) bool {
	switch r.Module {
	case "proxy", "fastcgi", "uwsgi", "scgi":
	default:
		return false // the others hold nothing back on disk
	}
	effective := func(name string) nginxconf.Value { return r.Scope.Effective(r.Module + name) }
	on := func(v nginxconf.Value) bool { return v.Known && v.On().Value }
	named := func(v nginxconf.Value) bool { return v.Known && v.Directive() != nil && v.First() != "off" }
	size := effective("_max_temp_file_size").Size()
	return on(effective("_request_buffering")) ||
		on(effective("_buffering")) && size.Known && size.Value != 0 ||
		named(effective("_cache")) || named(effective("_store"))
}

func (h *Host) speaksHTTP2() bool {
	for _, l := range h.Nginx.Listens() {
		if speaks(l, "http2") {
			return true
		}
	}
	return false
}

// ListenSockets returns how many sockets nginx listens on. h.Nginx must not be nil.
func (h *Host) ListenSockets() int64 {
	sockets := map[string]bool{}
	for _, l := range h.Nginx.Listens() {
		sockets[l.Socket] = true
	}
	h.each("listen", func(s *nginxconf.Scope, d *nginxconf.Directive) {
		if s.Context != nginxconf.InServer {
			sockets[s.Context.String()+" "+d.Arg(0)] = true
		}
	})
	return int64(len(sockets))
}

// listenDescriptors counts what the listening sockets take in one worker: those with
// reuseport are opened once for each worker, and every worker inherits all of them
// although it accepts from its own only (ngx_clone_listening).
func (h *Host) listenDescriptors() int64 {
	n := h.ListenSockets()
	workers, _ := h.Workers()
	if !workers.Known || workers.Value < 2 || workers.Value > 1<<20 {
		return n
	}
	shared := map[string]bool{}
	h.each("listen", func(s *nginxconf.Scope, d *nginxconf.Directive) {
		if slices.ContainsFunc(d.Args[min(1, len(d.Args)):], func(a nginxconf.Arg) bool { return a.Text == "reuseport" }) {
			shared[s.Context.String()+" "+d.Arg(0)] = true
		}
	})
	return n + int64(len(shared))*(workers.Value-1)
}

// logFiles counts the distinct files that logs are written to, with nginx's
// default ones where none is named.
func (h *Host) logFiles() int64 {
	files := map[string]bool{}
	note := func(_ *nginxconf.Scope, d *nginxconf.Directive) {
		name := d.Arg(0)
		if name != "off" && name != "stderr" && !strings.HasPrefix(name, "syslog:") && !strings.HasPrefix(name, "memory:") && !strings.Contains(name, "$") {
			files[name] = true
		}
	}
	h.each("access_log", note)
	h.each("error_log", note)
	if h.Nginx.Root.Last("error_log") == nil {
		files["logs/error.log"] = true
	}
	if http := h.Nginx.HTTP(); http != nil && http.Last("access_log") == nil {
		files["logs/access.log"] = true
	}
	return int64(len(files))
}

// cachedFiles sums what the caches of open files and logs may hold open.
func (h *Host) cachedFiles() int64 {
	sum := int64(0)
	add := func(_ *nginxconf.Scope, d *nginxconf.Directive) {
		_, text := d.Param("max")
		if n, ok := nginxconf.ParseNumber(text); ok {
			sum += n
		}
	}
	h.each("open_file_cache", add)
	h.each("open_log_file_cache", add)
	return sum
}

// each calls f for every directive of a name that nginx reads.
func (h *Host) each(name string, f func(*nginxconf.Scope, *nginxconf.Directive)) {
	h.Nginx.Root.Walk(func(s *nginxconf.Scope) {
		for _, d := range s.Own(name) {
			f(s, d)
		}
	})
}

// PeakDemand returns what a worker may need at the declared peak: a connection
// for each of its clients, those to applications and one file for the request
// of each where requests are passed on, never more than d allows; clients is
// how many it has. It is false where no peak is declared, or nobody knows how
// many workers share it.
func (h *Host) PeakDemand(d Demand) (peak Demand, clients int64, ok bool) {
	all := h.Facts.Workload.PeakConnections
	workers, _ := h.Workers()
	if !all.Known || all.Value < 1 || !workers.Known || workers.Value < 1 {
		return d, 0, false
	}
	clients = (int64(all.Value) + workers.Value - 1) / workers.Value
	clients = min(clients, d.Connections.Value)
	sockets := clients
	if h.passesOn() {
		sockets += h.inUse(clients)
	}
	d.Connections.Value = min(d.Connections.Value, sockets)
	d.Files = min(d.Files, clients)
	return d, clients, true
}

// inUse returns how many connections to applications a worker has for its clients:
// by Little's law, and what its pools keep idle, where the workload says how long
// requests take, else one for each.
func (h *Host) inUse(clients int64) int64 {
	if peak, ok := h.Peak(); ok && !h.HoldsUpstreams() {
		return min(clients, peak.Busy+h.pooled())
	}
	return clients
}

// passesOn reports whether some of nginx's clients are served by others.
func (h *Host) passesOn() bool { return len(h.Nginx.Routes()) > 0 }

// ConnectionsPlace returns the worker_connections directive, else the head of the
// events block, in which its default counts. It is invalid without events; h.Nginx
// must not be nil.
func (h *Host) ConnectionsPlace() source.Span {
	for _, s := range h.Nginx.Root.Children {
		if s.Context != nginxconf.InEvents {
			continue
		}
		if d := s.Last("worker_connections"); d != nil {
			return d.HeadSpan()
		}
		return s.Directive.HeadSpan()
	}
	return source.Span{}
}

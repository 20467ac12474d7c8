package capacity

import (
	"fmt"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/nginxconf/verdict"
	"github.com/tunelint/tunelint/source"
)

// What nginx and the kernel take for one connection, in bytes.
const (
	// connectionSlot is allocated for each of worker_connections when a worker
	// starts: a connection and two events (ngx_event_process_init); resident growth
	// of workers with 512 to 65536 of them.
	connectionSlot = 430
	// idleClient and idleTLSClient are what a worker keeps for a connected client
	// between requests: 0.5 to 1 KiB, and with TLS 14 KiB in nginx 1.22.1 with OpenSSL
	// 3.0, 23 to 29 KiB in 1.30.6 by the keys that the client exchanges.
	idleClient    = 1 << 10
	idleTLSClient = 32 << 10
	// kernelSocket is an established TCP socket without its buffers: the socket, its
	// inode, file and epoll item.
	kernelSocket = 4608
	// trackedConnection is an entry of the connection tracking with its extensions.
	trackedConnection = 400
)

// The terms of [MemoryOf] besides those of applications.
const (
	SlotMemory    = "nginx, connection slots"
	ClientMemory  = "nginx, connected clients"
	BufferedBytes = "nginx, buffers of requests in flight"
	ZoneMemory    = "nginx, shared zones"
	SocketMemory  = "kernel, sockets"
	QueuedBytes   = "kernel, socket buffers"
	TrackMemory   = "kernel, connection tracking"
)

// MemoryOf returns what the applications on the machine, nginx and the kernel
// may take at the declared peak beside the memory of the machine.
func MemoryOf(on *host.Host) *Budget {
	h := sums{on}
	b := &Budget{Kind: Memory, Limit: h.memoryLimit()}
	for _, a := range h.Apps {
		switch {
		case h.Facts.Container.Value || a.Container.Replicas.Known && a.Container.Replicas.Value > 1:
			b.Notes = append(b.Notes, a.Name+" is not counted: it may run elsewhere")
		case h.RunsHere(a):
			b.Terms = append(b.Terms, appMemory(a))
		default:
			b.Notes = append(b.Notes, a.Name+" is not counted: it may run on another machine")
		}
	}
	if h.Nginx != nil && h.Nginx.Whole() {
		b.Terms = append(b.Terms, SlotsOf(on), h.clientMemory())
		b.Terms = append(b.Terms, h.bufferedBytes()...)
		if d, ok := h.WorkerDemand(); ok && d.Spill != nil {
			b.Notes = append(b.Notes, "a response in a temporary file takes nginx 16 KiB more for each MiB")
		}
		b.Terms = append(b.Terms, h.zoneMemory()...)
		b.Terms = append(b.Terms, h.socketMemory(), h.queuedBytes())
		b.Terms = append(b.Terms, h.trackMemory()...)
	}
	b.Notes = append(b.Notes, "the system, its caches and other programs come on top")
	return b
}

// memoryLimit is the machine's memory with its swap, as far as that is known.
func (h sums) memoryLimit() Term {
	t, memory, swap := Term{Name: "memory", Figure: h.Facts.Memory}, h.Facts.Memory, h.Facts.Swap
	switch {
	case h.Facts.Container.Value:
		t.Figure.Known, t.Why = false, "what the machine's memory is to a container is not known"
	case !memory.Known:
		t.Why = "facts.memory is not declared"
	case !swap.Known:
		t.How = "swap is not declared"
	case swap.Value == 0:
		t.How = "no swap"
		t.Also = []Factor{{"swap", swap.Origin}}
	default:
		t.Name, t.How = "memory and swap", ""
		t.Figure.Value = host.Plus(memory.Value, swap.Value)
		t.Also = []Factor{{"swap", swap.Origin}}
	}
	return t
}

// appMemory is what the workers of an application take, no more than it may have.
func appMemory(a *appconf.App) Term {
	t := Term{Name: a.Name}
	each, workers, limit := a.MemoryPerWorker, a.Workers, a.MemoryLimit
	switch {
	case !each.Known && limit.Known:
		t.Why = fmt.Sprintf("memory_per_worker is not declared; all of it may have %d MiB", limit.Value>>20)
		return t
	case !each.Known:
		t.Why = "memory_per_worker is not declared"
		return t
	case !workers.Known || workers.Value < 1:
		t.Why = "how many workers it has is not known"
		return t
	}
	t.How = fmt.Sprintf("%s x %d MiB", inWords(int64(workers.Value), "worker"), each.Value>>20)
	if each.Value%(1<<20) != 0 {
		t.How = fmt.Sprintf("%s x %d KiB", inWords(int64(workers.Value), "worker"), each.Value>>10)
	}
	t.Figure = source.Known(host.Times(int64(workers.Value), each.Value), each.Origin)
	t.Also = []Factor{{"workers", workers.Origin}}
	if limit.Known && limit.Value < t.Figure.Value {
		t.How += ", no more than its limit"
		t.Figure = limit
		t.Also = append(t.Also, Factor{"memory_per_worker", each.Origin})
	}
	return t
}

// SlotsOf returns the memory that nginx's workers allocate for connections when they
// start. The host must have an nginx configuration.
func SlotsOf(on *host.Host) Term {
	h := sums{on}
	t := Term{Name: SlotMemory}
	limit := h.connectionLimit()
	if !limit.Figure.Known {
		t.Why = "the number of connections cannot be told"
		return t
	}
	t.How, t.Also = fmt.Sprintf("%s x %d B", limit.How, connectionSlot), limit.Also
	t.Figure = source.Known(host.Times(limit.Figure.Value, connectionSlot), limit.Figure.Origin)
	return t
}

// clientMemory is what connected clients take between requests.
func (h sums) clientMemory() Term {
	t := h.clients()
	t.Name = ClientMemory
	if !t.Figure.Known {
		return t
	}
	n := t.Figure.Value
	if limit := h.connectionLimit().Figure; limit.Known {
		n = min(n, limit.Value)
	}
	each := int64(idleClient)
	if h.TakesTLS() {
		each = idleTLSClient
	}
	t.How = fmt.Sprintf("%d x %d KiB", n, each>>10)
	if each == idleTLSClient {
		t.How += " with TLS"
		t.AtMost = true // by version, build and keys it is less
	}
	t.Figure.Value = host.Times(n, each)
	return t
}

// bufferedBytes are the buffers of requests that are passed on, as if all of them
// took the route that needs most.
func (h sums) bufferedBytes() []Term {
	var most *host.BufferMemory
	for _, m := range h.BufferMemories() {
		if most == nil || m.Total() > most.Total() {
			most = m
		}
	}
	switch {
	case most != nil:
	case len(h.Nginx.Routes()) == 0 || h.Facts.Workload.PeakConnections.Known:
		return nil
	default:
		return []Term{{Name: BufferedBytes, Why: h.clients().Why}}
	}
	values := most.Buffers.Values
	t := Term{Name: BufferedBytes, AtMost: true, How: fmt.Sprintf("%d requests x %d KiB", most.Requests, most.PerRequest()>>10)}
	t.Figure = source.Known(most.Total(), values[1].Origin())
	t.Also = []Factor{{"client_body_buffer_size", most.Body.Origin}, {"workload.peak_connections", h.Facts.Workload.PeakConnections.Origin}}
	return []Term{t}
}

// zoneMemory sums the shared memory zones, which fill up with use.
func (h sums) zoneMemory() []Term {
	zones := verdict.SharedZones(h.Nginx)
	t := Term{Name: ZoneMemory, AtMost: true}
	sum, known := int64(0), 0
	for _, z := range zones {
		if !z.Size.Known {
			continue
		}
		if known++; known == 1 {
			t.Figure.Origin = z.Size.Origin
		} else {
			t.Also = append(t.Also, Factor{z.Name, z.Size.Origin})
		}
		sum = host.Plus(sum, z.Size.Value)
	}
	if known == 0 {
		return nil
	}
	t.Figure.Value, t.Figure.Known = sum, true
	t.How = inWords(int64(known), "zone")
	return []Term{t}
}

package capacity

import (
	"fmt"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

// socketMemory is what the kernel keeps for connections, without their buffers.
func (h sums) socketMemory() Term {
	t := h.sockets()
	t.Name = SocketMemory
	if t.Figure.Known {
		t.How = fmt.Sprintf("%d x 4.5 KiB", t.Figure.Value)
		t.Figure.Value = host.Times(t.Figure.Value, kernelSocket)
	}
	return t
}

// queuedBytes are the buffers of sockets, as if both of each had grown to the last
// values of net.ipv4.tcp_rmem and tcp_wmem, as they do where the other side reads
// slowly. The kernel gives no more than net.ipv4.tcp_mem to all of them.
func (h sums) queuedBytes() Term {
	t := h.sockets()
	t.Name, t.AtMost = QueuedBytes, true
	if !t.Figure.Known {
		return t
	}
	read, write := h.Sysctl.Ints("net.ipv4.tcp_rmem"), h.Sysctl.Ints("net.ipv4.tcp_wmem")
	most := h.tcpMemory()
	each, n := int64(0), t.Figure.Value
	switch known := len(read.Value) > 2 && read.Known && len(write.Value) > 2 && write.Known; {
	case known:
		each = host.Plus(read.Value[2], write.Value[2])
		t.How = fmt.Sprintf("%d x %d KiB", n, each>>10)
		t.Figure = source.Known(host.Times(n, each), read.Origin)
		t.Also = []Factor{{"net.ipv4.tcp_wmem", write.Origin}}
	case !most.Figure.Known:
		t.Figure.Known, t.Why = false, "net.ipv4.tcp_rmem and tcp_wmem depend on the kernel's version, which is not declared"
		return t
	default:
		t.Figure = most.Figure
	}
	if most.Figure.Known && (each == 0 || most.Figure.Value < t.Figure.Value) {
		t.Figure, t.How, t.Also = most.Figure, "all that net.ipv4.tcp_mem allows", nil
	}
	return t
}

const kernelPage = 4096

// tcpMemory is the third value of net.ipv4.tcp_mem, beyond which no socket gets
// more. By default it is 3/32 of the memory (net/ipv4/tcp.c, tcp_init_mem).
func (h sums) tcpMemory() Term {
	t := Term{Name: "net.ipv4.tcp_mem"}
	set, memory := h.Sysctl.Ints(t.Name), h.Facts.Memory
	switch {
	case set.Known && len(set.Value) > 2:
		t.Figure = source.Known(host.Times(set.Value[2], kernelPage), set.Origin)
	case len(h.Sysctl.Lines(t.Name)) == 0 && memory.Known && !h.Facts.Container.Value:
		t.Figure = source.Known(memory.Value/32*3, source.Origin{Default: "kernel default, 3/32 of the memory"})
	}
	return t
}

// trackMemory is what the connection tracking may take where a file says how many
// connections it may hold; none else.
func (h sums) trackMemory() []Term {
	most := h.TrackMax()
	if !most.Known {
		return nil
	}
	t := Term{Name: TrackMemory, AtMost: true, How: fmt.Sprintf("%d entries x %d B", most.Value, trackedConnection)}
	t.Figure = source.Known(host.Times(most.Value, trackedConnection), most.Origin)
	return []Term{t}
}

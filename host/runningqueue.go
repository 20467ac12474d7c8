package host

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/machine"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A RunningQueue is the accept queue of a socket that nginx listens on, as it runs
// and as nginx would get it if it were restarted.
type RunningQueue struct {
	// Length is how long the kernel lets it grow; where nginx has several sockets
	// for the address, one that differs from Backlog and Limit, if there is any.
	Length int64
	// Listen is the directive that decides, Backlog what is asked for, and Limit
	// the net.core.somaxconn that cuts it.
	Listen         *nginxconf.Listen
	Backlog, Limit source.Setting[int64]
	// Running is the net.core.somaxconn of this moment.
	Running int64
}

// Want returns how long the queue is to be.
func (q *RunningQueue) Want() int64 { return min(q.Backlog.Value, q.Limit.Value) }

// RunningQueues returns the accept queues of the addresses that nginx's http
// servers listen on, in the order of the files. Sockets of other programs are not
// among them, as far as this user may see whose they are.
func (h *Host) RunningQueues() []*RunningQueue {
	masters, _ := h.Masters()
	if len(masters) == 0 || !h.Nginx.Whole() {
		return nil
	}
	running, err := strconv.ParseInt(h.Machine.Values[somaxconn], 10, 64)
	limit := h.Sysctl.Int(somaxconn)
	if err != nil {
		return nil
	}
	if !limit.Known || h.Facts.Container.Value {
		limit = source.Known(running, thisMachine)
	}
	var out []*RunningQueue
	at := map[string]*RunningQueue{}
	for _, l := range h.Nginx.Listens() {
		backlog := l.Backlog()
		switch q := at[l.Socket]; {
		case l.QUIC || !backlog.Known || !l.Directive.Certain():
		case q == nil:
			q = &RunningQueue{Listen: l, Backlog: backlog, Limit: limit, Running: running}
			at[l.Socket] = q
			out = append(out, q)
		case !backlog.Origin.IsDefault(): // of one socket only one directive may say it
			q.Listen, q.Backlog = l, backlog
		}
	}
	return slices.DeleteFunc(out, func(q *RunningQueue) bool { return !q.find(h.Machine.Queues, masters) })
}

// find looks up the length; false where nginx has no such socket.
func (q *RunningQueue) find(queues []machine.Queue, masters []machine.Master) bool {
	address, err := netip.ParseAddrPort(strings.Replace(q.Listen.Socket, "*:", "0.0.0.0:", 1))
	if err != nil {
		return false // a unix socket or a name
	}
	found := false
	for _, running := range queues {
		if running.Address == address && ownedBy(running, masters) && (!found || q.Length == q.Want()) {
			q.Length, found = running.Backlog, true
		}
	}
	return found
}

// ownedBy reports whether a socket may be one of nginx: it is, where nothing else
// can be seen, as no other program can have the address of a running nginx.
func ownedBy(q machine.Queue, masters []machine.Master) bool {
	seen := false
	for _, m := range masters {
		if seen = seen || m.Sockets != nil; slices.Contains(m.Sockets, q.Inode) {
			return true
		}
	}
	return !seen
}

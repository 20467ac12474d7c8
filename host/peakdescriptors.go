package host

// PeakDemand returns what a worker may need at the declared peak: a connection
// for each of its clients, one to the application and one file for the request
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
		sockets *= 2
	}
	d.Connections.Value = min(d.Connections.Value, sockets)
	d.Files = min(d.Files, clients)
	return d, clients, true
}

// passesOn reports whether some of nginx's clients are served by others.
func (h *Host) passesOn() bool { return len(h.Nginx.Routes()) > 0 }

package host

import (
	"strconv"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// fewestConnections is the smallest worker_connections worth proposing: nginx counts
// listening sockets and channels among them.
const fewestConnections = 64

// FittingConnections returns the largest worker_connections of which the demand is
// not above a limit; 0 where that is too few to serve anybody.
func (d Demand) FittingConnections(limit int64) int64 {
	if d.Connections.Value < 1 {
		return 0
	}
	rest := d.Total() - d.Connections.Value - d.Files
	n := (limit - rest) / (1 + d.Files/d.Connections.Value)
	if n < fewestConnections || n >= d.Connections.Value {
		return 0
	}
	return n
}

// SetConnections returns the edit that sets worker_connections where it stands; none
// for its default, and for less than one. h.Nginx must not be nil.
func (h *Host) SetConnections(n int64) []source.Edit {
	for _, s := range h.Nginx.Root.Children {
		if s.Context != nginxconf.InEvents || n < 1 {
			continue
		}
		if d := s.Last("worker_connections"); d != nil {
			return []source.Edit{d.SetArg(0, strconv.FormatInt(n, 10))}
		}
	}
	return nil
}

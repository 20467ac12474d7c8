package capacity

import (
	"fmt"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

// trackBudget is what sockets/conntrack-too-small compares: the connections that the
// firewall tracks at the declared peak beside nf_conntrack_max, where a file sets it;
// none elsewhere, for not every machine tracks connections.
func (h sums) trackBudget() []*Budget {
	most := h.TrackMax()
	if !most.Known {
		return nil
	}
	b := &Budget{Kind: TrackedConnections, Limit: Term{Name: "nf_conntrack_max", Figure: most}}
	b.Terms = []Term{h.clients()}
	tracked, ok := h.Tracked()
	if behind := h.upstreamInUse(); len(h.Nginx.Routes()) > 0 && (!ok || tracked.Behind > 0) {
		if behind.Figure.Known && ok {
			behind.Figure.Value = tracked.Behind
		}
		b.Terms = append(b.Terms, behind)
	}
	if tracked.Closed > 0 {
		b.Terms = append(b.Terms, Term{
			Name: "closed connections to applications", How: fmt.Sprintf("%d/s x %d s", tracked.Closed, tracked.Wait.Value),
			Figure: source.Known(host.Times(tracked.Closed, tracked.Wait.Value), tracked.Requests.Origin),
			Also:   []Factor{{"net.netfilter.nf_conntrack_tcp_timeout_time_wait", tracked.Wait.Origin}},
		})
	}
	b.Notes = append(b.Notes, "connections of clients that come and go are tracked for two minutes more each")
	return []*Budget{b}
}

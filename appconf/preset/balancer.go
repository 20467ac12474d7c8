package preset

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/tunelint/tunelint/spelling"
)

// A Balancer is what is known of a kind of load balancer, CDN or router.
type Balancer struct {
	// ID is its kind in tunelint.yaml; Label its name for people.
	ID, Label string
	// Layer is 4 for balancers that forward connections and 7 for those that speak
	// HTTP and reuse connections.
	Layer int
	// Figures are the defaults by name: idle_timeout, request_timeout,
	// health_interval, health_timeout, health_healthy_threshold,
	// health_unhealthy_threshold, max_header_size, max_body_size.
	Figures map[string]Figure
}

//go:embed balancers.yaml
var balancersYAML string

func (r row) balancer() *Balancer {
	var rows []*Balancer
	r.decode(&rows)
	return rows[0]
}

// FindBalancer returns what is known of a kind; generic-http and generic-tcp
// have no defaults. An unknown kind is an error that names the nearest one.
func FindBalancer(kind string) (*Balancer, error) {
	kind = strings.ToLower(strings.TrimSpace(kind))
	var names []string
	for _, row := range balancerRows() {
		if row.id == kind {
			return row.balancer(), nil
		}
		names = append(names, row.id)
	}
	return nil, fmt.Errorf("unknown load balancer kind %q%s", spelling.Abbreviate(kind), spelling.Hint(kind, names))
}

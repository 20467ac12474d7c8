package appconf

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-multierror"
	"go.yaml.in/yaml/v3"

	"github.com/tunelint/tunelint/source"
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
var balancersYAML []byte

// balancers returns the table of kinds. Nobody changes it.
var balancers = sync.OnceValue(func() []*Balancer {
	var rows []*Balancer
	if err := yaml.Unmarshal(balancersYAML, &rows); err != nil {
		panic("balancers.yaml: " + err.Error())
	}
	return rows
})

// FindBalancer returns what is known of a kind; generic-http and generic-tcp
// have no defaults. An unknown kind is an error that names the nearest one.
func FindBalancer(kind string) (*Balancer, error) {
	kind = strings.ToLower(strings.TrimSpace(kind))
	var names []string
	for _, b := range balancers() {
		if b.ID == kind {
			return b, nil
		}
		names = append(names, b.ID)
	}
	return nil, fmt.Errorf("unknown load balancer kind %q%s", abbreviate(kind), spelling.Hint(kind, names))
}

// A LoadBalancer is one balancer in front of nginx with every value resolved:
// tunelint.yaml wins over the defaults of its kind.
type LoadBalancer struct {
	Name, Kind string
	// Layer is 4 or 7; 0 when the kind is unknown.
	Layer int
	// Span is its entry in tunelint.yaml.
	Span source.Span
	// IdleTimeout is when it drops an idle connection to the server behind it.
	// RequestTimeout is how long it waits for an answer, or for its next byte;
	// unknown when nothing limits it.
	IdleTimeout, RequestTimeout source.Setting[time.Duration]
	// RequestLimit says what RequestTimeout limits; see [Figure.Kind].
	RequestLimit string
	HealthCheck  HealthCheck
	Retry        Retry
	// MaxHeaderSize and MaxBodySize are the largest request it lets through, in bytes.
	MaxHeaderSize, MaxBodySize source.Setting[int64]
}

// LoadBalancers resolves every entry. An unknown kind is an error at its place;
// the entry is returned with what tunelint.yaml says.
func LoadBalancers(list []LoadBalancerConfig) ([]*LoadBalancer, error) {
	var out []*LoadBalancer
	var errs *multierror.Error
	for i := range list {
		c := &list[i]
		b, err := FindBalancer(c.Kind.Value)
		if err != nil {
			if c.Kind.Known {
				errs = multierror.Append(errs, &source.Error{Span: c.Kind.Origin.Span, Message: err.Error()})
			}
			b = &Balancer{ID: c.Kind.Value}
		}
		out = append(out, b.resolve(c))
	}
	return out, errs.ErrorOrNil()
}

func (b *Balancer) resolve(c *LoadBalancerConfig) *LoadBalancer {
	l := &LoadBalancer{Name: c.Name.Value, Kind: b.ID, Layer: b.Layer, Span: c.Span, HealthCheck: c.HealthCheck, Retry: c.Retry}
	if l.Name == "" {
		l.Name = b.ID
	}
	l.IdleTimeout = preset(b, c.IdleTimeout, "idle_timeout")
	l.RequestTimeout = preset(b, c.RequestTimeout, "request_timeout")
	if !l.RequestTimeout.Known && b.Figures["request_timeout"].Value == "idle_timeout" {
		l.RequestTimeout = l.IdleTimeout // one timer serves both
	}
	l.RequestLimit = b.Figures["request_timeout"].Kind
	if l.RequestTimeout.Value == Infinite {
		l.RequestTimeout = source.Setting[time.Duration]{}
	}
	h := &l.HealthCheck
	h.Interval = preset(b, h.Interval, "health_interval")
	h.Timeout = preset(b, h.Timeout, "health_timeout")
	h.HealthyThreshold = preset(b, h.HealthyThreshold, "health_healthy_threshold")
	h.UnhealthyThreshold = preset(b, h.UnhealthyThreshold, "health_unhealthy_threshold")
	l.MaxHeaderSize = preset(b, c.MaxHeaderSize, "max_header_size")
	l.MaxBodySize = preset(b, c.MaxBodySize, "max_body_size")
	return l
}

// preset returns what is declared, else the figure of that name.
func preset[T ~int | ~int64](b *Balancer, declared source.Setting[T], name string) source.Setting[T] {
	f, ok := b.Figures[name]
	if declared.Known || !ok {
		return declared
	}
	v, ok := f.number()
	if !ok {
		return declared
	}
	return source.Known(T(v), source.Origin{Default: b.Label + " default", Assumed: !f.Verified})
}

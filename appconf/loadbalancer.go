package appconf

import (
	"time"

	"github.com/hashicorp/go-multierror"

	"github.com/tunelint/tunelint/appconf/preset"
	"github.com/tunelint/tunelint/source"
)

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
	// RequestLimit says what RequestTimeout limits; see [preset.Figure.Kind].
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
		b, err := preset.FindBalancer(c.Kind.Value)
		if err != nil {
			if c.Kind.Known {
				errs = multierror.Append(errs, &source.Error{Span: c.Kind.Origin.Span, Message: err.Error()})
			}
			b = &preset.Balancer{ID: c.Kind.Value}
		}
		out = append(out, resolve(b, c))
	}
	return out, errs.ErrorOrNil()
}

func resolve(b *preset.Balancer, c *LoadBalancerConfig) *LoadBalancer {
	l := &LoadBalancer{Name: c.Name.Value, Kind: b.ID, Layer: b.Layer, Span: c.Span, HealthCheck: c.HealthCheck, Retry: c.Retry}
	if l.Name == "" {
		l.Name = b.ID
	}
	l.IdleTimeout = orFigure(b, c.IdleTimeout, "idle_timeout")
	l.RequestTimeout = orFigure(b, c.RequestTimeout, "request_timeout")
	if !l.RequestTimeout.Known && b.Figures["request_timeout"].Value == "idle_timeout" {
		l.RequestTimeout = l.IdleTimeout // one timer serves both
	}
	l.RequestLimit = b.Figures["request_timeout"].Kind
	if l.RequestTimeout.Value == Infinite {
		l.RequestTimeout = source.Setting[time.Duration]{}
	}
	h := &l.HealthCheck
	h.Interval = orFigure(b, h.Interval, "health_interval")
	h.Timeout = orFigure(b, h.Timeout, "health_timeout")
	h.HealthyThreshold = orFigure(b, h.HealthyThreshold, "health_healthy_threshold")
	h.UnhealthyThreshold = orFigure(b, h.UnhealthyThreshold, "health_unhealthy_threshold")
	l.MaxHeaderSize = orFigure(b, c.MaxHeaderSize, "max_header_size")
	l.MaxBodySize = orFigure(b, c.MaxBodySize, "max_body_size")
	return l
}

// orFigure returns what is declared, else the figure of that name.
func orFigure[T ~int | ~int64](b *preset.Balancer, declared source.Setting[T], name string) source.Setting[T] {
	f, ok := b.Figures[name]
	if declared.Known || !ok {
		return declared
	}
	v, ok := f.Number()
	if !ok {
		return declared
	}
	return source.Known(T(v), source.Origin{Default: b.Label + " default", Assumed: !f.Verified})
}

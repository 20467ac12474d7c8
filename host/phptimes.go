package host

import (
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/source"
)

// PHPTimes are the three times that may end a request to a php-fpm pool.
type PHPTimes struct {
	App *appconf.App
	// Compute is max_execution_time: what the script computes itself, without what
	// it waits for.
	Compute source.Setting[time.Duration]
	// Kill is request_terminate_timeout, after which the worker is killed; Unlimited
	// says that there is none.
	Kill      source.Setting[time.Duration]
	Unlimited bool
	// Reads are the values of *_read_timeout on the routes to the pool.
	Reads []*RouteValue
}

// PHPTimesOf returns the times of every pool that nginx passes requests to and
// whose files could be read. unread are places on routes that could not.
func (h *Host) PHPTimesOf() (found []*PHPTimes, unread []source.Skip) {
	all := h.RouteValues("read_timeout")
	for _, a := range h.Apps {
		routes := h.routesOf(a)
		if !isPHP(a) || len(routes) == 0 || declaredHere(a, a.RequestTimeout.Origin) {
			continue
		}
		values, doubts := all.On(routes)
		unread = append(unread, doubts...)
		found = append(found, &PHPTimes{
			App: a, Compute: a.ComputeTimeout, Kill: a.RequestTimeout, Reads: values,
			Unlimited: a.NoRequestTimeout.Known,
		})
	}
	return found, unread
}

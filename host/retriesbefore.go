package host

import (
	"regexp"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
)

// MostTries returns on how many servers nginx tries one request at most, and a
// route where it does; 1 and nil where nothing is tried again, or nobody can tell.
// POST and other requests that are not idempotent count only where they are asked
// about.
func (h *Host) MostTries(nonIdempotent bool) (most int, at *nginxconf.Route) {
	most = 1
	if h.Nginx == nil {
		return most, nil
	}
	for _, r := range h.Nginx.Routes() {
		t, ok := RetriesOn(r)
		if !ok || t.Off || r.Upstream == nil || nonIdempotent && !t.After("non_idempotent") {
			continue
		}
		n := UsableServers(r.Upstream)
		if tries := t.Tries.Number(); tries.Known && tries.Value > 0 {
			n = min(n, int(min(tries.Value, 1<<20)))
		}
		if n > most {
			most, at = n, r
		}
	}
	return most, at
}

// afterAnswers matches conditions of a balancer under which it sends a request
// again that an application has answered: every 5xx, or any failure.
var afterAnswers = regexp.MustCompile(`(?i)(^|[^a-z0-9])(5xx|all|any|everything|all-retryable-errors|http_5xx|http_500|500)($|[^a-z0-9])`)

// afterFailures matches conditions of a balancer that are met when nginx has tried
// its servers in vain. A connection to nginx that could not be made is none.
var afterFailures = regexp.MustCompile(`(?i)gateway|50[234]|reset|timeout|retriable|retryable|unavailable|empty-response|junk-response`)

// RetriesFailures reports whether a balancer tries requests again that nginx gave
// up on.
func RetriesFailures(b *appconf.LoadBalancer) bool {
	r := b.Retry
	return r.RetryOn.Known && afterFailures.MatchString(r.RetryOn.Value) || RetriesAnswers(b)
}

// RetriesAnswers reports whether a balancer tries requests again that an
// application may have carried out.
func RetriesAnswers(b *appconf.LoadBalancer) bool {
	r := b.Retry
	return r.RetryOn.Known && afterAnswers.MatchString(r.RetryOn.Value) && (!r.Attempts.Known || r.Attempts.Value > 0)
}

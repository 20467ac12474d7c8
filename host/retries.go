package host

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// Retries is what decides whether a failed request is tried on another server.
type Retries struct {
	// Off reports that nothing is tried again.
	Off bool
	// Next, Tries and Timeout are *_next_upstream, *_next_upstream_tries and
	// *_next_upstream_timeout of the route's module.
	Next, Tries, Timeout nginxconf.Value
}

// RetriesOn returns the settings of an http route, false for a stream route and
// where a file that could not be read may decide one of them.
func RetriesOn(r *nginxconf.Route) (Retries, bool) {
	name := r.Module + "_next_upstream"
	t := Retries{
		Next:    r.Scope.Effective(name),
		Tries:   r.Scope.Effective(name + "_tries"),
		Timeout: r.Scope.Effective(name + "_timeout"),
	}
	t.Off = t.After("off")
	return t, r.Module != "stream" && t.Next.Known && t.Tries.Known && t.Timeout.Known
}

// After reports whether *_next_upstream lists a word; nginx reads them without
// regard to case, and several directives add up.
func (t Retries) After(word string) bool {
	if len(t.Next.Directives) == 0 {
		return hasWord(t.Next.Default, word)
	}
	return slices.ContainsFunc(t.Next.Directives, func(d *nginxconf.Directive) bool { return hasWord(d.ArgText(), word) })
}

// hasWord reports whether a word is among those of a text, in any case.
func hasWord(text, word string) bool {
	for w := range strings.FieldsSeq(text) {
		if strings.EqualFold(w, word) {
			return true
		}
	}
	return false
}

// LimitsRetries reports whether any directive of the host limits retries.
func (h *Host) LimitsRetries() bool {
	for _, module := range []string{"proxy", "fastcgi", "uwsgi", "scgi", "grpc", "memcached"} {
		if h.Nginx.Has(module+"_next_upstream_tries", module+"_next_upstream_timeout") {
			return true
		}
	}
	return false
}

// SetsRetries reports whether any directive of the host says after which failures
// a request is tried again.
func (h *Host) SetsRetries() bool {
	return h.Nginx.Has("proxy_next_upstream", "fastcgi_next_upstream", "uwsgi_next_upstream", "scgi_next_upstream", "grpc_next_upstream")
}

// RetryLimits is what the directives that limit retries come to, by directive.
type RetryLimits map[*nginxconf.Directive]RetryLimit

// A RetryLimit is what one such directive comes to in all places where it is in
// force.
type RetryLimit struct {
	// Useful reports that some route it holds for may retry.
	Useful bool
	// Servers is the largest number of servers that one request can be tried on,
	// and Upstream the block that has them, nil for a literal address. Zero when
	// nobody can tell: a name may have several addresses, a variable may be any.
	Servers  int
	Upstream *nginxconf.Upstream

	unknown bool
}

// RetryLimits looks at every http route.
func (h *Host) RetryLimits() RetryLimits {
	out := RetryLimits{}
	for _, r := range h.Nginx.Routes() {
		t, ok := RetriesOn(r)
		for _, d := range []*nginxconf.Directive{t.Tries.Directive(), t.Timeout.Directive()} {
			if d != nil && r.Module != "stream" {
				limit := out[d]
				limit.Useful = limit.Useful || !ok || !t.Off
				limit.meet(r)
				out[d] = limit
			}
		}
	}
	return out
}

// meet takes a route into account.
func (l *RetryLimit) meet(r *nginxconf.Route) {
	n, addresses := 1, []string{r.Address}
	if r.Upstream != nil {
		n, addresses = UsableServers(r.Upstream), addressesOf(r.Upstream)
	}
	switch l.unknown = l.unknown || slices.ContainsFunc(addresses, isName); {
	case l.unknown:
		l.Servers, l.Upstream = 0, nil
	case n > l.Servers:
		l.Servers, l.Upstream = n, r.Upstream
	}
}

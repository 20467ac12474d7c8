package host

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// PassesUpgrade reports whether a route of the proxy module hands the client's
// wish for another protocol on, as a WebSocket needs it; known is false where
// the headers cannot be read.
func PassesUpgrade(r *nginxconf.Route) (passes, known bool) {
	if r.Module != "proxy" {
		return false, true
	}
	headers := r.Scope.Effective("proxy_set_header")
	for _, d := range headers.Directives {
		if strings.EqualFold(d.Arg(0), "Upgrade") {
			passes = d.Arg(1) != ""
		}
	}
	return passes, headers.Known
}

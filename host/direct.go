package host

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/source"
)

// nginxImage matches the image of a service that is nginx.
var nginxImage = regexp.MustCompile(`(?m)^\s*image:\s*["']?(?:[\w.:/-]*/)?nginx`)

// startsNginx reports whether a compose file has a service that is nginx.
func startsNginx(f *source.File) bool { return isCompose(f) && nginxImage.MatchString(f.Text) }

const httpProtocols = appconf.HTTP1 | appconf.HTTP2 | appconf.TLS

// Direct returns the application that the balancers of a host without nginx
// connect to themselves: the only one that speaks HTTP and is declared behind no
// upstream. It is nil where there is none, and where it cannot be told; why then
// says what is missing, "" where nginx may take the requests.
func (h *Host) Direct() (app *appconf.App, why string) {
	if h.Nginx != nil || h.Facts.NginxVersion.Known || len(h.Problems) > 0 || len(h.Balancers) == 0 {
		return nil, ""
	}
	for _, a := range h.Apps {
		switch {
		case a.Speaks.Known && a.Speaks.Value&httpProtocols == 0:
		case a.Upstream != "":
			return nil, fmt.Sprintf("%s is declared behind the upstream %s, and there is no nginx that passes to it", a.Name, a.Upstream)
		case slices.ContainsFunc(a.Files, startsNginx):
			return nil, fmt.Sprintf("a compose file of %s starts an nginx that is not part of the host", a.Name)
		case app != nil:
			return nil, fmt.Sprintf("which of %s and %s the balancer connects to is not declared", app.Name, a.Name)
		default:
			app = a
		}
	}
	return app, ""
}

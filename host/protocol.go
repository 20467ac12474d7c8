package host

import (
	"slices"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
)

// Sends returns the protocol in which nginx passes the requests of a route on, and
// the directive that decides it; false where that cannot be told, and for
// protocols that no application is known by.
func Sends(r *nginxconf.Route) (p appconf.Protocol, by *nginxconf.Directive, ok bool) {
	switch {
	case r.Module == "fastcgi":
		return appconf.FastCGI, r.Pass, true
	case r.Module == "uwsgi" && r.Scheme == "":
		return appconf.UWSGI, r.Pass, true
	case r.Variable && r.Scheme == "": // a variable may hold the scheme, too
		return 0, nil, false
	case r.Module == "grpc" && r.Scheme == "grpcs", r.Module == "proxy" && r.Scheme == "https":
		return appconf.TLS, r.Pass, true
	case r.Module == "grpc":
		return appconf.HTTP2, r.Pass, true
	case r.Module != "proxy" || r.Scheme != "http":
		return 0, nil, false
	}
	version := r.Scope.Effective("proxy_http_version")
	switch {
	case !version.Known:
		return 0, nil, false
	case version.First() == "2":
		return appconf.HTTP2, version.Directive(), true
	}
	return appconf.HTTP1, r.Pass, true
}

// A Mismatch is an application that does not understand what nginx sends to it.
type Mismatch struct {
	App  *appconf.App
	Sent appconf.Protocol
	// By are the directives that decide what is sent, each once; Routes the routes.
	By     []*nginxconf.Directive
	Routes []*nginxconf.Route
}

// Mismatches returns the applications behind nginx that are known to understand
// other protocols only.
func (h *Host) Mismatches() []*Mismatch {
	var out []*Mismatch
	for _, r := range h.Nginx.Routes() {
		sent, by, ok := Sends(r)
		if !ok {
			continue
		}
		for _, a := range h.AppsOn(r) {
			if s := a.Speaks; s.Known && !s.Origin.Assumed && s.Value&sent == 0 {
				out = addMismatch(out, &Mismatch{a, sent, []*nginxconf.Directive{by}, []*nginxconf.Route{r}})
			}
		}
	}
	return out
}

func addMismatch(list []*Mismatch, m *Mismatch) []*Mismatch {
	for _, o := range list {
		if o.App != m.App || o.Sent != m.Sent {
			continue
		}
		o.Routes = append(o.Routes, m.Routes...)
		if !slices.Contains(o.By, m.By[0]) {
			o.By = append(o.By, m.By[0])
		}
		return list
	}
	return append(list, m)
}

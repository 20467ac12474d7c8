package host

import (
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// appHop is a time of an application. Where it is not known a file may say one
// that cannot be read.
func appHop(a *appconf.App, hop Hop) Hop {
	hop.Party, hop.Who, hop.App, hop.At = App, a.Name, a, []source.Span{a.Span}
	if hop.Time.Known {
		return hop
	}
	if len(a.Skips) > 0 {
		hop.Time.Origin, hop.Why = source.Origin{Span: a.Skips[0].Span}, a.Skips[0].Why
		return hop
	}
	hop.Why = notDeclared
	return hop
}

// requestHop is how long an application may take on the requests of a location.
func (h *Host) requestHop(a *appconf.App, location *nginxconf.Scope) Hop {
	t := h.RequestTime(a, location)
	if !t.Known && a.NoRequestTimeout.Value {
		t = source.Known(appconf.Infinite, a.NoRequestTimeout.Origin)
	}
	return appHop(a, Hop{Name: "request_timeout", Time: t})
}

// keepHop is how long an application keeps an idle connection.
func keepHop(a *appconf.App) Hop {
	hop := appHop(a, Hop{Name: "keepalive_timeout", Time: a.KeepAlive})
	switch {
	case a.MaxRequestsPerConnection.Value == 1 || hop.Time.Known && hop.Time.Value == 0:
		hop.Note = "closes after each answer"
	case a.KeepAliveSlack > 0:
		hop.Note = "really closes " + nginxconf.FormatTime(a.KeepAliveSlack) + " later"
	}
	return hop
}

// undeclared stands for an application that nobody declares.
func undeclared(c *Chain, r *nginxconf.Route, name string) []Hop {
	if len(c.Apps) > 0 {
		return nil
	}
	return []Hop{{Party: App, Who: r.Target(), Name: name, Why: "no application is declared for it"}}
}

// appTimes are the further times of an application.
func (h *Host) appTimes(a *appconf.App, at *nginxconf.Scope) []Hop {
	hops := []Hop{h.requestHop(a, at), keepHop(a)}
	for _, t := range []struct {
		name, note string
		time       source.Setting[time.Duration]
	}{
		{"worker_timeout", "", a.WorkerTimeout},
		{"write_timeout", "closes the connection without a status", a.WriteTimeout},
		{"compute_timeout", "computing alone counts, not waiting", a.ComputeTimeout},
		{"header_timeout", "", a.HeaderTimeout},
		{"request_read_timeout", "limits receiving the request, not answering it", a.RequestReadTimeout},
		{"ping_interval", "", a.PingInterval},
		{"startup_time", "", a.StartupTime},
		{"shutdown_timeout", "", a.ShutdownTimeout},
		{"stop_grace_period", "", a.StopGrace},
	} {
		if t.time.Known {
			hops = append(hops, appHop(a, Hop{Name: t.name, Time: t.time, Note: t.note}))
		}
	}
	return hops
}

package rules

import (
	"strings"
	"time"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var tcpKeepaliveAfterNAT = &lint.Rule{
	Name:  "timeouts/tcp-keepalive-after-nat",
	Title: "a balancer forgets connections that are silent, and no probe comes before",
	Why: "A balancer that forwards connections drops a flow that was silent for its idle time, some without telling either side: the next packet is lost or meets a reset. " +
		"WebSockets, streams and slow answers may be silent for longer on purpose. The kernel can probe such connections, which counts as traffic, but nginx turns " +
		"that on for none by itself; net.ipv4.tcp_keepalive_time only says when, two hours by default, where so_keepalive leaves it open.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#listen",
		"https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html",
		"https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-idle-timeout",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runTCPKeepaliveAfterNAT,
}

func runTCPKeepaliveAfterNAT(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	found, unread := p.Host.Forgotten()
	for _, skip := range unread {
		p.Skip(skip.Span, skip.Why)
	}
	for _, f := range found {
		reportForgotten(p, f)
	}
}

func reportForgotten(p *lint.Pass, f *host.Forgotten) {
	idle := f.Balancer.IdleTimeout
	at, probes := f.Listens[0].HeadSpan(), "and nothing probes it before"
	if f.Probe.Known {
		at, probes = f.Probe.Origin.Span, "and the first probe comes after "+nginxconf.FormatTime(f.Probe.Value)
	}
	r := p.Report(at, "a connection may be silent for %s, %s forgets it after %s, %s", nginxconf.FormatTime(f.Silence.Value),
		f.Balancer.Name, nginxconf.FormatTime(idle.Value), probes).Key("%s behind %s", f.Socket, f.Balancer.Name)
	r.SeeOrigin(f.Silence.Origin, "silence of %s is allowed", nginxconf.FormatTime(f.Silence.Value))
	r.See(f.Route.Pass.HeadSpan(), "is reached through this socket")
	r.SeeOrigin(idle.Origin, "%s drops an idle connection after %s", f.Balancer.Name, nginxconf.FormatTime(idle.Value))
	if f.Option == nil {
		return
	}
	// A fifth of the time is left for probes that get lost.
	param := "so_keepalive=" + nginxconf.FormatTime((idle.Value * 4 / 5).Truncate(time.Second))
	if i, value := f.Option.Param("so_keepalive"); i >= 0 {
		if _, rest, ok := strings.Cut(value, ":"); ok { // interval and number of probes stay
			param += ":" + rest
		}
		r.Suggest("listen with "+param, f.Option.SetArg(i, param))
	} else {
		r.Suggest("listen with "+param, f.Option.AddArgs(param))
	}
}

package rules

import (
	"strings"
	"time"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

const synRetries = "net.ipv4.tcp_syn_retries"

var connectAbove75s = &lint.Rule{
	Name:  "timeouts/connect-above-75s",
	Title: "nginx waits for a connection that the kernel no longer asks for",
	Why: "The kernel sends the first packet of a connection again after one, two, four … seconds, tcp_syn_retries times; the sixth time, its default, is the last " +
		"one after little more than a minute. An answer to it comes within seconds or not at all, so a longer connect timeout only keeps the client waiting, " +
		"and it has no say in how long an answer or a silent WebSocket may take.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_connect_timeout",
		"https://docs.kernel.org/networking/ip-sysctl.html",
	},
	Severity: lint.Info,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runConnectAbove75s,
}

func runConnectAbove75s(p *lint.Pass) {
	retries := p.Host.Sysctl.Int(synRetries)
	if p.Host.Nginx == nil || !p.Host.Nginx.Whole() || !retries.Known || retries.Value < 1 || retries.Value > 10 {
		return
	}
	linear := p.Host.Sysctl.Int("net.ipv4.tcp_syn_linear_timeouts") // since Linux 6.5
	last := lastSYN(retries.Value, linear.Value)
	enough := lastSYN(retries.Value, 4) + 8*time.Second // 75 s with the defaults
	seen := map[*nginxconf.Directive]bool{}
	p.Host.Nginx.Root.Walk(func(s *nginxconf.Scope) {
		for _, d := range s.Items() {
			value, ok := nginxconf.ParseTime(d.Arg(0), false)
			if !strings.HasSuffix(d.Name, "_connect_timeout") || seen[d] || !ok || value <= enough || !d.Certain() {
				continue
			}
			seen[d] = true
			r := p.Report(d.HeadSpan(), "%s is %s, but the kernel asks for a connection for the last time after %s",
				d.Name, nginxconf.FormatTime(value), nginxconf.FormatTime(last)).Key("%s in %s", d.Name, s.Path())
			r.SeeOrigin(retries.Origin, "%s is %d", synRetries, retries.Value)
			r.Suggest("set "+d.Name+" to "+nginxconf.FormatTime(enough), d.SetArg(0, nginxconf.FormatTime(enough)))
		}
	})
}

// lastSYN is when the kernel sends the first packet of a connection for the last
// time: again after a second, then twice as long each time, and as often as linear
// says one second apart before that.
func lastSYN(retries, linear int64) time.Duration {
	return time.Duration(1<<retries-1+linear) * time.Second
}

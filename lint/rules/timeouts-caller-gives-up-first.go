package rules

import (
	"fmt"
	"time"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var callerGivesUpFirst = &lint.Rule{
	Name:  "timeouts/caller-gives-up-first",
	Title: "the load balancer gives up on an answer before nginx does, or at the same time",
	Why: "The client gets the balancer's 504, nginx logs 499 as if the client had gone away, and its own error page, log line and second try never come. " +
		"The innermost party should give up first, because only it knows what it was waiting for.",
	Refs: []string{
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout",
		"https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html",
		"https://developers.cloudflare.com/fundamentals/reference/connection-limits/",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runCallerGivesUpFirst,
}

func runCallerGivesUpFirst(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	found, unread := p.Host.EarlyCallers()
	for _, skip := range unread {
		p.Skip(skip.Span, "how long nginx waits for an answer cannot be read: "+skip.Why)
	}
	for _, c := range found {
		reportEarlyCaller(p, c)
	}
}

func reportEarlyCaller(p *lint.Pass, c *host.EarlyCaller) {
	at, where := c.RouteValue.Place()
	patience := c.Balancer.RequestTimeout
	r := p.Report(at, "nginx waits %s for an answer, %s gives up after %s", nginxconf.FormatTime(c.Time().Value),
		c.Balancer.Name, nginxconf.FormatTime(patience.Value)).Key("%s in %s behind %s", c.Name, where, c.Balancer.Name)
	r.SeeValue(c.RouteValue, "waits so long")
	r.SeeOrigin(patience.Origin, "%s waits %s", c.Balancer.Name, nginxconf.FormatTime(patience.Value))
	target := beforeCaller(patience.Value)
	if c.Longest.Known && c.Longest.Value >= target {
		r.SeeOrigin(c.Longest.Origin, "an answer may take %s: only a more patient %s helps", nginxconf.FormatTime(c.Longest.Value), c.Balancer.Name)
		return
	}
	word := nginxconf.FormatTime(target)
	r.SuggestUnsafe("set "+c.Name+" to "+word,
		fmt.Sprintf("answers that begin after %s or later end in 504 also for clients that come another way than through %s", word, c.Balancer.Name),
		c.RouteValue.Set(word)...)
}

// beforeCaller is how long nginx should wait at most when its caller waits so
// long: five seconds less, or half where that is little.
func beforeCaller(patience time.Duration) time.Duration {
	return max(patience-5*time.Second, patience/2).Truncate(time.Millisecond)
}

package rules

import (
	"fmt"
	"time"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
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
	Apply:    []string{"nginx -s reload"},
	Run:      runCallerGivesUpFirst,
}

func runCallerGivesUpFirst(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	found, unread := p.Host.EarlyCallers()
	for _, r := range unread {
		p.Skip(r.Pass.HeadSpan(), "how long nginx waits for an answer cannot be read")
	}
	for _, c := range found {
		reportEarlyCaller(p, c)
	}
}

func reportEarlyCaller(p *lint.Pass, c *host.EarlyCaller) {
	at, where := c.Routes[0].Pass.HeadSpan(), "http"
	if c.Directive != nil {
		at, where = c.Directive.HeadSpan(), c.Level.Path()
	}
	patience := c.Balancer.RequestTimeout
	r := p.Report(at, "nginx waits %s for an answer, %s gives up after %s", nginxconf.FormatTime(c.Read.Value),
		c.Balancer.Name, nginxconf.FormatTime(patience.Value)).Key("%s in %s behind %s", c.Name, where, c.Balancer.Name)
	rest := c.Routes
	if c.Directive == nil {
		r.SeeOrigin(c.Read.Origin, "%s is %s", c.Name, nginxconf.FormatTime(c.Read.Value))
		rest = rest[1:]
	}
	r.SeeAll(nginxconf.PassSpans(rest), "waits so long")
	r.SeeOrigin(patience.Origin, "%s waits %s", c.Balancer.Name, nginxconf.FormatTime(patience.Value))
	target := beforeCaller(patience.Value)
	if c.Longest.Known && c.Longest.Value >= target {
		r.SeeOrigin(c.Longest.Origin, "an answer may take %s: only a more patient %s helps", nginxconf.FormatTime(c.Longest.Value), c.Balancer.Name)
		return
	}
	word := nginxconf.FormatTime(target)
	r.SuggestUnsafe("set "+c.Name+" to "+word,
		fmt.Sprintf("answers that begin after %s or later end in 504 also for clients that come another way than through %s", word, c.Balancer.Name),
		setForCaller(c, word)...)
}

// beforeCaller is how long nginx should wait at most when its caller waits so
// long: five seconds less, or half where that is little.
func beforeCaller(patience time.Duration) time.Duration {
	return max(patience-5*time.Second, patience/2).Truncate(time.Millisecond)
}

// setForCaller writes the value where it decides for these routes alone: on the
// directive, once for all in the http block, or in each location.
func setForCaller(c *host.EarlyCaller, word string) []source.Edit {
	statement := nginxconf.Statement{Name: c.Name, Words: []string{word}}
	switch {
	case c.Alone && c.Directive != nil:
		return []source.Edit{c.Directive.SetArg(0, word)}
	case c.Alone && len(c.Routes) > 1:
		return c.Routes[0].Scope.Enclosing(nginxconf.InHTTP).Insert(statement)
	}
	var edits []source.Edit
	for _, r := range c.Routes {
		location := r.Scope.Enclosing(nginxconf.InLocation)
		if c.Directive != nil && c.Level == location {
			return nil // it also decides for what is nested there
		}
		edits = append(edits, location.Insert(statement)...)
	}
	return edits
}

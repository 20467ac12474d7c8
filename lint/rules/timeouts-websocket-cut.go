package rules

import (
	"time"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var websocketCut = &lint.Rule{
	Name:  "timeouts/websocket-cut",
	Title: "a WebSocket or a stream is cut when nothing was said on it for a while",
	Why: "To nginx a WebSocket is an answer that goes on: when neither side has sent anything for proxy_read_timeout, a minute by default, it is closed, " +
		"and so does a balancer in front by its own timer. Users see reconnects at regular intervals. A ping from the application more often than that, " +
		"or a longer timeout for these routes, keeps the connection. A limit on the whole answer ends it in any case.",
	Refs: []string{
		"https://nginx.org/en/docs/http/websocket.html",
		"https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout",
		"https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runWebsocketCut,
}

func runWebsocketCut(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	found, unread := p.Host.Cuts()
	for _, skip := range unread {
		p.Skip(skip.Span, "how long a silence may last cannot be read: "+skip.Why)
	}
	for _, c := range found {
		reportCut(p, c)
	}
}

func reportCut(p *lint.Pass, c *host.Cut) {
	at, where := c.RouteValue.Place()
	what, who, silence := "a stream", "nginx", " without a word"
	if c.WebSocket {
		what = "a WebSocket"
	}
	if c.Balancer != nil {
		who = c.Balancer.Name
	}
	if c.Total {
		silence = ", silent or not"
	}
	after := nginxconf.FormatTime(c.After.Value)
	r := p.Report(at, "%s cuts %s of %s after %s%s", who, what, c.App.Name, after, silence).
		Key("%s in %s for %s, %s", c.Name, where, c.App.Name, who)
	r.SeeValue(c.RouteValue, "passes to %s", c.App.Name)
	if c.Balancer != nil {
		r.SeeOrigin(c.After.Origin, "%s waits %s", who, after)
	}
	if ping := c.App.PingInterval; ping.Known && c.WebSocket {
		r.SeeOrigin(ping.Origin, "%s sends a ping every %s", c.App.Name, nginxconf.FormatTime(ping.Value))
	}
	suggestPatience(r, c)
	if ping := c.App.PingInterval; ping.Known && c.WebSocket && !c.Total {
		suggestAppTime(r, "lower", c.App, p.Host.LowerApp(c.App, "ping_interval", int64(c.After.Value*4/5)), "idle clients get more packets, phones too")
	}
}

// suggestPatience offers to let nginx wait longer, which is of no use where a
// balancer cuts first.
func suggestPatience(r *lint.Report, c *host.Cut) {
	target := c.Room
	if c.Next != nil && c.Balancer == nil {
		target = (c.Room * 4 / 5).Truncate(time.Second)
		r.See(c.Next.Span, "%s allows no more than %s", c.Next.Name, nginxconf.FormatTime(c.Room))
	}
	var edits []source.Edit
	word := nginxconf.FormatTime(target)
	if c.Balancer == nil && target > c.After.Value {
		edits = c.RouteValue.Set(word)
	}
	r.SuggestUnsafe("set "+c.Name+" to "+word, "a request that hangs, and a connection whose other end is gone, is kept as long", edits...)
}

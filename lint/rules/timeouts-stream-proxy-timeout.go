package rules

import (
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var streamProxyTimeout = &lint.Rule{
	Name:  "timeouts/stream-proxy-timeout",
	Title: "a forwarded connection is closed in a silence that is meant",
	Why: "In the stream context nginx knows no requests: proxy_timeout closes a connection on which neither side has sent anything for so long. " +
		"That is also the time an answer is worked on, the pause between two pings, and the time for which a balancer keeps the connection to send its next request on.",
	Refs: []string{
		"https://nginx.org/en/docs/stream/ngx_stream_proxy_module.html#proxy_timeout",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Reveals:  []string{"timeouts/tcp-keepalive-after-nat"},
	Run:      runStreamProxyTimeout,
}

func runStreamProxyTimeout(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	found, unread := p.Host.StreamCuts()
	for _, skip := range unread {
		p.Skip(skip.Span, "how long a connection may be silent cannot be read: "+skip.Why)
	}
	for _, c := range found {
		reportStreamCut(p, c)
	}
}

func reportStreamCut(p *lint.Pass, c *host.StreamCut) {
	at, where := c.Routes[0].Pass.HeadSpan(), c.Routes[0].Scope
	if c.Directive() != nil {
		at, where = c.Directive().HeadSpan(), c.Level
	}
	who, does := "", " keeps idle connections for "
	switch {
	case c.Balancer != nil:
		who = c.Balancer.Name
	case c.Ping:
		who, does = c.App.Name, " sends a ping every "
	default:
		who, does = c.App.Name, " may answer after "
	}
	silence := nginxconf.FormatTime(c.Silence.Value)
	r := p.Report(at, "nginx closes a connection that is silent for %s, %s%s%s", nginxconf.FormatTime(c.Time().Value), who, does, silence).
		Key("proxy_timeout in %s for %s%s", where.Path(), who, does)
	if c.Directive() == nil {
		r.SeeOrigin(c.Origin(), "proxy_timeout is %s", c.Text())
	} else {
		r.SeeAll(nginxconf.PassSpans(c.Routes), "closes it")
	}
	r.SeeOrigin(c.Silence.Origin, "%s%s%s", who, does, silence)
	word := nginxconf.FormatTime(c.Silence.Value + afterApp)
	r.SuggestUnsafe("set proxy_timeout to "+word, "connections whose other end is gone are kept as long", setStream(c, word)...)
}

// setStream changes the directive where it serves no other server, else writes
// one into each of these.
func setStream(c *host.StreamCut, word string) []source.Edit {
	if c.Alone {
		return []source.Edit{c.Directive().SetArg(0, word)}
	}
	var edits []source.Edit
	for _, r := range c.Routes {
		if c.Level == r.Scope {
			return nil
		}
		edits = append(edits, r.Scope.Insert(nginxconf.Statement{Name: "proxy_timeout", Words: []string{word}})...)
	}
	return edits
}

package rules

import (
	"slices"
	"time"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var phpThreeWay = &lint.Rule{
	Name:  "timeouts/php-three-way",
	Title: "the three times that end a PHP request are in the wrong order",
	Why: "max_execution_time ends a script with an error page, but counts only what the script computes, not what it waits for. request_terminate_timeout counts " +
		"all of it and kills the worker: nginx answers 502. fastcgi_read_timeout makes nginx answer 504 while PHP goes on. In this order, the first shortest, " +
		"each is a net below the one before; in another one requests are lost that PHP would have finished or explained.",
	Refs: []string{
		"https://www.php.net/manual/en/info.configuration.php#ini.max-execution-time",
		"https://www.php.net/manual/en/install.fpm.configuration.php",
		"https://nginx.org/en/docs/http/ngx_http_fastcgi_module.html#fastcgi_read_timeout",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runPHPThreeWay,
}

func runPHPThreeWay(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	found, unread := p.Host.PHPTimesOf()
	for _, skip := range unread {
		p.Skip(skip.Span, "how long nginx waits for an answer cannot be read: "+skip.Why)
	}
	for _, t := range found {
		switch {
		case !t.Compute.Known:
		case t.Kill.Known && t.Kill.Value < t.Compute.Value:
			reportKilledFirst(p, t)
		case t.Unlimited:
			for _, v := range t.Reads {
				if read := v.Time(); read.Known && read.Value < t.Compute.Value {
					reportReadFirst(p, t, v)
				}
			}
		}
	}
}

// reportKilledFirst is about a worker that is killed in a script that may still
// compute. Where nginx waits less than that, it is the one that acts first.
func reportKilledFirst(p *lint.Pass, t *host.PHPTimes) {
	later := func(v *host.RouteValue) bool { return v.Time().Value > t.Kill.Value }
	if !t.Kill.Origin.Span.IsValid() || !slices.ContainsFunc(t.Reads, later) {
		return
	}
	r := p.Report(t.Kill.Origin.Span, "php-fpm acts first: it kills a request after %s, which max_execution_time lets compute for %s",
		nginxconf.FormatTime(t.Kill.Value), nginxconf.FormatTime(t.Compute.Value)).Key("%s killed first", t.App.Name)
	if t.Compute.Origin.IsDefault() { // nobody asked for so much
		r.Severity(lint.Warning)
	}
	r.SeeOrigin(t.Compute.Origin, "max_execution_time is %s", nginxconf.FormatTime(t.Compute.Value))
	r.Apply(lint.RestartApp(t.App))
	for _, v := range t.Reads {
		r.SeeOrigin(v.Origin(), "%s is %s", v.Name, v.Text())
	}
	r.PassOver() // nginx waits long enough
	suggestLessCompute(p, r, t, t.Kill.Value)
	longer := p.Host.RaiseApp(t.App, "request_timeout", int64(t.Compute.Value+afterApp))
	earlier := func(v *host.RouteValue) bool { return int64(v.Time().Value) <= longer.Value }
	if !slices.ContainsFunc(t.Reads, earlier) {
		suggestAppTime(r, "raise", t.App, longer, "a request that hangs keeps its worker longer")
	}
}

// suggestLessCompute offers to end scripts before what else ends them.
func suggestLessCompute(p *lint.Pass, r *lint.Report, t *host.PHPTimes, limit time.Duration) {
	suggestAppTime(r, "lower", t.App, p.Host.LowerApp(t.App, "compute_timeout", int64(beforeCaller(limit))),
		"scripts end with an error that would have finished")
}

func reportReadFirst(p *lint.Pass, t *host.PHPTimes, v *host.RouteValue) {
	at, where := v.Place()
	r := p.Report(at, "nginx acts first: it gives up on %s after %s, and max_execution_time lets a script compute for %s", t.App.Name,
		nginxconf.FormatTime(v.Time().Value), nginxconf.FormatTime(t.Compute.Value)).Key("%s in %s for %s", v.Name, where, t.App.Name)
	if t.Compute.Origin.IsDefault() {
		r.Severity(lint.Warning)
	}
	r.SeeValue(v, "passes to %s", t.App.Name)
	r.SeeOrigin(t.Compute.Origin, "max_execution_time is %s", nginxconf.FormatTime(t.Compute.Value))
	word := nginxconf.FormatTime(t.Compute.Value + afterApp)
	r.SuggestUnsafe("set "+v.Name+" to "+word, "clients of a request that hangs wait longer for their error", v.Set(word)...)
	suggestLessCompute(p, r, t, v.Time().Value)
}

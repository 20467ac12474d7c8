package rules

import (
	"time"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/machine"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

var configNotLoaded = &lint.Rule{
	Name:  "live/config-not-loaded",
	Title: "files of nginx, or certificates, are younger than its workers",
	Why: "nginx reads its files when it starts and when it is told to reload, and then starts new workers. " +
		"What was written since then is not in force, and an error in it shows only at the next reload, which may be a reboot at night. " +
		"Certificates are read at the same time: one that was renewed without a reload is not the one that clients get, until the old one expires.",
	Refs: []string{
		"https://nginx.org/en/docs/control.html#reconfiguration",
		"https://nginx.org/en/docs/http/ngx_http_ssl_module.html#ssl_certificate",
		"https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html",
	},
	Severity: lint.Info,
	Apply:    []lint.Command{lint.TestNginx(), lint.ReloadNginx()},
	Run:      runConfigNotLoaded,
}

func runConfigNotLoaded(p *lint.Pass) {
	masters, _ := p.Host.Masters()
	for _, m := range masters {
		youngest := lastStart(host.Serving(m))
		reportCertificates(p, youngest)
		var younger []source.Span
		for _, d := range p.Host.Nginx.Documents {
			if p.Host.ChangedAfter(d.File, youngest) {
				younger = append(younger, d.File.Line(1))
			}
		}
		if len(younger) == 0 {
			continue
		}
		first := younger[0]
		name, _ := p.Host.View.Name(first.File.Path)
		late := p.Host.Changed(first.File).Sub(youngest).Round(time.Second)
		more := ""
		if n := len(younger) - 1; n > 0 {
			more = ", and " + spelling.Count(n, "other file") + " too"
		}
		p.Report(first, "%s was written %s after the workers were started%s: what runs is older", name, late, more).
			Key("files of nginx").SeeAll(younger[1:], "this file too")
	}
}

// reportCertificates is about what a reload would bring as well, and clients see.
func reportCertificates(p *lint.Pass, youngest time.Time) {
	for _, c := range p.Host.Certificates() {
		if !p.Host.ChangedAfter(c.File, youngest) {
			continue
		}
		late := p.Host.Changed(c.File).Sub(youngest).Round(time.Second)
		var rest []source.Span
		for _, d := range c.Directives[1:] {
			rest = append(rest, d.HeadSpan())
		}
		p.Report(c.Directives[0].HeadSpan(), "the certificate %s was written %s after the workers were started: clients get the one before", c.Name, late).
			Severity(lint.Warning).Key("certificate %s", c.Name).SeeAll(rest, "here too")
	}
}

// lastStart returns when the youngest worker was started; zero for none.
func lastStart(workers []machine.Worker) time.Time {
	var out time.Time
	for _, w := range workers {
		if w.Started.After(out) {
			out = w.Started
		}
	}
	return out
}

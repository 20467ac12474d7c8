package rules

import (
	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
)

var appLimitBelowConnections = &lint.Rule{
	Name:  "files/app-limit-below-connections",
	Title: "the application accepts more connections than it may open files",
	Why: "Every connection is a descriptor. At the limit accept() fails with \"Too many open files\" and connections wait in the backlog until " +
		"nginx gives up: 502 and 504 although the application is not busy. Most runtimes keep the soft limit they are started with; " +
		"Go, Node and the JVM raise it to the hard one.",
	Refs: []string{
		"https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#LimitCPU=",
		"https://man7.org/linux/man-pages/man2/accept.2.html",
	},
	Severity: lint.Warning,
	Run:      runAppLimitBelowConnections,
}

func runAppLimitBelowConnections(p *lint.Pass) {
	for _, a := range p.Host.Apps {
		limit, most := p.Host.AppNoFile(a), a.MaxConnections
		if !limit.Known || !most.Known || int64(most.Value) >= int64(appconf.Infinite) {
			continue
		}
		each := int64(most.Value)
		if a.Workers.Known && a.Workers.Value > 0 {
			each /= int64(a.Workers.Value)
		}
		need := each + host.OwnDescriptors
		if need <= limit.Value {
			continue
		}
		at := most.Origin.Span
		if !at.IsValid() {
			at = limit.Origin.Span
		}
		if !at.IsValid() {
			at = a.Span
		}
		r := p.Report(at, "a process of %s may need %d descriptors (%d connections + %d of its own), its limit is %d",
			a.Name, need, each, host.OwnDescriptors, limit.Value).Key("app %s", a.Name)
		r.SeeOrigin(most.Origin, "each process accepts %d connections", each)
		r.SeeOrigin(limit.Origin, "a process may open %d files", limit.Value)
	}
}

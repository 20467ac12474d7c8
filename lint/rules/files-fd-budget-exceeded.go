package rules

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

var fdBudgetExceeded = &lint.Rule{
	Name:  "files/fd-budget-exceeded",
	Title: "a worker may need more descriptors than it may open",
	Why: "worker_connections counts sockets only: temporary files for bodies and responses, cache files and logs come on top. " +
		"At the limit accept() and connect() fail with \"Too many open files\": new clients wait, and clients already " +
		"accepted get a 500 although nginx has connections left.",
	Refs: []string{
		"https://nginx.org/en/docs/ngx_core_module.html#worker_connections",
		"https://nginx.org/en/docs/ngx_core_module.html#worker_rlimit_nofile",
		"https://man7.org/linux/man-pages/man2/getrlimit.2.html",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runFDBudgetExceeded,
}

func runFDBudgetExceeded(p *lint.Pass) {
	demand, ok := p.Host.WorkerDemand()
	if !ok {
		return
	}
	at := p.Host.ConnectionsPlace()
	limit, why := p.Host.WorkerNoFile()
	if !limit.Known {
		p.Skip(at, why)
		return
	}
	need, clients, atPeak := p.Host.PeakDemand(demand)
	severity, exceeded := fdSeverity(demand, need, atPeak, limit)
	if !exceeded || p.Host.RefusedNoFile().Known { // that a larger limit is refused is a finding of its own
		return
	}
	when := ""
	if atPeak && need.Total() > limit.Value {
		when = fmt.Sprintf("with %s at the peak ", spelling.Count(clients, "client"))
	} else {
		need = demand
	}
	r := p.Report(at, "%sa worker may need %d descriptors (%s), its limit is %d", when, need.Total(), sum(need), limit.Value)
	r.Key("worker_connections").Severity(severity)
	if demand.Connections.Origin.IsDefault() {
		r.SeeOrigin(demand.Connections.Origin, "worker_connections is %d", demand.Connections.Value)
	}
	r.SeeOrigin(limit.Origin, "workers may open %d files", limit.Value)
	if when != "" {
		peak := p.Host.Facts.Workload.PeakConnections
		r.SeeOrigin(peak.Origin, "%d clients are expected", peak.Value)
		if load, ok := p.Host.Peak(); ok && need.Connections.Value < 2*clients {
			r.SeeOrigin(load.Requests.Origin, "each worker has %s to the application in use (%s)", spelling.Count(load.Busy, "connection"), load)
		}
	}
	if demand.Spill != nil {
		r.See(demand.Spill.Pass.HeadSpan(), "bodies and responses of requests to here may go to temporary files")
	}
	suggestNoFile(p, r, demand)
	suggestFewerConnections(p, r, demand, limit.Value)
}

// suggestNoFile offers a limit that is enough, where it is sure to take effect.
func suggestNoFile(p *lint.Pass, r *lint.Report, demand host.Demand) {
	n := p.Host.EnoughNoFile(demand.Total())
	if n == 0 {
		r.PassOver()
		r.Apply() // a reload changes nothing
	} else {
		r.Suggest("set worker_rlimit_nofile to "+strconv.FormatInt(n, 10), p.Host.SetNoFile(n)...)
	}
	if n > 0 && p.Host.SELinuxMayRefuse() {
		r.See(source.Span{}, "SELinux is enforced, and refuses nginx another limit until httpd_setrlimit is on")
		r.Apply(lint.Allow("httpd_setrlimit"), lint.ReloadNginx())
	}
}

// suggestFewerConnections offers as many connections as the limit is enough for,
// unless the declared peak needs more.
func suggestFewerConnections(p *lint.Pass, r *lint.Report, demand host.Demand, limit int64) {
	n := demand.FittingConnections(limit)
	if peak, _, ok := p.Host.PeakDemand(demand); ok && peak.Connections.Value > n {
		return
	}
	r.SuggestUnsafe(fmt.Sprintf("set worker_connections to %d", n), "a worker holds fewer connections, those of clients and to applications",
		p.Host.SetConnections(n)...).ChoiceApply(lint.ReloadNginx())
}

// fdSeverity weighs a limit: worker_connections beyond it can never be used, and
// clients notice; what open_file_cache holds is there to be filled. Temporary files
// come on top only where requests are large: they count for a peak that somebody
// declares, and are worth a word where somebody has set the limit and means it to
// be enough. What packages come with is neither.
func fdSeverity(most, need host.Demand, atPeak bool, limit source.Setting[int64]) (lint.Severity, bool) {
	switch {
	case most.Connections.Value > limit.Value:
		if limit.Origin.Assumed || atPeak && need.Total() <= limit.Value {
			return lint.Warning, true
		}
		return lint.Error, true
	case atPeak:
		return lint.Warning, need.Total() > limit.Value
	case most.Cached > 0 && most.Connections.Value+most.Cached > limit.Value:
		return lint.Warning, true
	}
	return lint.Info, most.Load() > limit.Value && !limit.Origin.IsDefault()
}

// sum writes out what the total is made of.
func sum(d host.Demand) string {
	var parts []string
	add := func(n int64, what string) {
		if n > 0 {
			parts = append(parts, spelling.Count(n, what))
		}
	}
	add(d.Connections.Value, "connection")
	add(d.Files, "temporary file")
	add(d.Cached, "cached file")
	add(d.Listens, "listening socket")
	add(d.Logs, "log")
	return strings.Join(parts, " + ") + fmt.Sprintf(" + %d of its own", d.Own)
}

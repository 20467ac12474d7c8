package rules

import (
	"fmt"
	"strconv"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

var connectionsBelowWorkload = &lint.Rule{
	Name:  "files/connections-below-workload",
	Title: "worker_connections are too few for the declared peak",
	Why: "worker_connections counts every socket of a worker: the client's, and the one to the application where its request is passed on. " +
		"When they run out nginx closes idle clients first, then accepts no more and answers 500: \"worker_connections are not enough\". " +
		"Idle clients that stay connected count like busy ones.",
	Refs: []string{
		"https://nginx.org/en/docs/ngx_core_module.html#worker_connections",
		"https://nginx.org/en/docs/ngx_core_module.html#worker_processes",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runConnectionsBelowWorkload,
}

func runConnectionsBelowWorkload(p *lint.Pass) {
	need, why, ok := p.Host.ConnectionNeed()
	switch {
	case why != "":
		p.Skip(p.Host.ConnectionsPlace(), why)
		return
	case !ok || need.Has() >= need.Needs():
		return
	}
	r := p.Report(p.Host.ConnectionsPlace(), "the peak takes %d connections (%s), %s",
		need.Needs(), needSum(need), connectionsThere(need)).
		Key("worker_connections")
	if need.Each.Origin.IsDefault() {
		r.SeeOrigin(need.Each.Origin, "worker_connections is %d", need.Each.Value)
	}
	r.SeeOrigin(need.Workers.Origin, "nginx has %s", spelling.Count(need.Workers.Value, "worker"))
	r.SeeOrigin(need.Clients.Origin, "%d clients are expected", need.Clients.Value)
	if need.Flight.Busy > 0 {
		r.SeeOrigin(need.Flight.Requests.Origin, "%d requests a second are expected", need.Flight.Requests.Value)
		r.SeeOrigin(need.Flight.Latency.Origin, "each takes the application %s", nginxconf.FormatTime(need.Flight.Latency.Value))
	}
	suggestConnections(p, r, need)
}

// connectionsThere writes out how many there are.
func connectionsThere(n host.ConnectionNeed) string {
	if n.Workers.Value == 1 {
		return fmt.Sprintf("1 worker has %d", n.Has())
	}
	return fmt.Sprintf("%d workers with %d each have %d", n.Workers.Value, n.Each.Value, n.Has())
}

// needSum writes out what the peak takes.
func needSum(n host.ConnectionNeed) string {
	clients := spelling.Count(n.Clients.Value, "client")
	switch {
	case n.Behind == 0:
		return clients
	case n.Flight.Busy > 0:
		return fmt.Sprintf("%s + %d to applications, %d requests/s x %s", clients, n.Behind,
			n.Flight.Requests.Value, nginxconf.FormatTime(n.Flight.Latency.Value))
	}
	return fmt.Sprintf("%s + %d to applications, one for each", clients, n.Behind)
}

// suggestConnections raises worker_connections, and the limit on open files with
// them where that would then be too low.
func suggestConnections(p *lint.Pass, r *lint.Report, need host.ConnectionNeed) {
	enough := p.Host.EnoughConnections(need)
	title := fmt.Sprintf("set worker_connections to %d", enough)
	edits := setConnections(p.Host.Nginx, enough)
	demand, _ := p.Host.WorkerDemand()
	files := demand.With(enough).Total()
	if limit, _ := p.Host.WorkerNoFile(); limit.Known && files > limit.Value {
		r.SeeOrigin(limit.Origin, "with %d connections a worker may need %d descriptors, its limit is %d", enough, files, limit.Value)
		n := p.Host.EnoughNoFile(files)
		if n == 0 {
			return
		}
		title += fmt.Sprintf(" and worker_rlimit_nofile to %d", n)
		edits = append(edits, p.Host.SetNoFile(n)...)
	}
	r.SuggestUnsafe(title, "each worker takes some 430 bytes more for every connection, used or not, and applications may get more requests at once", edits...)
}

// setConnections sets worker_connections where it stands, else in the events block.
func setConnections(c *nginxconf.Config, n int64) []source.Edit {
	word := strconv.FormatInt(n, 10)
	for _, s := range c.Root.Children {
		if s.Context != nginxconf.InEvents {
			continue
		}
		if d := s.Last("worker_connections"); d != nil {
			return []source.Edit{d.SetArg(0, word)}
		}
		return s.Insert(nginxconf.Statement{Name: "worker_connections", Words: []string{word}})
	}
	return nil
}

package rules

import (
	"strconv"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

var queueDiffers = &lint.Rule{
	Name:  "live/queue-differs",
	Title: "a socket of the running nginx has another accept queue than a restart would give it",
	Why: "A socket keeps the length that listen(2) gave it. Raising net.core.somaxconn does not reach sockets that are open, and a reload of nginx keeps them: " +
		"it asks again only for those whose backlog= has changed. Until nginx is restarted, connections beyond the old length are dropped in a burst.",
	Refs: []string{
		"https://man7.org/linux/man-pages/man2/listen.2.html",
		"https://man7.org/linux/man-pages/man7/sock_diag.7.html",
		"https://nginx.org/en/docs/http/ngx_http_core_module.html#listen",
	},
	Severity: lint.Warning,
	Run:      runQueueDiffers,
}

func runQueueDiffers(p *lint.Pass) {
	var differ []*host.RunningQueue
	for _, q := range p.Host.RunningQueues() {
		if q.Length != q.Want() {
			differ = append(differ, q)
		}
	}
	for len(differ) > 0 {
		first := differ[0]
		alike := func(q *host.RunningQueue) bool { return q.Length == first.Length && q.Want() == first.Want() }
		same, rest := partition(differ, alike)
		r := reportQueue(p, first)
		for _, q := range same[1:] {
			r.See(queuePlace(q), "so with the one of %s", q.Listen.Socket)
		}
		differ = rest
	}
}

// partition splits what passes a test from what does not.
func partition(all []*host.RunningQueue, test func(*host.RunningQueue) bool) (in, out []*host.RunningQueue) {
	for _, q := range all {
		if test(q) {
			in = append(in, q)
		} else {
			out = append(out, q)
		}
	}
	return in, out
}

// queuePlace returns what asks for the length of a queue.
func queuePlace(q *host.RunningQueue) source.Span {
	if q.Backlog.Origin.IsDefault() {
		return q.Listen.Directive.HeadSpan()
	}
	return q.Backlog.Origin.Span
}

func reportQueue(p *lint.Pass, q *host.RunningQueue) *lint.Report {
	r := p.Report(queuePlace(q), "the accept queue of %s holds %d connections, and %d after a restart of nginx", q.Listen.Socket, q.Length, q.Want())
	if r.Key("queue %s", q.Listen.Socket); q.Length > q.Want() {
		r.Severity(lint.Info)
	}
	if q.Backlog.Origin.IsDefault() {
		r.SeeOrigin(q.Backlog.Origin, "the backlog is %d", q.Backlog.Value)
	}
	r.SeeOrigin(q.Limit.Origin, "%s is %d", somaxconn, q.Limit.Value)
	return r.Apply(queueCommands(q)...)
}

// queueCommands returns what gives a queue its length: no file that is loaded again
// brings a default back.
func queueCommands(q *host.RunningQueue) []lint.Command {
	switch {
	case q.Running >= q.Want():
		return []lint.Command{lint.RestartNginx()}
	case q.Limit.Origin.IsDefault():
		return []lint.Command{lint.SetKernel(somaxconn, strconv.FormatInt(q.Limit.Value, 10)), lint.RestartNginx()}
	}
	return []lint.Command{lint.LoadSysctl(), lint.RestartNginx()}
}

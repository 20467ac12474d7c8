package rules

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

const nrOpen = "fs.nr_open"

var unitAboveNrOpen = &lint.Rule{
	Name:  "files/unit-above-nr-open",
	Title: "more open files are asked for than fs.nr_open allows a process",
	Why: "The kernel refuses every limit on open files above fs.nr_open, root's too. nginx's workers then keep the soft limit they have, " +
		"with a line in the error log that \"nginx -t\" does not show; a container does not start; pam_limits denies the login, or on Debian " +
		"leaves its limits as they are; systemd lowers the limit without a word, or fails to start the service with status 205/LIMITS where " +
		"fs.nr_open was lowered after boot. \"infinity\" in a unit asks for no more than there is.",
	Refs: []string{
		"https://docs.kernel.org/admin-guide/sysctl/fs.html",
		"https://man7.org/linux/man-pages/man2/getrlimit.2.html",
		"https://nginx.org/en/docs/ngx_core_module.html#worker_rlimit_nofile",
	},
	Severity: lint.Warning,
	Apply:    []lint.Command{lint.LoadSysctl(), lint.RestartNginx()},
	Run:      runUnitAboveNrOpen,
}

func runUnitAboveNrOpen(p *lint.Pass) {
	open := p.Host.NrOpen()
	if !open.Known {
		return
	}
	var above []host.NoFileAsk
	for _, a := range p.Host.NoFileAsks() {
		if a.Value > open.Value {
			above = append(above, a)
		}
	}
	if len(above) == 0 {
		return
	}
	slices.SortStableFunc(above, func(a, b host.NoFileAsk) int {
		return int(askSeverity(p.Host, b, open)) - int(askSeverity(p.Host, a, open))
	})
	first, most := above[0], int64(0)
	if open.Origin.Assumed && first.Value > host.HighestNrOpen {
		open = source.Known(int64(host.HighestNrOpen), source.Origin{Default: "the most that the kernel takes"})
	}
	r := p.Report(first.Span, "%s, %s allows %d%s", askText(first), nrOpen, open.Value, consequence(p.Host, first))
	r.Key(nrOpen).Severity(askSeverity(p.Host, first, open)).SeeOrigin(open.Origin, "%s is %d", nrOpen, open.Value)
	for i, a := range above {
		if most = max(most, a.Value); i > 0 {
			r.See(a.Span, "%s", askText(a))
		}
	}
	r.Apply(askAgain(above)...)
	certain := !open.Origin.Assumed || p.Host.OldDebian()
	if certain && most <= host.HighestNrOpen {
		r.Suggest(fmt.Sprintf("raise %s to %d", nrOpen, most), p.Host.SetSysctl(nrOpen, strconv.FormatInt(most, 10))...)
	} else {
		r.PassOver()
	}
	if len(above) == 1 && first.By == host.ByWorker && certain && most <= host.HighestNrOpen {
		r.Suggest(fmt.Sprintf("set worker_rlimit_nofile to %d", open.Value), p.Host.SetNoFile(open.Value)...).ChoiceApply(lint.ReloadNginx())
	}
}

// askAgain returns what gives those that ask the limit once it is allowed: new workers
// raise their own.
func askAgain(above []host.NoFileAsk) []lint.Command {
	out := []lint.Command{lint.LoadSysctl()}
	for _, a := range above {
		switch a.By {
		case host.ByWorker:
			out = append(out, lint.ReloadNginx())
		case host.ByUnit:
			out = append(out, lint.RestartUnit(a.Name))
		case host.ByContainer:
			out = append(out, lint.Tell("start the container of "+a.Name))
		case host.ByLogin:
			out = append(out, lint.LogIn())
		}
	}
	return out
}

// askSeverity says how bad it is that a limit is refused. Only what no kernel
// grants is sure where fs.nr_open is assumed.
func askSeverity(h *host.Host, a host.NoFileAsk, open source.Setting[int64]) lint.Severity {
	denies, _ := h.DeniesSession()
	switch {
	case open.Origin.Assumed && a.Value <= host.HighestNrOpen, a.By == host.ByUnit, a.By == host.ByLogin && !denies:
		return lint.Warning
	}
	return lint.Error
}

func askText(a host.NoFileAsk) string {
	switch a.By {
	case host.ByWorker:
		return fmt.Sprintf("worker_rlimit_nofile is %d", a.Value)
	case host.ByContainer:
		return fmt.Sprintf("the container of %s asks for nofile %d", a.Name, a.Value)
	case host.ByLogin:
		return fmt.Sprintf("sessions of %s ask for nofile %d", a.Name, a.Value)
	}
	return fmt.Sprintf("%s asks for nofile %d", a.Name, a.Value)
}

// consequence says what becomes of a refused limit.
func consequence(h *host.Host, a host.NoFileAsk) string {
	switch a.By {
	case host.ByWorker:
		if limit, _ := h.WorkerNoFile(); limit.Known {
			return fmt.Sprintf(": workers keep %d", limit.Value)
		}
		return ": workers keep the limit they have"
	case host.ByContainer:
		return ": it does not start"
	case host.ByLogin:
		switch denies, known := h.DeniesSession(); {
		case denies:
			return ": they are denied"
		case known:
			return ": they keep the limits they have"
		}
	}
	return ""
}

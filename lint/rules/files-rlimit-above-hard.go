package rules

import (
	"fmt"
	"strconv"

	"github.com/tunelint/tunelint/lint"
)

var rlimitAboveHard = &lint.Rule{
	Name:  "files/rlimit-above-hard",
	Title: "worker_rlimit_nofile is above a hard limit that workers cannot raise",
	Why: "Without CAP_SYS_RESOURCE setrlimit() fails for more than the hard limit. nginx only logs it when a worker starts, \"nginx -t\" " +
		"says nothing, and the worker goes on with the soft limit it inherited, which is often 1024: far less than what was asked for, " +
		"and less than what it could have had.",
	Refs: []string{
		"https://nginx.org/en/docs/ngx_core_module.html#worker_rlimit_nofile",
		"https://man7.org/linux/man-pages/man2/getrlimit.2.html",
	},
	Severity: lint.Error,
	Apply:    []lint.Command{lint.ReloadNginx()},
	Run:      runRlimitAboveHard,
}

func runRlimitAboveHard(p *lint.Pass) {
	if p.Host.Nginx == nil {
		return
	}
	v := p.Host.Nginx.Root.Effective("worker_rlimit_nofile")
	asked, d := v.Number(), v.Directive()
	hard, fixed := p.Host.HardNoFile()
	if !v.Known || d == nil || !asked.Known || !fixed {
		return
	}
	if !hard.Known {
		p.Skip(d.HeadSpan(), "whether workers may raise their limit is not known (facts.nofile_hard)")
		return
	}
	if asked.Value <= hard.Value {
		return
	}
	r := p.Report(d.HeadSpan(), "worker_rlimit_nofile is %d, the hard limit %d, which workers cannot raise here", asked.Value, hard.Value)
	r.Key("worker_rlimit_nofile").SeeOrigin(hard.Origin, "the hard limit is %d", hard.Value)
	if hard.Origin.Assumed {
		r.Severity(lint.Warning)
	}
	if hard.Value > 0 {
		word := strconv.FormatInt(hard.Value, 10)
		r.Suggest("set worker_rlimit_nofile to "+word, d.SetArg(0, word))
	} else {
		r.PassOver()
	}
	r.SuggestUnsafe(fmt.Sprintf("raise the hard limit of %s to %d", p.Host.Service, asked.Value), "whatever the service starts may open as many files",
		p.Host.RaiseHard(hard, asked.Value)...).ChoiceApply(lint.ReloadUnits(), lint.RestartNginx())
}

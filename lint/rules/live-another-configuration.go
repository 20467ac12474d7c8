package rules

import (
	"github.com/tunelint/tunelint/lint"
)

var anotherConfiguration = &lint.Rule{
	Name:  "live/another-configuration",
	Title: "the running nginx is not the one that these files are for",
	Why: "The report is about files, and a running nginx need not read them: it may have been started with -c or -p, or be another build with files of its own. " +
		"After an upgrade of the package the old program runs on until nginx is restarted; a reload keeps it, with its bugs and without what the new one can.",
	Refs: []string{
		"https://nginx.org/en/docs/switches.html",
		"https://nginx.org/en/docs/control.html#upgrade",
	},
	Severity: lint.Warning,
	Run:      runAnotherConfiguration,
}

func runAnotherConfiguration(p *lint.Pass) {
	own, others := p.Host.Masters()
	if len(own) == 0 {
		for _, m := range others {
			p.Report(mainPlace(p.Host.Nginx), "the running nginx, process %d, reads %s: these files are not in force", m.PID, p.Host.ConfOf(m)).
				Key("running %s", p.Host.ConfOf(m)).
				Label("to have that one judged, declare nginx: {conf: %s} in tunelint.yaml", p.Host.ConfOf(m))
		}
	}
	for _, m := range own {
		if m.Replaced {
			p.Report(mainPlace(p.Host.Nginx), "the running nginx, process %d, is older than the program on disk, which was replaced since", m.PID).
				Key("replaced").Apply(lint.TestNginx(), lint.RestartNginx())
		}
	}
}

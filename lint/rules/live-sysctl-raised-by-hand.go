package rules

import (
	"fmt"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

var sysctlRaisedByHand = &lint.Rule{
	Name:  "live/sysctl-raised-by-hand",
	Title: "a kernel setting that matters for nginx was changed, and no file sets it",
	Why: "What is set with sysctl -w or through /proc/sys is gone after the next boot, and the machine then meets its peak with the kernel's default. " +
		"A line in a file of /etc/sysctl.d changes nothing today and keeps the value. " +
		"Where tuned is in charge the rule stays silent: its profiles set such keys at every boot.",
	Refs: []string{
		"https://man7.org/linux/man-pages/man8/sysctl.8.html",
		"https://man7.org/linux/man-pages/man5/sysctl.d.5.html",
		"https://docs.kernel.org/networking/ip-sysctl.html",
	},
	Severity: lint.Warning,
	Run:      runSysctlRaisedByHand,
}

func runSysctlRaisedByHand(p *lint.Pass) {
	if p.Host.Nginx == nil || p.Host.Nginx.Main == nil || p.Host.View.Exists("/etc/tuned/active_profile") {
		return
	}
	for _, d := range p.Host.Drifts() {
		if d.Line != nil {
			continue
		}
		at, label := p.Host.SysctlPlace(d.Key), fmt.Sprintf("a line %s = %s beside it would keep it", d.Key, d.Running)
		if !at.IsValid() {
			at, label = mainPlace(p.Host.Nginx), "nginx depends on it"
		}
		p.Report(at, "%s is %s in the kernel and no file sets it: the next boot brings %s back", d.Key, d.Running, d.Boot.Value).
			Key("%s", d.Key).
			Label("%s", label).
			SeeOrigin(d.Boot.Origin, "%s is %s unless something sets it", d.Key, d.Boot.Value).
			Apply(lint.Write(fmt.Sprintf("echo '%s = %s' >> %s", d.Key, d.Running, host.OwnSysctlFile)))
	}
}

// mainPlace returns the first directive of nginx's main file, which stands for all
// of its files.
func mainPlace(c *nginxconf.Config) source.Span {
	if items := c.Root.Items(); len(items) > 0 {
		return items[0].HeadSpan()
	}
	return c.Main.Document.File.Line(1)
}

package rules

import (
	"maps"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

var notNamespaced = &lint.Rule{
	Name:  "kernel/not-namespaced",
	Title: "a container asks for a kernel setting that it cannot have",
	Why: "Containers share the kernel. Only what belongs to a namespace, most of net.* and shared memory, is there for each of them; the rest is the machine's. " +
		"A runtime that is asked to set such a key for a container does not start it, nor any key of net.* on the host's network. A file in the container is passed " +
		"over or changes nothing. Such settings belong into /etc/sysctl.d of the machine.",
	Refs: []string{
		"https://docs.docker.com/reference/cli/docker/container/run/#sysctl",
		"https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/",
		"https://docs.kernel.org/admin-guide/namespaces/index.html",
	},
	Severity: lint.Warning,
	Run:      runNotNamespaced,
}

func runNotNamespaced(p *lint.Pass) {
	for _, a := range p.Host.Apps {
		kernel := ""
		if p.Host.RunsHere(a) && p.Host.Facts.Kernel.Known {
			kernel = p.Host.Facts.Kernel.Value
		}
		reportRefusedSysctls(p, a, kernel)
		reportUnsafeSysctls(p, a)
	}
	if p.Host.Facts.Container.Value {
		for _, d := range p.Host.Sysctl.Documents {
			reportMachineKeys(p, d)
		}
	}
}

// reportRefusedSysctls reports what keeps a container from starting.
func reportRefusedSysctls(p *lint.Pass, a *appconf.App, kernel string) {
	c := a.Container
	for _, key := range slices.Sorted(maps.Keys(c.Sysctls)) {
		at := c.Sysctls[key].Origin.Span
		k, known := sysctl.Lookup(key)
		switch {
		case !at.IsValid():
		case c.HostNetwork.Value && strings.HasPrefix(key, "net."):
			r := p.Report(at, "%s does not start: %s cannot be set on the host's network", a.Name, key).Severity(lint.Error).Key("%s of %s", key, a.Name)
			r.SeeOrigin(c.HostNetwork.Origin, "the container is on the network of the host")
		case known && k.ForContainer(kernel) == sysctl.Rejected:
			r := p.Report(at, "%s does not start: %s is the machine's, no container can set it", a.Name, key).Severity(lint.Error).Key("%s of %s", key, a.Name)
			if k.ForContainer("") != sysctl.Rejected {
				r.SeeOrigin(p.Host.Facts.Kernel.Origin, "on kernel %s", kernel)
			}
			if line := p.Host.SysctlLine(key); line != nil && p.Host.RunsHere(a) {
				r.See(line.Span, "the machine sets it to %s", line.Value)
			}
		}
	}
}

// reportUnsafeSysctls reports what a pod gets only where kubelets are told so.
func reportUnsafeSysctls(p *lint.Pass, a *appconf.App) {
	c := a.Container
	var keys []string
	var places []source.Span
	for _, key := range slices.Sorted(maps.Keys(c.Sysctls)) {
		at := c.Sysctls[key].Origin.Span
		k, known := sysctl.Lookup(key)
		if known && at.IsValid() && strings.HasPrefix(k.Container, "unsafe") && k.ForContainer("") != sysctl.Rejected {
			keys, places = append(keys, key), append(places, at)
		}
	}
	if c.Kind != "kubernetes" || c.HostNetwork.Value || len(keys) == 0 {
		return
	}
	p.Report(places[0], "nodes refuse %s unless their kubelets allow %s (--allowed-unsafe-sysctls)", a.Name, lint.Briefly(keys)).
		Severity(lint.Info).Key("unsafe sysctls of %s", a.Name).SeeAll(places[1:], "is not on the safe list either")
}

// reportMachineKeys reports lines of a file in a container that set what the machine
// around it has.
func reportMachineKeys(p *lint.Pass, d *sysctl.Document) {
	var lines []source.Span
	first := ""
	for _, l := range d.Lines {
		k, known := sysctl.Lookup(l.Key)
		if !l.Plain() || l.IgnoreFailure || !known || k.Namespace(p.Host.Sysctl.Kernel) != sysctl.Machine || isGone(p.Host, l.Key) || p.Host.IsVendor(d.File) {
			continue
		}
		if lines = append(lines, l.Span); first == "" {
			first = l.Key
		}
	}
	if len(lines) == 0 {
		return
	}
	r := p.Report(lines[0], "%s is the machine's, a container cannot set it", first).Key("%s", first)
	r.Label("unless it is privileged, and then for the whole machine").SeeAll(lines[1:], "nor this")
	r.SeeOrigin(p.Host.Facts.Container.Origin, "this is a container")
}

package report

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/machine"
)

// factRoom is the width of the names of facts.
const factRoom = len("  can be loaded")

func (f Facts) text(p *page) {
	m := f.Machine
	p.machineFact("system", said(p, "", m.Distribution, systemName))
	p.machineFact("kernel", kernelText(p, m.Kernel))
	p.machineFact("systemd", systemdText(p, m.Systemd))
	p.machineFact("container", said(p, "", m.Container, func(kind string) string {
		if kind == "" {
			return "none"
		}
		return kind
	}))
	p.machineFact("processors", processorText(p, m.CPUs))
	p.machineFact("memory", memoryText(p, m))
	p.machineFact("processes", said(p, "", m.PIDs, func(n int64) string { return atMost(n, strconv.FormatInt(n, 10)) }))
	p.machineFact("open files", openFilesText(p, m))
	f.nginxText(p)
	for _, master := range m.Masters {
		p.masterText(master)
	}
	f.settingsText(p)
}

// machineFact prints a name and what is said of it, over as many lines as it takes.
func (p *page) machineFact(name, text string) {
	for i, line := range wrap(text, max(minimalWidth, p.width()-factRoom-2)) {
		head := strings.Repeat(" ", factRoom)
		if i == 0 {
			head = p.paint(strongStyle, p.pad(name, factRoom))
		}
		p.printf("%s  %s\n", head, line)
	}
}

// said is a figure in words, or that what it counts is not known, and why; with
// --verbose it says what it was read from.
func said[T any](p *page, what string, f machine.Figure[T], words func(T) string) string {
	if !f.Known {
		return p.visible(strings.TrimSpace(what + " not known: " + f.Why))
	}
	text := words(f.Value)
	if p.Verbose {
		text += " (" + f.From + ")"
	}
	return p.visible(text)
}

func asIs(s string) string { return s }

func systemName(d machine.Distribution) string {
	if d.Name != "" {
		return d.Name
	}
	return strings.TrimSpace(d.ID + " " + d.Version)
}

func kernelText(p *page, k machine.Kernel) string {
	text := said(p, "", k.Full, asIs)
	if k.Architecture.Known {
		text += ", " + said(p, "", k.Architecture, asIs)
	}
	return text
}

func systemdText(p *page, s machine.Systemd) string {
	does := "does not start the services here"
	if s.Booted {
		does = "starts the services here"
	}
	return said(p, "version", s.Version, asIs) + ", " + does
}

func processorText(p *page, c machine.CPUs) string {
	return strings.Join([]string{
		said(p, "number", c.Online, func(n int) string { return fmt.Sprintf("%d online", n) }),
		said(p, "usable number", c.Usable, func(n int) string { return fmt.Sprintf("%d usable from here", n) }),
		said(p, "quota", c.Quota, func(q float64) string {
			if q == 0 {
				return "no quota in this control group"
			}
			return fmt.Sprintf("a quota of %s in this control group", strconv.FormatFloat(q, 'g', 4, 64))
		}),
	}, ", ")
}

func memoryText(p *page, m *machine.Machine) string {
	return strings.Join([]string{
		said(p, "size", m.Memory.Total, lint.FormatBytes),
		said(p, "swap", m.Memory.Swap, func(n int64) string {
			if n == 0 {
				return "no swap"
			}
			return lint.FormatBytes(n) + " swap"
		}),
		said(p, "size of pages", m.PageSize, func(n int64) string { return "pages of " + lint.FormatBytes(n) }),
		said(p, "limit", m.Memory.Limit, func(n int64) string { return atMost(n, lint.FormatBytes(n)) }),
	}, ", ")
}

// atMost says what a control group permits; 0 is no limit.
func atMost(n int64, text string) string {
	if n == 0 {
		return "no limit in this control group"
	}
	return "at most " + text + " in this control group"
}

func openFilesText(p *page, m *machine.Machine) string {
	return strings.Join([]string{
		said(p, "hard limit here", m.HardNoFile, func(n int64) string { return fmt.Sprintf("hard limit %d here", n) }) + raising(m.HardNoFile.Known, m.SysResource),
		said(p, "process 1", m.FirstNoFile, func(l machine.Limits) string { return "process 1 " + limitsText(l) }) + raising(m.FirstNoFile.Known, m.FirstSysResource),
	}, "; ")
}

// raising says whether a hard limit that is known can be raised.
func raising(known bool, f machine.Figure[bool]) string {
	switch {
	case !known || !f.Known:
		return ""
	case f.Value:
		return ", can be raised"
	}
	return ", cannot be raised"
}

func limitsText(l machine.Limits) string {
	if l == (machine.Limits{}) {
		return "limits not known"
	}
	return fmt.Sprintf("soft %d, hard %d", l.Soft, l.Hard)
}

// nginxText prints the nginx that is installed.
func (f Facts) nginxText(p *page) {
	n := f.Nginx.Value
	p.machineFact("nginx", said(p, "", f.Nginx, func(n machine.Nginx) string { return n.Version + ", " + n.Path }))
	if len(n.Static)+len(n.Added) > 0 {
		p.machineFact("  built in", p.visible(strings.Join(append(shortModules(n.Static), n.Added...), ", ")))
	}
	if len(n.Dynamic) > 0 {
		p.machineFact("  can be loaded", p.visible(strings.Join(shortModules(n.Dynamic), ", ")+", from "+n.Folder))
	}
}

// shortModules strips what the names of modules have in common.
func shortModules(names []string) []string {
	var out []string
	for _, name := range names {
		name = strings.TrimSuffix(strings.TrimSuffix(path.Base(name), ".so"), "_module")
		out = append(out, strings.TrimPrefix(name, "ngx_"))
	}
	return out
}

// masterText prints a master of nginx and its workers, those with the same limits
// together.
func (p *page) masterText(m machine.Master) {
	text := fmt.Sprintf("process %d: %s", m.PID, limitsText(m.NoFile))
	switch {
	case m.Elsewhere != "":
		text += ", " + m.Elsewhere
	case m.Unit != "":
		text += ", " + m.Unit
	}
	p.machineFact("  master", p.visible(text))
	told := map[machine.Limits]bool{}
	for _, w := range m.Workers {
		if p.Verbose || !told[w.NoFile] {
			p.machineFact("  workers", p.visible(workersText(m.Workers, w, p.Verbose)))
		}
		told[w.NoFile] = true
	}
}

// workersText speaks of the workers with the limits of the first, or of it alone.
func workersText(all []machine.Worker, first machine.Worker, alone bool) string {
	n, open, leaving := 0, -1, 0
	for _, w := range all {
		if w.NoFile != first.NoFile || alone && w.PID != first.PID {
			continue
		}
		n, open = n+1, max(open, w.Open)
		if w.Leaving {
			leaving++
		}
	}
	text := fmt.Sprintf("%d with %s", n, limitsText(first.NoFile))
	if alone {
		text = fmt.Sprintf("process %d: %s", first.PID, limitsText(first.NoFile))
	}
	if open >= 0 {
		text += fmt.Sprintf(", at most %d open", open)
	}
	switch {
	case leaving > 0 && alone:
		text += ", shutting down"
	case leaving > 0:
		text += fmt.Sprintf(", %d shutting down", leaving)
	}
	return text
}

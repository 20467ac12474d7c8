package lint

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

// HostCommands are what to run on one host, or on several that need the same, once
// changed files are there.
type HostCommands struct {
	// Hosts are their names, in the order of the hosts.
	Hosts []string
	// Live reports that it is the machine tunelint runs on.
	Live bool
	// Commands make the changes take effect, Back what was there before once the
	// files are put back. Both are as [Join] returns them.
	Commands, Back []string
}

// Afterwards returns what makes applied fixes take effect, for each host that needs
// anything, and for hosts that read a changed file and are not what a finding is about.
func Afterwards(hosts []*host.Host, applied []*Finding) []HostCommands {
	var out []HostCommands
	for _, h := range hosts {
		commands, back := commandsOf(h, applied)
		c := HostCommands{Hosts: []string{h.Name}, Live: h.Live, Commands: Join(commands), Back: Join(back)}
		alike := func(o HostCommands) bool {
			return o.Live == c.Live && slices.Equal(o.Commands, c.Commands) && slices.Equal(o.Back, c.Back)
		}
		switch i := slices.IndexFunc(out, alike); {
		case len(c.Commands) == 0 && len(c.Back) == 0:
		case i < 0:
			out = append(out, c)
		default:
			out[i].Hosts = append(out[i].Hosts, h.Name)
		}
	}
	return out
}

// commandsOf returns what a host needs after fixes, and after they are put back. Files
// that hold an old line again give the kernel its value, which a command of the fix
// has replaced.
func commandsOf(h *host.Host, applied []*Finding) (commands, back []Command) {
	for _, f := range applied {
		own := f.Host == h.Name || slices.Contains(f.Also, h.Name)
		if own {
			commands = append(commands, onHost(h, f.Apply)...)
		}
		for _, path := range editedPaths(f) {
			noted := Notices(h, path)
			if back = append(back, noted...); !own {
				commands = append(commands, noted...)
			}
		}
	}
	for _, c := range commands {
		if c.turn == restartTurn {
			back = append(back, c)
		}
	}
	return commands, back
}

// editedPaths returns the files that the fix of a finding edits, sorted.
func editedPaths(f *Finding) []string {
	if f.Fix == nil {
		return nil
	}
	var out []string
	for _, e := range f.Fix.Edits {
		out = append(out, e.Span.File.Path)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Notices returns what makes a host take note of a file that was written, whatever
// stands in it; nothing for a file that nothing of the host reads.
func Notices(h *host.Host, path string) []Command {
	is := func(f *source.File) bool { return f.Path == path }
	var out []Command
	if h.Nginx != nil {
		for _, d := range h.Nginx.Documents {
			if is(d.File) {
				out = append(out, ReloadNginx())
			}
		}
	}
	if slices.ContainsFunc(h.Sysctl.Files(), is) {
		out = append(out, LoadSysctl())
	}
	for _, d := range h.Limits.Documents {
		if is(d.File) {
			out = append(out, LogIn())
		}
	}
	for _, u := range h.OwnUnits() {
		for _, f := range u.Files() {
			if is(f.File) {
				out = append(out, ReloadUnits(), RestartUnit(u.Name))
			}
		}
	}
	for _, f := range h.Limits.SystemConf {
		if is(f.File) {
			out = append(out, ReloadUnits(), RestartLimited())
		}
	}
	for _, a := range h.Apps {
		if slices.ContainsFunc(a.Files, is) {
			out = append(out, RestartApp(a))
		}
	}
	return onHost(h, out)
}

// CommandLines returns all of it as lines of a shell script: a line that [HostLine]
// reads stands before what is for other machines than this one.
func CommandLines(list []HostCommands) []string {
	return commandLines(list, func(c HostCommands) []string { return c.Commands })
}

// BackLines are [CommandLines] for files that were put back.
func BackLines(list []HostCommands) []string {
	return commandLines(list, func(c HostCommands) []string { return c.Back })
}

const hostMark = "# on "

// HostLine reads a line that names hosts; is is false for any other.
func HostLine(line string) (hosts string, is bool) {
	if !strings.HasPrefix(line, hostMark) {
		return "", false
	}
	return strings.TrimSuffix(line[len(hostMark):], ":"), true
}

func commandLines(list []HostCommands, of func(HostCommands) []string) []string {
	var out []string
	for _, c := range list {
		commands := of(c)
		switch {
		case len(commands) == 0:
			continue
		case !c.Live:
			out = append(out, hostMark+strings.Join(c.Hosts, ", ")+":")
		case len(out) > 0:
			out = append(out, hostMark+"this machine:")
		}
		out = append(out, commands...)
	}
	return out
}

package machine

import (
	"slices"
	"strconv"
	"strings"
)

// elsewhere says why a process has not to do with the files and the network that
// this process sees, as far as it can be told; "" where nothing says so.
func (p procReader) elsewhere(pid int, group string) string {
	switch {
	case len(strings.Fields(statusLine(p.read(pid, "status"), "NSpid:"))) > 1:
		return "it has process numbers of its own, as in a container"
	case runtimeOf(group) != "" && !p.contained:
		return "it runs in a container of " + runtimeOf(group)
	case p.otherNetwork(pid):
		return "it runs in another network"
	case !slices.Contains([]string{"", "/"}, p.link(pid, "root")):
		return "it runs below " + p.link(pid, "root")
	}
	return ""
}

// runtimeOf returns the kind of container that a control group belongs to, "" for
// none.
func runtimeOf(group string) string {
	for _, g := range groupNames {
		if g.name.MatchString(group) {
			return g.kind
		}
	}
	return ""
}

// otherNetwork reports whether a process surely has another network than this
// one. Others may not see which one root's processes have, but everybody sees
// the sockets that listen there, whose inodes are unique on the machine.
func (p procReader) otherNetwork(pid int) bool {
	own, err := p.fsys.ReadLink("/proc/self/ns/net")
	if its := p.link(pid, "ns/net"); err == nil && its != "" {
		return its != own
	}
	here, there := p.listening("self"), p.listening(strconv.Itoa(pid))
	if len(there) == 0 {
		return false
	}
	return !slices.ContainsFunc(there, func(inode string) bool { return slices.Contains(here, inode) })
}

// listening returns the inodes of the TCP sockets that listen in the network of a
// process.
func (p procReader) listening(process string) []string {
	var out []string
	for _, table := range []string{"tcp", "tcp6"} {
		text, _, err := p.fsys.Read("/proc/" + process + "/net/" + table)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) > 9 && f[3] == "0A" { // TCP_LISTEN
				out = append(out, f[9])
			}
		}
	}
	return out
}

package machine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tunelint/tunelint/source"
)

// procReader reads /proc/PID.
type procReader struct {
	fsys   source.FS
	booted time.Time
	// contained reports that this process runs in a container itself: the others
	// that it sees do too.
	contained bool
}

func newProcReader(fsys source.FS) procReader {
	p := procReader{fsys: fsys, booted: bootTime(fsys)}
	p.contained = runtimeOf(p.controlGroup("self")) != ""
	return p
}

// ticks is USER_HZ, in which /proc counts time: 100 on every architecture that
// nginx is packaged for (proc_pid_stat(5)).
const ticks = 100

// pids returns the numbers of the processes, in order.
func (p procReader) pids() []int {
	entries, err := p.fsys.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var out []int
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			out = append(out, pid)
		}
	}
	slices.Sort(out)
	return out
}

func (p procReader) read(pid int, name string) string {
	return p.readOf(strconv.Itoa(pid), name)
}

func (p procReader) readOf(process, name string) string {
	text, _, err := p.fsys.Read("/proc/" + process + "/" + name)
	if err != nil {
		return ""
	}
	return string(text)
}

func (p procReader) link(pid int, name string) string {
	target, err := p.fsys.ReadLink(fmt.Sprintf("/proc/%d/%s", pid, name))
	if err != nil {
		return ""
	}
	return target
}

// title returns what stands for a process in the output of ps.
func (p procReader) title(pid int) string {
	return strings.TrimSpace(strings.ReplaceAll(p.read(pid, "cmdline"), "\x00", " "))
}

// process reads what is known of any process; false when it has ended.
func (p procReader) process(pid int) (Process, bool) {
	stat := p.read(pid, "stat")
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:]) // the name before may hold anything
	if len(fields) < 20 || fields[0] == "Z" {
		return Process{}, false
	}
	out := Process{PID: pid, NoFile: openFiles(p.read(pid, "limits")), Open: p.open(pid)}
	out.Parent, _ = strconv.Atoi(fields[1])
	if n, err := strconv.ParseInt(fields[19], 10, 64); err == nil && !p.booted.IsZero() {
		out.Started = p.booted.Add(time.Duration(n) * time.Second / ticks)
	}
	out.Effective, _ = strconv.ParseUint(statusLine(p.read(pid, "status"), "CapEff:"), 16, 64)
	return out, true
}

// open counts the open descriptors.
func (p procReader) open(pid int) int {
	entries, err := p.fsys.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		return -1
	}
	return len(entries)
}

// sockets returns the inodes of the sockets that a process has open.
func (p procReader) sockets(pid int) []uint64 {
	entries, err := p.fsys.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		return nil
	}
	var out []uint64
	for _, e := range entries {
		inode, ok := strings.CutPrefix(p.link(pid, "fd/"+e.Name()), "socket:[")
		if n, err := strconv.ParseUint(strings.TrimSuffix(inode, "]"), 10, 64); ok && err == nil {
			out = append(out, n)
		}
	}
	return out
}

// controlGroup returns the path of the control group in which systemd keeps a
// process: that of version 2, or of the hierarchy that bears systemd's name.
func (p procReader) controlGroup(process string) string {
	group := ""
	for line := range strings.Lines(p.readOf(process, "cgroup")) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) == 3 && (parts[0] == "0" && group == "" || parts[1] == "name=systemd") {
			group = parts[2]
		}
	}
	return group
}

// openFiles reads the limit on open files from /proc/PID/limits.
func openFiles(text string) Limits {
	for line := range strings.Lines(text) {
		rest, ok := strings.CutPrefix(line, "Max open files")
		fields := strings.Fields(rest)
		if !ok || len(fields) < 2 {
			continue
		}
		soft, err := strconv.ParseInt(fields[0], 10, 64)
		hard, hardErr := strconv.ParseInt(fields[1], 10, 64)
		if err == nil && hardErr == nil { // never "unlimited": fs.nr_open bounds both
			return Limits{Soft: soft, Hard: hard}
		}
	}
	return Limits{}
}

// statusLine returns what follows a name in /proc/PID/status.
func statusLine(text, name string) string {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

package rules

import (
	"fmt"
	"math"
	"path"
	"slices"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

var belowDefault = &lint.Rule{
	Name:  "kernel/below-default",
	Title: "a limit is set below what the kernel starts with",
	Why: "Tuning guides hold figures that were large when they were written; since then the kernel has raised its defaults, and sizes others by the memory, " +
		"so that the same line lowers the limit. Without the line there is more room.",
	Refs: []string{
		"https://docs.kernel.org/admin-guide/sysctl/index.html",
		"https://docs.kernel.org/networking/ip-sysctl.html",
		"https://docs.kernel.org/networking/nf_conntrack-sysctl.html",
	},
	Severity: lint.Warning,
	Run:      runBelowDefault,
}

// A capacity is a number of which more means that more fits: nobody lowers one to
// make a machine faster. Timeouts, shares and numbers of tries are none.
type capacity struct {
	key   string
	place int
	what  string
}

// capacities are the keys that tuning guides raise. tcp_max_syn_backlog counts only
// without SYN cookies, nf_conntrack_buckets only for speed.
var capacities = []capacity{
	{"fs.aio-max-nr", 0, "asynchronous reads and writes of all processes together"},
	{"fs.file-max", 0, "open files of all processes together"},
	{"fs.inotify.max_queued_events", 0, "events that one watcher may have waiting"},
	{"fs.inotify.max_user_instances", 0, "watchers of one user"},
	{"fs.inotify.max_user_watches", 0, "files that one user may watch"},
	{"fs.nr_open", 0, "descriptors that one process may ever be allowed"},
	{"kernel.pid_max", 0, "processes and threads of the machine"},
	{"kernel.sem", 1, "semaphores of the machine"},
	{"kernel.sem", 3, "semaphore sets of the machine"},
	{"kernel.shmall", 0, "shared memory of the machine, in pages"},
	{"kernel.shmmax", 0, "bytes of one piece of shared memory"},
	{"kernel.shmmni", 0, "pieces of shared memory"},
	{"kernel.threads-max", 0, "threads of the machine"},
	{"net.core.netdev_max_backlog", 0, "packets waiting for a processor"},
	{"net.core.optmem_max", 0, "bytes of options and control messages of a socket"},
	{"net.core.rmem_max", 0, "bytes that a program may ask for with SO_RCVBUF"},
	{"net.core.somaxconn", 0, "connections waiting to be accepted on a socket"},
	{"net.core.wmem_max", 0, "bytes that a program may ask for with SO_SNDBUF"},
	{"net.ipv4.ip_local_port_range", widthPlace, "local ports for connections to one address"},
	{"net.ipv4.tcp_max_orphans", 0, "closing connections, beyond which they are reset"},
	{"net.ipv4.tcp_max_tw_buckets", 0, "connections in TIME_WAIT, beyond which it is cut short"},
	{"net.ipv4.tcp_rmem", 2, "bytes that the receive buffer of a connection grows to"},
	{"net.ipv4.tcp_wmem", 2, "bytes that the send buffer of a connection grows to"},
	{"net.netfilter.nf_conntrack_max", 0, "tracked connections, beyond which packets are dropped"},
	{"net.nf_conntrack_max", 0, "tracked connections, beyond which packets are dropped"},
	{"vm.max_map_count", 0, "mapped areas of one process"},
}

// widthPlace stands for how many there are from the first number to the second.
const widthPlace = -1

func runBelowDefault(p *lint.Pass) {
	said := map[*sysctl.Line]bool{}
	for _, c := range capacities {
		line, value := p.Host.OwnSysctl(c.key), p.Host.Sysctl.Ints(c.key)
		if line == nil || !value.Known || said[line] {
			continue
		}
		base, ok := p.Host.SysctlBase(c.key, oldestInUse)
		has, hasOK := c.of(value.Value)
		least, leastOK := c.of(base.Numbers)
		if ok && hasOK && leastOK && has < least && !c.meant(p.Host, value.Value) {
			said[line] = true
			reportBelow(p, c, line, has, least, base)
		}
	}
}

// of returns the number of a setting that is the capacity.
func (c capacity) of(numbers []int64) (int64, bool) {
	switch {
	case c.place == widthPlace && len(numbers) == 2:
		return numbers[1] - numbers[0] + 1, true
	case c.place >= 0 && c.place < len(numbers):
		return numbers[c.place], true
	}
	return 0, false
}

// ampleShared is more shared memory than machines of unknown size are sure to have.
const ampleShared = 64 << 30

// meant reports whether a low number is not one that wants to be high: buffers that
// are small from the start save memory, there is no use for more shared memory than
// memory, and no tracked connections at all (0) means no limit.
func (c capacity) meant(h *host.Host, v []int64) bool {
	memory := int64(ampleShared)
	if h.Facts.Memory.Known {
		memory = h.Facts.Memory.Value
	}
	switch c.key {
	case "net.ipv4.tcp_rmem": // in the wrong order it means something else
		return v[1] < 64<<10 || v[2] < v[1]
	case "net.ipv4.tcp_wmem":
		return v[1] < 16<<10 || v[2] < v[1]
	case "kernel.shmmax":
		return v[0] >= memory
	case "kernel.shmall":
		return v[0] >= memory/4096
	case "net.netfilter.nf_conntrack_max", "net.nf_conntrack_max":
		return v[0] == 0
	}
	return false
}

// reportBelow reports a capacity that a line sets to less than the least default.
func reportBelow(p *lint.Pass, c capacity, line *sysctl.Line, has, least int64, base host.SysctlBase) {
	what := fmt.Sprintf("%s %d is", c.key, has)
	switch {
	case c.place == widthPlace:
		what = fmt.Sprintf("%s leaves %d ports,", c.key, has)
	case c.key == "kernel.sem":
		what = fmt.Sprintf("%s %s allows %d %s,", c.key, line.Value, has, c.what)
	case c.place > 0:
		what = fmt.Sprintf("%s %s ends with %d,", c.key, line.Value, has)
	}
	var r *lint.Report
	if base.Origin.IsDefault() {
		r = p.Report(line.Span, "%s below the kernel's default, %s", what, defaultInWords(p.Host, least, base.Floor))
	} else {
		r = p.Report(line.Span, "%s below the %d that %s sets", what, least, path.Base(base.Origin.Span.File.Path))
		r.SeeOrigin(base.Origin, "it would be %d without this line", least)
	}
	explainBelow(p, r.Key("%s", c.key).Label("%s", c.what), c, base)
	if c.place != widthPlace { // a narrow range may keep clear of somebody's ports
		r.Suggest("remove "+c.key, c.removal(p.Host, least)...)
	}
	if c.place == 0 && !base.Floor.Grows && least < math.MaxInt64 {
		r.Apply(fmt.Sprintf("sysctl -w %s=%d", c.key, least))
	}
}

// explainBelow adds what the default rests on.
func explainBelow(p *lint.Pass, r *lint.Report, c capacity, base host.SysctlBase) {
	if kernel := p.Host.Facts.Kernel; base.Floor.Since != "" && kernel.Known {
		r.SeeOrigin(kernel.Origin, "the kernel is %s", kernel.Value)
	}
	if memory := p.Host.Facts.Memory; base.Floor.Grows && memory.Known {
		r.SeeOrigin(memory.Origin, "the machine has %s", lint.FormatBytes(memory.Value))
	}
	if c.key == "fs.file-max" && base.Origin.IsDefault() {
		r.See(source.Span{}, "systemd 240 and later starts with no limit at all")
	}
}

// defaultInWords says what the least default is, and what it rests on.
func defaultInWords(h *host.Host, least int64, f sysctl.Floor) string {
	switch {
	case least == math.MaxInt64:
		return "no limit since " + f.Since
	case f.Grows && h.Facts.Memory.Known:
		return fmt.Sprintf("at least %d with this memory", least)
	case f.Grows:
		return fmt.Sprintf("at least %d with 1 GiB of memory", least)
	case f.Since != "":
		return fmt.Sprintf("%d since %s", least, f.Since)
	}
	return fmt.Sprint(least)
}

// removal deletes the administrator's lines of a key; nothing where one of them is
// not below the default, so that something else than the default may be wanted.
func (c capacity) removal(h *host.Host, least int64) []source.Edit {
	var lines []*sysctl.Line
	for _, key := range append([]string{c.key}, sysctl.Aliases(c.key)...) {
		for _, l := range h.Sysctl.Lines(key) {
			if h.IsVendor(l.Span.File) {
				continue
			}
			if has, ok := c.of(l.Numbers()); !ok || has >= least {
				return nil
			}
			lines = append(lines, l)
		}
	}
	return deleteLines(h, slices.Compact(lines))
}

package sysctl

import (
	"slices"
	"strings"
)

// A Capacity is a number of which more means that more fits: nobody lowers one to
// make a machine faster. Timeouts, shares and numbers of tries are none.
type Capacity struct {
	Key string
	// Place is which number of the setting it is, from 0 on.
	Place int
	// What says what there is more of.
	What string
}

// capacities are the keys that tuning guides raise, by name. tcp_max_syn_backlog counts only
// without SYN cookies, nf_conntrack_buckets only for speed.
var capacities = []Capacity{
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

// Capacities returns every capacity that this package knows of, by key.
func Capacities() []Capacity { return slices.Clone(capacities) }

// widthPlace stands for how many there are from the first number to the second.
const widthPlace = -1

// Width reports that the capacity is how many numbers there are from the first to the
// second.
func (c Capacity) Width() bool { return c.Place == widthPlace }

// Of returns the number of a setting that is the capacity.
func (c Capacity) Of(numbers []int64) (int64, bool) {
	switch {
	case c.Place == widthPlace && len(numbers) == 2:
		return numbers[1] - numbers[0] + 1, true
	case c.Place >= 0 && c.Place < len(numbers):
		return numbers[c.Place], true
	}
	return 0, false
}

// ampleShared is more shared memory than machines of unknown size are sure to have.
const ampleShared = 64 << 30

// Meant reports whether low numbers of a setting are not meant to be high: buffers
// that are small from the start save memory, there is no use for more shared memory
// than memory, and no tracked connections at all (0) means no limit. numbers are
// those in which [Capacity.Of] finds it, memory counts bytes, 0 where it is unknown.
func (c Capacity) Meant(numbers []int64, memory int64) bool {
	if memory < 1 {
		memory = ampleShared
	}
	switch c.Key {
	case "net.ipv4.tcp_rmem": // in the wrong order it means something else
		return numbers[1] < 64<<10 || numbers[2] < numbers[1]
	case "net.ipv4.tcp_wmem":
		return numbers[1] < 16<<10 || numbers[2] < numbers[1]
	case "kernel.shmmax":
		return numbers[0] >= memory
	case "kernel.shmall":
		return numbers[0] >= memory/pageSize
	case "net.netfilter.nf_conntrack_max", "net.nf_conntrack_max":
		return numbers[0] == 0
	}
	return false
}

// ampleFiles are more open files than nginx and its applications come near.
const ampleFiles = 1000000

// Spare reports whether a server of web sites goes on as well with less than the
// default, having so many: semaphores, shared memory and the like are for databases,
// whose manuals still ask for these figures.
func (c Capacity) Spare(has int64) bool {
	switch c.Key {
	case "fs.aio-max-nr", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "net.core.optmem_max", "vm.max_map_count":
		return true
	case "fs.file-max", "fs.nr_open":
		return has >= ampleFiles
	}
	return strings.HasPrefix(c.Key, "fs.inotify.")
}

// RaisesOthers reports whether numbers of a setting beside the capacity are above
// those of a default.
func (c Capacity) RaisesOthers(has, base []int64) bool {
	for i := range min(len(has), len(base)) {
		if c.Place > 0 && has[i] > base[i] {
			return true
		}
	}
	return false
}

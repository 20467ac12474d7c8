package sysctl

import (
	"fmt"
	"math"
	"strings"
)

// A Floor is the least that a kernel starts a key with.
type Floor struct {
	// Values are by place, one for a key with a single number; what an int64 cannot
	// hold is math.MaxInt64.
	Values []int64
	// Since is the release that brought this default, such as "5.4", "" where it was
	// always so. Grows reports that the default grows with the memory, so that the
	// values are a bound and no figure.
	Since string
	Grows bool
}

// Words says what a bound is, of which least is one number, and what it rests on;
// sized reports that the memory of the machine is known.
func (f Floor) Words(least int64, sized bool) string {
	switch {
	case least == math.MaxInt64:
		return "no limit since " + f.Since
	case f.Grows && sized:
		return fmt.Sprintf("at least %d with this memory", least)
	case f.Grows:
		return fmt.Sprintf("at least %d with 1 GiB of memory", least)
	case f.Since != "":
		return fmt.Sprintf("%d since %s", least, f.Since)
	}
	return fmt.Sprint(least)
}

// smallMemory is what a machine is taken to have that nobody knows more of.
const smallMemory = 1 << 30

// Floor returns a bound that the default of a key is surely not below: the figure of
// the newest release that the kernel surely has, and for what grows with the memory
// the kernel's own formula for nine tenths of it, as some is taken before the kernel
// counts. An unknown memory (0) is taken as 1 GiB. It holds for defaults that
// releases have only raised. ok is false where no bound is known.
func (k *Key) Floor(kernel string, memory int64) (f Floor, ok bool) {
	if !k.existsIn(kernel) || k.Since == "some" {
		return f, false
	}
	if memory < 1 {
		memory = smallMemory
	}
	pages := memory / 10 * 9 / pageSize
	if values, ok := k.byMemory(kernel, pages); ok {
		return Floor{Values: values, Grows: true}, true
	}
	before := always()
	for _, clause := range splitClauses(k.Default) {
		text, since, _ := parseClause(clause, before)
		before = since
		if !since.happened(kernel) {
			continue
		}
		_, release, _ := strings.Cut(strings.TrimSuffix(clause, " before"), " since ")
		release, _, _ = strings.Cut(release, " through ")
		list, _ := leadingNumbers(strings.TrimPrefix(text, "~"), len(text))
		f = Floor{Values: saturated(list), Since: strings.TrimPrefix(release, "~")}
		if share := pages * pageSize / 128; k.Type == "triple" && len(f.Values) == 3 && f.Values[2] > share { // net/ipv4/tcp.c: tcp_init
			f.Values[2], f.Grows = share, true
		}
		return f, len(f.Values) > 0
	}
	return f, false
}

const pageSize = 4096

// byMemory computes the defaults that depend on memory alone, for so many pages.
func (k *Key) byMemory(kernel string, pages int64) (values []int64, ok bool) {
	switch k.Name {
	case "fs.file-max": // fs/file_table.c: files_maxfiles_init; systemd 240 and later raises it
		return []int64{pages * pageSize / 10240}, true
	case "fs.nr_open": // fs/file.c; systemd may raise it
		return []int64{1 << 20}, true
	case "kernel.pid_max": // kernel/pid.c; more with many processors
		return []int64{32768}, true
	case "kernel.threads-max": // kernel/fork.c: set_max_threads, stacks of 16 KiB
		return []int64{pages * pageSize / (8 * 16384)}, true
	case "net.ipv4.tcp_max_tw_buckets", "net.ipv4.tcp_max_orphans": // net/ipv4/tcp.c: tcp_init
		return []int64{ehash(pages) / 2}, true
	case "net.ipv4.tcp_max_syn_backlog": // net/ipv4/tcp_ipv4.c: tcp_sk_init
		return []int64{max(128, ehash(pages)/128)}, true
	case "net.ipv4.tcp_mem": // net/ipv4/tcp.c: tcp_init_mem
		return thirds(pages / 16), true
	case "net.ipv4.udp_mem": // net/ipv4/udp.c: udp_init
		return thirds(pages / 8), true
	case "net.netfilter.nf_conntrack_max", "net.nf_conntrack_max":
		most := conntrackMax(pages)
		if !parseChange("4.18", never()).happened(kernel) { // the table was smaller once
			most = min(most, 65536)
		}
		return []int64{most}, true
	case "fs.inotify.max_user_watches": // fs/notify/inotify/inotify_user.c
		if r, known := parseRelease(kernel); known && r >= releaseWatches {
			return []int64{min(max(pages*pageSize/100/1400, 8192), 1048576)}, true
		}
	}
	return nil, false
}

// releaseWatches is 5.11, the first in which a user's watches depend on the memory.
const releaseWatches = release(41 + 11)

// thirds is the triple that the kernel makes of the middle limit, in pages.
func thirds(limit int64) []int64 {
	limit = max(limit, 128)
	return []int64{limit / 4 * 3, limit, limit / 4 * 3 * 2}
}

// ehash is the size of the table of established connections: an entry for every
// 128 KiB of memory, rounded up to a power of two, 524288 at most.
func ehash(pages int64) int64 {
	size := int64(1)
	for size < pages*pageSize>>17 && size < 1<<19 {
		size *= 2
	}
	return size
}

// conntrackMax is the same in every release where memory decides; below 1 GiB, where
// 5.15 made it a quarter, it is the lower one
// (net/netfilter/nf_conntrack_core.c: nf_conntrack_init_start).
func conntrackMax(pages int64) int64 {
	switch memory := pages * pageSize; {
	case memory > 4<<30:
		return 262144
	case memory > 1<<30:
		return 65536
	default:
		return max(1024, memory/131072)
	}
}

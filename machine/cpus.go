package machine

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// CPUs is how much of the processors there is.
type CPUs struct {
	// Online is how many run. nginx starts that many workers for
	// "worker_processes auto" where the C library asks /sys, as glibc does.
	Online Figure[int]
	// Usable is how many of them this process may run on.
	Usable Figure[int]
	// Quota is how much processor time the control group of this process gets, in
	// processors: 1.5. It is the least of the groups that can be seen, and 0 where
	// none has a quota.
	Quota Figure[float64]
}

// ReadCPUs reads what there is of processors.
func ReadCPUs(fsys source.FS) CPUs {
	return CPUs{Online: onlineCPUs(fsys), Usable: usableCPUs(fsys), Quota: cpuQuota(fsys)}
}

// onlineCPUs counts the processors; where /sys is not mounted, by their lines in
// /proc/stat.
func onlineCPUs(fsys source.FS) Figure[int] {
	online := figure(fsys, "/sys/devices/system/cpu/online", countList)
	if online.Known {
		return online
	}
	if stat := figure(fsys, "/proc/stat", countLines); stat.Known {
		return stat
	}
	return online
}

// mostCPUs is beyond what any kernel is built for (NR_CPUS).
const mostCPUs = 1 << 16

// countList counts a kernel list such as "0-3,8".
func countList(text string) (int, bool) {
	n := 0
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(part, "-")
		a, err := strconv.Atoi(first)
		if err != nil {
			return 0, false
		}
		b := a
		if isRange {
			if b, err = strconv.Atoi(last); err != nil || b < a || b >= mostCPUs {
				return 0, false
			}
		}
		n += b - a + 1
	}
	return n, true
}

// countLines counts the lines "cpu0", "cpu1" of /proc/stat.
func countLines(text string) (int, bool) {
	n := 0
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "cpu"); ok && rest != "" && rest[0] >= '0' && rest[0] <= '9' {
			n++
		}
	}
	return n, n > 0
}

func usableCPUs(fsys source.FS) Figure[int] {
	return figure(fsys, "/proc/self/status", func(text string) (int, bool) {
		return countList(statusLine(text, "Cpus_allowed_list:"))
	})
}

func cpuQuota(fsys source.FS) Figure[float64] {
	g, err := groupOf(fsys, "cpu")
	if err != nil {
		return unknown[float64](reason(err))
	}
	if g.unified {
		return least(g, "cpu.max", func(name string) (float64, error) { return quotaOf(read(fsys, name)) })
	}
	return least(g, "cpu.cfs_quota_us", func(name string) (float64, error) {
		quota, err := read(fsys, name)
		if err != nil || strings.HasPrefix(quota, "-") {
			return 0, err
		}
		period, err := read(fsys, strings.TrimSuffix(name, "quota_us")+"period_us")
		return quotaOf(quota+" "+period, err)
	})
}

// quotaOf reads "150000 100000", microseconds of every period, as processors;
// "max 100000" is 0.
func quotaOf(text string, err error) (float64, error) {
	if err != nil {
		return 0, err
	}
	quota, period, _ := strings.Cut(text, " ")
	if quota == "max" {
		return 0, nil
	}
	a, err := strconv.ParseFloat(quota, 64)
	b, err2 := strconv.ParseFloat(period, 64)
	if err := errors.Join(err, err2); err != nil || b <= 0 || a <= 0 {
		return 0, fmt.Errorf("%w: quota %q", fs.ErrInvalid, text)
	}
	return a / b, nil
}

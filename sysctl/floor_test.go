package sysctl

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source/realpart"
)

func TestFloor(t *testing.T) {
	const gib = 1 << 30
	for _, c := range []struct {
		key, kernel string
		memory      int64
		want        Floor
		ok          bool
	}{
		{"net.core.somaxconn", "6.1", 0, Floor{Values: []int64{4096}, Since: "5.4"}, true},
		{"net.core.somaxconn", "5.3", 0, Floor{Values: []int64{128}}, true},
		{"net.core.somaxconn", "", 0, Floor{Values: []int64{128}}, true},
		{"net.core.rmem_max", "6.12", 0, Floor{Values: []int64{212992}}, true},
		{"net.core.rmem_max", "6.15", 0, Floor{Values: []int64{212992}}, true}, // nobody knows which release raised it
		{"net.core.rmem_max", "6.18", 0, Floor{Values: []int64{4194304}, Since: "6.18"}, true},
		{"net.ipv4.tcp_rmem", "6.1", 0, Floor{Values: []int64{4096, 131072, 6291456}, Since: "4.20"}, true},
		{"net.ipv4.tcp_rmem", "6.1", gib / 2, Floor{Values: []int64{4096, 131072, 3774848}, Since: "4.20", Grows: true}, true},
		{"net.ipv4.tcp_rmem", "6.18", 16 * gib, Floor{Values: []int64{4096, 131072, 33554432}, Since: "6.18"}, true},
		{"net.ipv4.tcp_wmem", "", 0, Floor{Values: []int64{4096, 16384, 4194304}}, true},
		{"fs.file-max", "6.1", 0, Floor{Values: []int64{94371}, Grows: true}, true},
		{"net.ipv4.tcp_max_tw_buckets", "6.1", 24 * gib, Floor{Values: []int64{131072}, Grows: true}, true},
		{"net.ipv4.tcp_max_tw_buckets", "6.1", 512 * gib, Floor{Values: []int64{262144}, Grows: true}, true},
		{"net.netfilter.nf_conntrack_max", "4.18", 8 * gib, Floor{Values: []int64{262144}, Grows: true}, true},
		{"net.netfilter.nf_conntrack_max", "4.4", 8 * gib, Floor{Values: []int64{65536}, Grows: true}, true},
		{"net.netfilter.nf_conntrack_max", "6.1", 2 * gib, Floor{Values: []int64{65536}, Grows: true}, true},
		{"net.netfilter.nf_conntrack_max", "6.1", 0, Floor{Values: []int64{7372}, Grows: true}, true},
		{"fs.inotify.max_user_watches", "5.10", 24 * gib, Floor{Values: []int64{8192}}, true},
		{"kernel.shmmax", "6.1", 0, Floor{Values: []int64{math.MaxInt64}, Since: "3.16"}, true},
		{"kernel.sem", "6.1", 0, Floor{Values: []int64{32000, 1024000000, 500, 32000}, Since: "3.19"}, true},
		{"net.ipv4.tcp_congestion_control", "6.1", 0, Floor{}, false},
		{"net.ipv4.tcp_tw_recycle", "6.1", 0, Floor{}, false},
		{"vm.min_free_kbytes", "6.1", 0, Floor{}, false},
	} {
		k, _ := Lookup(c.key)
		got, ok := k.Floor(c.kernel, c.memory)
		if diff := cmp.Diff(c.want, got); diff != "" || ok != c.ok {
			t.Errorf("%s on %q with %d: %t %s", c.key, c.kernel, c.memory, ok, diff)
		}
	}
}

// What this machine started with is no less than the floor, and not much more where
// the memory decides.
func TestFloorAgainstTheKernel(t *testing.T) {
	memory := int64(0)
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		realpart.Lacking(t, "/proc/meminfo")
	}
	if f := strings.Fields(string(text)); len(f) > 1 && f[0] == "MemTotal:" {
		kib, _ := strconv.ParseInt(f[1], 10, 64)
		memory = kib << 10
	}
	for _, key := range []string{"fs.file-max", "kernel.threads-max", "kernel.pid_max", "net.ipv4.tcp_max_orphans", "net.ipv4.tcp_mem", "net.ipv4.udp_mem", "fs.inotify.max_user_watches", "kernel.shmmax", "fs.aio-max-nr"} {
		k, _ := Lookup(key)
		floor, ok := k.Floor(runningKernel(t), memory)
		have, err := os.ReadFile(filepath.Join("/proc/sys", swap(key)))
		if err != nil || !ok {
			t.Errorf("%s: %v, %t", key, err, ok)
			continue
		}
		list, _ := leadingNumbers(string(have), 3)
		for i, n := range saturated(list) {
			if n < floor.Values[i] {
				t.Errorf("%s is %d, less than the floor of %d", key, n, floor.Values[i])
			}
			if close := strings.HasPrefix(key, "net."); close && n > 3*floor.Values[i] {
				t.Errorf("%s is %d, the floor of %d says little", key, n, floor.Values[i])
			}
		}
	}
}

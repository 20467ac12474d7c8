package rules_test

import (
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

// applyFix loads the files of a machine into a network of its own, then those that a
// fix leaves, by commands, and prints keys as they were at the start and as they are.
// What is not of the network cannot be written meanwhile.
const applyFix = `set -e
for dir in vm fs kernel; do mount --bind /proc/sys/$dir /proc/sys/$dir; mount -o remount,ro,bind /proc/sys/$dir; done
set +e
for dir in /run/sysctl.d /usr/local/lib/sysctl.d /etc/sysctl.d /usr/lib/sysctl.d; do mkdir -p $dir; mount -t tmpfs tmpfs $dir; done
touch /etc/sysctl.conf; mount --bind /dev/null /etc/sysctl.conf
root=$1 commands=$2
shift 2
show() { for key; do tr '\t' ' ' <$key 2>/dev/null || echo; done; }
show "$@"
cp $root/before/* /etc/sysctl.d/; sysctl --system >/dev/null 2>&1
rm /etc/sysctl.d/*; cp $root/after/* /etc/sysctl.d/ 2>/dev/null
sh -c "$commands" >/dev/null 2>&1
show "$@"
`

// TestLiveKernelApply runs what is printed for fixes of sysctl files: the kernel then
// has what the files say, and what it began with where they say nothing any more.
func TestLiveKernelApply(t *testing.T) {
	realpart.Need(t, "unshare", "mount", "sysctl", "tr", "cp")
	asked, removed := 0, 0
	eachCase(t, "[kms]*.txtar", func(archive string, c *testCase) {
		m := c.open(t)
		hosts, err := m.load(m.store)
		if err != nil || len(hosts) != 1 {
			return
		}
		for _, f := range lint.Run(hosts, m.options).Findings {
			commands := sysctlCommands(f)
			if strings.ReplaceAll(f.Rule.Name, "/", "-") != archive || f.Fix == nil || commands == "" {
				continue
			}
			after := fixedHost(t, c, m, f)
			keys := changedKeys(hosts[0], after)
			if len(keys) == 0 {
				continue
			}
			n, gone := compareKernel(t, archive+"/"+c.name, hosts[0], after, keys, commands)
			asked, removed = asked+n, removed+gone
		}
	})
	if asked < 40 || removed < 5 {
		t.Errorf("only %d keys are asked for, %d of them without a line", asked, removed)
	}
}

// sysctlCommands returns those of a finding that concern settings of a network.
func sysctlCommands(f *lint.Finding) string {
	list := slices.DeleteFunc(lint.Join(f.Apply), func(c string) bool {
		key, set := strings.CutPrefix(c, "sysctl -w ")
		return c != "sysctl --system" && !(set && ofNetwork(key))
	})
	return strings.Join(list, " && ")
}

// ofNetwork reports whether a network may have a key for itself: what the machine has
// once is not to be changed by a test.
func ofNetwork(key string) bool {
	return strings.HasPrefix(key, "net.ipv4.") || strings.HasPrefix(key, somaxconnKey)
}

// changedKeys returns the keys of the network that a fix gives another value.
func changedKeys(before, after *host.Host) []string {
	keys := map[string]bool{}
	for _, h := range []*host.Host{before, after} {
		for _, d := range h.Sysctl.Documents {
			for _, l := range d.Lines {
				differs := before.Sysctl.Value(l.Key).Value != after.Sysctl.Value(l.Key).Value || len(after.Sysctl.Lines(l.Key)) == 0
				if l.Plain() && differs && ofNetwork(l.Key) {
					keys[l.Key] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(keys))
}

// compareKernel asks the kernel for keys that a network has of its own. It returns how
// many it has, and how many of them no file sets.
func compareKernel(t *testing.T, name string, before, after *host.Host, keys []string, commands string) (asked, removed int) {
	t.Helper()
	root := t.TempDir()
	args := []string{"-nm", "sh", "-c", applyFix, "sh", root, commands}
	writeSysctl(t, filepath.Join(root, "before"), before)
	writeSysctl(t, filepath.Join(root, "after"), after)
	for _, k := range keys {
		args = append(args, "/proc/sys/"+strings.ReplaceAll(k, ".", "/"))
	}
	out, err := exec.Command("unshare", args...).Output()
	values := strings.Split(string(out), "\n")
	if err != nil || len(values) < 2*len(keys) {
		realpart.Lacking(t, "namespaces by unshare -nm")
	}
	for i, k := range keys {
		start, now, want := values[i], values[len(keys)+i], after.Sysctl.Value(k)
		if line := after.SysctlLine(k); start == "" || line != nil && len(strings.Fields(line.Value)) < len(strings.Fields(start)) {
			continue // no key of this kernel's networks, or the kernel has the rest by itself
		}
		asked++
		if len(after.Sysctl.Lines(k)) == 0 {
			removed++
			want = source.Known(start, source.Origin{})
		}
		if got := strings.Join(strings.Fields(now), " "); want.Known && got != strings.Join(strings.Fields(want.Value), " ") {
			t.Errorf("%s: after %s the kernel has %s %s, not %s", name, commands, k, got, want.Value)
		}
	}
	return asked, removed
}

// writeSysctl writes the sysctl files of a host into one folder, in their order, with
// no line about what the machine has once.
func writeSysctl(t *testing.T, dir string, h *host.Host) {
	t.Helper()
	if out, err := exec.Command("mkdir", dir).CombinedOutput(); err != nil {
		t.Fatalf("mkdir: %v: %s", err, out)
	}
	for i, d := range h.Sysctl.Documents {
		var own strings.Builder
		for line := range strings.Lines(d.File.Text) {
			key, _, _ := strings.Cut(strings.TrimLeft(line, " \t-"), "=")
			if ofNetwork(strings.TrimSpace(key)) {
				own.WriteString(line)
			}
		}
		writeTest(t, filepath.Join(dir, string(rune('a'+i))+".conf"), own.String())
	}
}

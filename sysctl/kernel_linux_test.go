package sysctl

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/tunelint/tunelint/source/realpart"
)

// inOwnNetwork runs f on a thread with network, IPC and UTS namespaces of its own,
// whose keys can be written without touching the machine. The thread ends with f.
func inOwnNetwork(t *testing.T, f func()) {
	t.Helper()
	failed := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked, so the thread is not used again
		err := syscall.Unshare(syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS)
		if err == nil {
			f()
		}
		failed <- err
	}()
	if err := <-failed; err != nil {
		realpart.Lacking(t, "network namespace: "+err.Error())
	}
}

// write writes a value to a key of the namespace, reads the result, and puts the
// old value back. ok is false when the key is not there.
func write(path, value string) (accepted bool, after string, ok bool) {
	file := filepath.Join("/proc/sys", path)
	old, err := os.ReadFile(file)
	if err != nil {
		return false, "", false
	}
	err = os.WriteFile(file, []byte(value+"\n"), 0)
	now, _ := os.ReadFile(file)
	if string(now) != string(old) {
		_ = os.WriteFile(file, old, 0)
	}
	return err == nil, strings.TrimSpace(string(now)), true
}

// answers counts what the kernel said of values, beside the verdict on each.
type answers struct {
	accepted, rejected, unsure int
	keys                       int
	skipped                    map[string][]string // by reason
}

func (a *answers) skip(key, why string) {
	if a.skipped == nil {
		a.skipped = map[string][]string{}
	}
	a.skipped[why] = append(a.skipped[why], key)
}

// log says how much was asked, and which keys were not.
func (a *answers) log(t *testing.T) {
	t.Helper()
	t.Logf("%d keys: %d values accepted and %d refused as expected, %d unsure", a.keys, a.accepted, a.rejected, a.unsure)
	for why, keys := range a.skipped {
		t.Logf("%d keys not asked, %s: %s", len(keys), why, strings.Join(keys, " "))
	}
}

// compare holds a verdict against what the kernel did.
func (a *answers) compare(t *testing.T, k *Key, name, value, kernel string, accepted bool, after string) {
	t.Helper()
	switch verdict, why := k.Check(value, kernel); {
	case verdict == Unsure:
		a.unsure++
	case verdict == Rejected && accepted, verdict == Accepted && !accepted:
		t.Errorf("%s = %q: %s (%s), the kernel leaves %q", name, value, verdict, why, after)
	case accepted:
		a.accepted++
	default:
		a.rejected++
	}
}

// Every key of the table that network, IPC and UTS namespaces have for themselves is
// asked what it takes, and every one that can only be read whether that is so. A
// rejection the kernel does not make, or an acceptance it does not keep to, is an
// error in the table.
func TestCheckAgainstTheKernel(t *testing.T) {
	kernel := runningKernel(t)
	var a answers
	inOwnNetwork(t, func() {
		for _, k := range Keys() {
			switch n := k.Namespace(kernel); {
			case n == Network, n == IPC, n == UTS, strings.HasPrefix(k.Netns, "yes"):
				a.askKey(t, k, kernel)
			case n == PID, n == 0:
				a.skip(k.Name, "as their namespace is "+n.String())
			}
		}
	})
	a.log(t)
	if a.keys < 350 || a.accepted < 4000 || a.rejected < 3000 {
		t.Errorf("too few answers: %d and %d", a.accepted, a.rejected)
	}
}

// The keys of a user namespace, which a thread cannot have for itself, are asked by a
// shell.
func TestCheckInUserNamespace(t *testing.T) {
	kernel := runningKernel(t)
	var script strings.Builder
	script.WriteString("while read -r key value; do\n" +
		"\told=$(cat /proc/sys/$key) || { echo lacking; continue; }\n" +
		"\techo \"$value\" 2>/dev/null >/proc/sys/$key && echo yes || echo no\n" +
		"\techo $old >/proc/sys/$key\ndone <<'END'\n")
	type question struct {
		key   *Key
		value string
	}
	var list []question
	for _, k := range Keys() {
		if k.Namespace(kernel) != User || k.Access != "" || !k.existsIn(kernel) {
			continue
		}
		for _, value := range trialValues(k) {
			list = append(list, question{k, value})
			fmt.Fprintf(&script, "%s %s\n", swap(k.Name), value)
		}
	}
	script.WriteString("END\n")
	var a answers
	asked := map[*Key]bool{}
	replies := strings.Fields(inNamespace(t, "-Ur", script.String()))
	if len(replies) != len(list) {
		t.Fatalf("%d replies to %d questions", len(replies), len(list))
	}
	for i, q := range list {
		if replies[i] == "lacking" {
			continue
		}
		asked[q.key] = true
		a.compare(t, q.key, q.key.Name, q.value, kernel, replies[i] == "yes", replies[i])
	}
	a.keys = len(asked)
	a.log(t)
	if a.keys < 10 {
		t.Errorf("only %d keys", a.keys)
	}
}

// What the table calls read-only the kernel opens for nobody, and what it does not is
// open to root. Nothing is written.
func TestAccessAgainstTheKernel(t *testing.T) {
	if os.Geteuid() != 0 {
		realpart.Lacking(t, "root")
	}
	kernel := runningKernel(t)
	asked := map[string]int{}
	for _, k := range Keys() {
		// Users' keys ask for CAP_SYS_RESOURCE, the watchdog's for a timer of the processor.
		if !k.existsIn(kernel) || k.Namespace(kernel) == User || k.Name == "kernel.nmi_watchdog" {
			continue
		}
		for _, name := range instances(k) {
			f, err := os.OpenFile(filepath.Join("/proc/sys", swap(name)), os.O_WRONLY, 0)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				continue
			case err == nil:
				f.Close()
			}
			asked[k.Access]++
			if (err != nil) != (k.Access == "read-only") {
				t.Errorf("%s is %q in the table: %v", name, k.Access, err)
			}
		}
	}
	if t.Logf("%v", asked); asked["read-only"] < 15 || asked[""] < 300 {
		t.Errorf("only %v keys asked", asked)
	}
}

// The keys of the network that a namespace has are those of the table.
func TestKeysAgainstTheKernel(t *testing.T) {
	kernel := runningKernel(t)
	if newest, _ := parseRelease("7.3"); atLeast(kernel, newest+1) {
		realpart.Beyond(t, "kernel of the table, which ends with 7.3, this is "+kernel)
	}
	families := []string{"net.core.", "net.ipv4.", "net.ipv6.", "net.netfilter."}
	inOwnNetwork(t, func() {
		here := map[string]bool{} // rows of the table
		for _, family := range families {
			_ = filepath.WalkDir(filepath.Join("/proc/sys", swap(family)), func(file string, e fs.DirEntry, err error) error {
				if err != nil || e.IsDir() {
					return err
				}
				name := swap(strings.TrimPrefix(file, "/proc/sys/"))
				k, ok := find(name)
				if !ok {
					t.Errorf("the table lacks %s", name)
					return nil
				}
				here[k.Name] = true
				if !k.existsIn(kernel) && !k.AddedAfter(kernel) && k.RemovedIn(kernel) {
					t.Errorf("%s is there, but the table says it is gone since %s", name, k.Removed)
				}
				if k.AddedAfter(kernel) {
					t.Errorf("%s is there, but the table says it is new in %s", name, k.Since)
				}
				return nil
			})
		}
		for _, k := range Keys() {
			own := k.Namespace(kernel) == Network && k.existsIn(kernel) && k.Since != "some"
			if own && slices.ContainsFunc(families, func(f string) bool { return strings.HasPrefix(k.Name, f) }) && !here[k.Name] && !optional(k.Name) {
				t.Errorf("the kernel lacks %s", k.Name)
			}
		}
		if t.Logf("%d rows", len(here)); len(here) < 300 {
			t.Errorf("only %d rows", len(here))
		}
	})
}

// optional reports whether a key comes with a module or a build option that the
// kernel may do without.
func optional(key string) bool {
	for _, prefix := range []string{"net.ipv4.vs.", "net.netfilter.nf_flowtable_", "net.netfilter.nf_conntrack_dccp_"} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

// askKey asks the kernel about values for every name that a row of the table has in
// the namespace.
func (a *answers) askKey(t *testing.T, k *Key, kernel string) {
	t.Helper()
	switch {
	case !k.existsIn(kernel):
		a.skip(k.Name, "as this kernel does not or may not have them")
		return
	case k.Access == "write-only":
		a.skip(k.Name, "as they cannot be read")
		return
	}
	asked := false
	for _, name := range instances(k) {
		for _, value := range trialValues(k) {
			accepted, after, ok := write(swap(name), value)
			if !ok {
				break
			}
			asked = true
			a.compare(t, k, name, value, kernel, accepted, after)
		}
	}
	if !asked {
		a.skip(k.Name, "as the namespace lacks them")
		return
	}
	a.keys++
}

// instances returns the names that a row of the table has here: the key itself, or
// those that its pattern matches and that no other row describes.
func instances(k *Key) []string {
	if !strings.Contains(k.Name, "*") {
		return []string{k.Name}
	}
	files, _ := filepath.Glob(filepath.Join("/proc/sys", swap(k.Name)))
	var out []string
	for _, file := range files {
		name := swap(strings.TrimPrefix(file, "/proc/sys/"))
		if row, ok := find(name); ok && row.Name == k.Name {
			out = append(out, name)
		}
	}
	return out
}

// trialValues returns values around the limits of a key and odd spellings.
func trialValues(k *Key) []string {
	values := []string{"0", "1", "2", "-1", "010", "0x1", "1 x", "1x", "4k", "4294967295", "4294967296", "9223372036854775808", "1,2", "1 2 3 4"}
	for _, text := range []string{k.Min, k.Max} {
		for _, end := range strings.Split(text, "..") {
			if n, ok := parseNumber(end); ok && n.size < 1<<62 {
				i, _ := n.int64()
				values = append(values, fmt.Sprint(i-1), fmt.Sprint(i), fmt.Sprint(i+1))
			}
		}
	}
	return values
}

// What the kernel stores is what the package says it reads.
func TestNumbersAgainstTheKernel(t *testing.T) {
	inOwnNetwork(t, func() {
		for _, value := range []string{"4096 # x", "010", "0x10", "0X1F", "-5", "-0x5", "31\t7", "00000000000000000031", "7 8 9", "+1", "08", "0x", "000000000000000000031", "- 5"} {
			accepted, after, _ := write("net/ipv4/tcp_keepalive_time", value)
			list, _ := leadingNumbers(value, 1)
			if len(list) == 0 && accepted || len(list) == 1 && after != list[0].String() {
				t.Errorf("%q: read as %v, the kernel leaves %q", value, list, after)
			}
		}
	})
}

// The defaults of this kernel, as far as a network namespace starts with them:
// some keys begin with what the machine's own network holds.
func TestDefaultsAgainstTheKernel(t *testing.T) {
	kernel := runningKernel(t)
	compared := 0
	inOwnNetwork(t, func() {
		for _, k := range Keys() {
			want, rough, ok := k.defaultFor(kernel)
			name := strings.NewReplacer("conf.*", "conf.default", "neigh.*", "neigh.default").Replace(k.Name)
			if !ok || rough || !strings.HasPrefix(k.Netns, "yes") || k.Overrides != "" || k.Type == "string" || inherited(k) {
				continue
			}
			have, err := os.ReadFile(filepath.Join("/proc/sys", swap(name)))
			if err != nil {
				continue
			}
			compared++
			if got := strings.Join(strings.Fields(string(have)), " "); got != want {
				t.Errorf("%s starts with %q, the table says %q", name, got, want)
			}
		}
	})
	if compared < 120 {
		t.Errorf("only %d defaults compared", compared)
	}
}

// inherited reports whether a new namespace copies the value of the first one
// (net/ipv4/tcp_ipv4.c, net/ipv4/devinet.c, net/core/neighbour.c).
func inherited(k *Key) bool {
	return k.Name == "net.ipv4.tcp_rmem" || k.Name == "net.ipv4.tcp_wmem" ||
		strings.HasPrefix(k.Name, "net.ipv4.conf.") || strings.Contains(k.Name, ".neigh.")
}

package sysctl

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/tunelint/tunelint/source/realpart"
)

// inOwnNetwork runs f on a thread with a network namespace of its own, whose
// keys below /proc/sys/net can be written without touching the machine. The
// thread ends with f.
func inOwnNetwork(t *testing.T, f func()) {
	t.Helper()
	failed := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked, so the thread is not used again
		err := syscall.Unshare(syscall.CLONE_NEWNET)
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

// Every key of the table that a network namespace has for itself is asked what
// it takes. A rejection the kernel does not make, or an acceptance it does not
// keep to, is an error in the table.
func TestCheckAgainstTheKernel(t *testing.T) {
	kernel := runningKernel(t)
	asked := 0
	inOwnNetwork(t, func() {
		for _, k := range Keys() {
			if strings.HasPrefix(k.Netns, "yes") && k.Access == "" && !strings.HasSuffix(k.Name, "*") {
				asked += checkKey(t, k, kernel)
			}
		}
	})
	if asked < 1000 {
		t.Errorf("only %d answers", asked)
	}
}

// checkKey compares the verdicts on one key with the kernel's and returns how many there were.
func checkKey(t *testing.T, k *Key, kernel string) (asked int) {
	name := strings.NewReplacer("conf.*", "conf.all", "neigh.*", "neigh.default").Replace(k.Name)
	for _, value := range trialValues(k) {
		accepted, after, ok := write(swap(name), value)
		if !ok {
			return asked
		}
		asked++
		verdict, why := k.Check(value, kernel)
		if verdict == Rejected && accepted || verdict == Accepted && !accepted {
			t.Errorf("%s = %q: %s (%s), the kernel leaves %q", name, value, verdict, why, after)
		}
	}
	return asked
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

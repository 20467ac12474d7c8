package sysctl

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A network namespace can open those keys for writing that it has for itself, and
// none that the machine has.
func TestNamespaceAgainstTheKernel(t *testing.T) {
	kernel := runningKernel(t)
	asked := map[Namespace]int{}
	inOwnNetwork(t, func() {
		for _, k := range Keys() {
			if !strings.HasPrefix(k.Name, "net.") || strings.Contains(k.Name, "*") || k.Access != "" || k.RemovedIn(kernel) || k.AddedAfter(kernel) {
				continue
			}
			file := filepath.Join("/proc/sys", swap(k.Name))
			f, err := os.OpenFile(file, os.O_WRONLY, 0)
			if err == nil {
				f.Close()
			}
			switch n := k.Namespace(kernel); {
			case n == Machine && err == nil, n == Network && err != nil && !errors.Is(err, fs.ErrNotExist):
				t.Errorf("%s is the %s's: open says %v", k.Name, n, err)
			case n == Machine || err == nil:
				asked[n]++
			}
		}
	})
	if asked[Machine] < 20 || asked[Network] < 100 {
		t.Errorf("only %v keys asked", asked)
	}
}

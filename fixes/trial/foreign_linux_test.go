package trial

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

// userVariable names a folder whose nginx.conf a process of the tests asks about as
// another user, as it is and as bad.conf shall be.
const userVariable = "TRIAL_USER"

// askAsUser prints what nginx says.
func askAsUser(dir string) {
	tr := &Trial{Program: []string{"/usr/sbin/nginx"}, Conf: dir + "/nginx.conf"}
	bad := fixes.Change{File: &source.File{Path: dir + "/b.conf", Mode: 0o644}, Text: bogus}
	for _, changes := range [][]fixes.Change{nil, {bad}} {
		v, err := tr.Ask(context.Background(), changes)
		fmt.Printf("kind %d, syntax %v, %v, error %v\n", v.Kind, v.Syntax, v, err)
	}
}

// asUser runs this program as nobody.
func asUser(t *testing.T, dir string) string {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), userVariable+"="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

func TestOtherUser(t *testing.T) {
	need(t)
	dir, err := os.MkdirTemp("", "trial")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "nginx.conf"), "user games;\nevents {}\ninclude "+dir+"/b.conf;\n")
	write(t, filepath.Join(dir, "b.conf"), "\n")
	before := stateOf(t, append(places[:], dir)...)
	said := asUser(t, dir)
	if strings.Contains(said, "operation not permitted") || strings.Contains(said, "no space left") {
		realpart.Beyond(t, "kernel that gives namespaces to users: "+said)
	}
	lines := strings.Split(said, "\n")
	if !strings.HasPrefix(lines[0], "kind 0, syntax true") || !strings.HasPrefix(lines[1], "kind 2, syntax false") || !strings.Contains(lines[1], "/b.conf:1") {
		t.Error(said)
	}
	if now := stateOf(t, append(places[:], dir)...); strings.Join(now, "\n") != strings.Join(before, "\n") {
		t.Error("the machine changed")
	}
}

package trial

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/tunelint/tunelint/fixes"
)

// stateOf says everything about what is in folders: names, bytes, modes, owners,
// times of change, attributes, inodes.
func stateOf(t *testing.T, folders ...string) []string {
	t.Helper()
	var out []string
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			line, err := stateOfFile(path)
			out = append(out, line)
			return err
		})
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	return out
}

func stateOfFile(path string) (string, error) {
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		return "", err
	}
	line := fmt.Sprintf("%s %o %d:%d %d links %d size %d %v %v", path, st.Mode, st.Uid, st.Gid, st.Ino, st.Nlink, st.Size, st.Mtim, st.Ctim)
	attributes := make([]byte, 4096)
	if n, err := unix.Llistxattr(path, attributes); err == nil {
		line += fmt.Sprintf(" %q", attributes[:n])
	}
	if st.Mode&unix.S_IFMT == unix.S_IFREG && st.Size < 1<<24 {
		text, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		line += fmt.Sprintf(" %x", sha256.Sum256(text))
	}
	return line, nil
}

// foreign makes a folder that nginx would chown and chmod.
func foreign(t *testing.T, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if err := os.MkdirAll(path, 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(path, 5, 5); err != nil {
			t.Fatal(err)
		}
	}
}

// large makes a log of a size that no copy of it has room for.
func large(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("line\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 3<<30); err != nil {
		t.Fatal(err)
	}
}

// A leaver is a configuration for which nginx -t changes the machine.
type leaver struct {
	name, conf string
	prepare    func(t *testing.T, dir string)
	writes     []string // below the folder
	complaint  string   // "" for accepted
	unchanged  bool     // nginx itself would change nothing
}

var leaving = []leaver{
	{
		name: "temporary folders of another user", conf: "user games;\npid DIR/pid;\nevents {}\nhttp { client_body_temp_path DIR/body; }\n",
		prepare: func(t *testing.T, dir string) {
			foreign(t, dir+"/body", "/var/lib/nginx/proxy", "/var/lib/nginx/fastcgi")
		},
	},
	{name: "nothing is there yet", conf: "user games;\nevents {}\nhttp { access_log /var/log/nginx/new.log; proxy_temp_path DIR/temp; }\n"},
	{name: "no folder for the pid file", conf: "pid DIR/none/pid;\nevents {}\n", complaint: "DIR/none/pid", unchanged: true},
	{name: "no folder for the log", conf: "error_log DIR/none/log;\nevents {}\n", complaint: "DIR/none/log", unchanged: true},
	{
		name: "places below the prefix", conf: "pid srv/x/pid;\nerror_log srv/x/logs/error.log;\nevents {}\nhttp { access_log \"DIR/srv/x/logs/a b.log\"; }\n",
		prepare: func(t *testing.T, dir string) { foreign(t, dir+"/srv/x/logs") },
	},
	{
		name: "a cache", conf: "user games;\npid DIR/pid;\nevents {}\nhttp { proxy_cache_path DIR/cache/a/b keys_zone=z:1m; proxy_cache_path DIR/old keys_zone=y:1m; }\n",
		prepare: func(t *testing.T, dir string) { foreign(t, dir+"/cache/a", dir+"/old") },
	},
	{
		name: "large logs", conf: "pid DIR/pid;\nerror_log DIR/error.log;\nevents {}\nhttp { access_log DIR/link.log; access_log DIR/access.log; }\n",
		prepare: func(t *testing.T, dir string) {
			large(t, dir+"/error.log")
			large(t, dir+"/access.log")
			if err := os.Symlink("access.log", dir+"/link.log"); err != nil {
				t.Fatal(err)
			}
		},
		writes: []string{"error.log", "link.log", "access.log", "pid"},
	},
	{name: "a unix socket", conf: "pid DIR/pid;\nevents {}\nhttp { server { listen unix:DIR/nginx.sock; } }\n"},
	{
		name: "a unix socket that is left over", conf: "pid DIR/pid;\nevents {}\nhttp { server { listen unix:DIR/old.sock; } }\n",
		prepare: func(t *testing.T, dir string) {
			fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
			if err == nil {
				err = unix.Bind(fd, &unix.SockaddrUnix{Name: dir + "/old.sock"})
			}
			if err == nil {
				err = unix.Close(fd)
			}
			if err != nil {
				t.Fatal(err)
			}
		},
	},
	{name: "devices", conf: "pid DIR/pid;\nerror_log /dev/null;\nevents {}\nhttp { access_log /dev/stdout; access_log /dev/full; access_log /dev/shm/tunelint-test.log; }\n"},
}

func TestLeavesTheMachineAlone(t *testing.T) {
	for _, c := range leaving {
		t.Run(c.name, func(t *testing.T) { c.run(t, false) })
		t.Run(c.name+" without layers", func(t *testing.T) { c.run(t, true) })
	}
}

func (c leaver) run(t *testing.T, bare bool) {
	dir := tree(t, map[string]string{"nginx.conf": c.conf})
	tr := installed(t, dir+"/nginx.conf")
	tr.Prefix, tr.bare = dir, bare
	for _, name := range c.writes {
		tr.Writes = append(tr.Writes, filepath.Join(dir, name))
	}
	if c.prepare != nil {
		c.prepare(t, dir)
	}
	watched := append(places[:], dir, "/etc/nginx")
	before := stateOf(t, watched...)
	same := []fixes.Change{change(t, tr.Conf, readText(t, tr.Conf)+"# changed\n")}
	for _, changes := range [][]fixes.Change{nil, same} {
		v, err := tr.Ask(t.Context(), changes)
		if err != nil {
			t.Fatal(err)
		}
		if tr.bare {
			continue // what nginx says depends on what it is known to write
		}
		if complaint := strings.ReplaceAll(c.complaint, "DIR", dir); (v.Kind == OK) != (complaint == "") || !strings.Contains(v.Complaint, complaint) {
			t.Errorf("got %v, want %q", v, complaint)
		}
	}
	if diff := cmp.Diff(before, stateOf(t, watched...)); diff != "" {
		t.Error(diff)
	}
	control(t, tr, before, watched, c.unchanged)
}

// control makes sure that the test can fail: nginx itself does change the machine.
func control(t *testing.T, tr *Trial, before, watched []string, unchanged bool) {
	t.Helper()
	command := tr.command()
	_ = exec.Command(command[0], command[1:]...).Run()
	if now := stateOf(t, watched...); slices.Equal(before, now) != unchanged {
		t.Errorf("nginx -t itself: unchanged %v, want %v: %s", !unchanged, unchanged, cmp.Diff(before, now))
	}
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestLeavesARunningNginxAlone asks while nginx runs on the same files.
func TestLeavesARunningNginxAlone(t *testing.T) {
	dir := tree(t, map[string]string{"nginx.conf": "user games;\npid DIR/pid;\nerror_log DIR/error.log;\nworker_processes 1;\nevents {}\n" +
		"http {\n\taccess_log DIR/access.log;\n\tproxy_temp_path DIR/temp;\n\tserver { listen 18097; }\n\tserver { listen unix:DIR/nginx.sock; }\n}\n"})
	tr := installed(t, dir+"/nginx.conf")
	nginx := exec.Command(tr.Program[0], "-c", tr.Conf, "-g", "daemon off;")
	nginx.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := nginx.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = nginx.Process.Signal(syscall.SIGTERM); _ = nginx.Wait() }()
	eventually(t, "nginx does not start", func() bool {
		pid, err := os.ReadFile(dir + "/pid") // which it writes after it listens
		return err == nil && len(pid) > 0 && answers(dir+"/nginx.sock")
	})
	before := stateOf(t, append(places[:], dir)...)
	if v, err := tr.Ask(t.Context(), nil); err != nil || v.Kind != OK {
		t.Errorf("%v, %v", v, err)
	}
	if diff := cmp.Diff(before, stateOf(t, append(places[:], dir)...)); diff != "" {
		t.Error(diff)
	}
	if !answers(dir + "/nginx.sock") {
		t.Error("its socket does not answer any more")
	}
}

func answers(socket string) bool {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	return unix.Connect(fd, &unix.SockaddrUnix{Name: socket}) == nil
}

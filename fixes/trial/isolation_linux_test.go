package trial

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/fixes"
)

// hostile is a program in the place of nginx that spares nothing.
const hostile = `
rm -rf /run/* /var/log/* /var/cache/* /var/lib/nginx/* DIR/precious /etc/nginx/nginx.conf
for d in /run /var/log /etc /etc/nginx /usr /usr/sbin /root /home /boot /opt /tmp /dev/shm DIR; do
	echo x > $d/tunelint-trial-test; mkdir $d/tunelint-trial-folder; chmod 777 $d; chown 5:5 $d; touch -d 2001-01-01 $d
done
for f in /etc/passwd DIR/locked; do echo x >> $f; chmod 0 $f; done
cat /proc/sys/vm/swappiness > /proc/sys/vm/swappiness && { echo 'nginx: the kernel can be set' >&2; exit 1; }
mkdir /sys/fs/cgroup/tunelint-trial-test
kill -9 1 $PPID $(cat DIR/pid)
[ -e DIR/precious ] || exit 0
echo 'nginx: the file is still there' >&2; exit 1
`

func TestHostile(t *testing.T) {
	for _, bare := range []bool{false, true} {
		dir := tree(t, map[string]string{"nginx.conf": "", "hostile": hostile, "locked": "x", "pid": fmt.Sprint(os.Getpid())})
		write(t, dir+"/precious", "x")
		tr := installed(t, dir+"/nginx.conf")
		tr.Program, tr.bare = []string{"/bin/sh", dir + "/hostile"}, bare
		mustConfine(t, tr, dir)
		watched := append(places[:], dir, "/etc/nginx", "/etc/security", "/boot")
		before := machineState(t, watched)
		v, err := tr.Ask(t.Context(), []fixes.Change{change(t, dir+"/locked", "y")})
		if err != nil || (v.Kind == OK) == bare || strings.Contains(v.Complaint, "kernel") {
			t.Errorf("bare %v: %v, %v", bare, v, err)
		}
		if diff := cmp.Diff(before, machineState(t, watched)); diff != "" {
			t.Errorf("bare %v: %s", bare, diff)
		}
	}
}

// mustConfine ends a test that would have a program spare nothing of the machine.
func mustConfine(t *testing.T, tr *Trial, dir string) {
	t.Helper()
	gentle := *tr
	gentle.Program = []string{"/bin/sh", "-c", "echo x > " + dir + "/escaped"}
	_, _ = gentle.Ask(t.Context(), nil) // an error where nothing can be written
	if _, err := os.Lstat(dir + "/escaped"); err == nil {
		t.Fatalf("bare %v: what runs is not confined", tr.bare)
	}
}

func machineState(t *testing.T, watched []string) []string {
	t.Helper()
	out := append(stateOf(t, watched...), readText(t, "/proc/sys/vm/swappiness"))
	for _, path := range []string{"/", "/usr", "/usr/sbin", "/root", "/tmp", "/etc", "/home", "/etc/passwd"} {
		info, err := os.Lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		uid, gid := ownerOf(info)
		out = append(out, fmt.Sprint(path, info.Mode(), uid, gid))
	}
	for _, pattern := range []string{"/*/tunelint-trial-*", "/usr/*/tunelint-trial-*", "/sys/fs/cgroup/tunelint-trial-*"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, names...)
	}
	return out
}

// askedWord has this program stand for nginx: it asks a unix socket what to say.
const askedWord = "asked"

func asked(socket string) {
	c, err := net.Dial("unix", socket)
	if err != nil {
		fmt.Fprintln(os.Stderr, "nginx: [emerg]", err)
		os.Exit(1)
	}
	answer, _ := io.ReadAll(c)
	if len(answer) > 0 {
		fmt.Fprintln(os.Stderr, "nginx: [emerg]", string(answer))
		os.Exit(1)
	}
}

// TestCompare has a socket of the machine answer, which says what nginx says the first
// time, the second time and so on.
func TestCompare(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers []string
		want    Judgement
	}{
		{"accepted", []string{"", ""}, Accepted},
		{"worse", []string{"", "unknown directive"}, Worse},
		{"a name that is found a moment later", []string{"", "host not found in upstream \"a\" in /a:1", ""}, Accepted},
		{"a name that is not found", []string{"", "host not found in upstream \"a\" in /a:1", "host not found in upstream \"a\" in /a:1"}, Worse},
		{"a name that was not found before", []string{"host not found in upstream \"a\" in /a:1", "host not found in upstream \"a\" in /a:1"}, Undecided},
		{"memory", []string{"", "mmap() failed (12: Cannot allocate memory)", ""}, Accepted},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := tree(t, map[string]string{"nginx.conf": ""})
			tr := installed(t, dir+"/nginx.conf")
			tr.Program = []string{ownPath(t), askedWord, dir + "/socket"}
			l, err := net.Listen("unix", dir+"/socket")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go say(l, c.answers)
			before, err := tr.Ask(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if after, got, err := tr.Compare(t.Context(), before, nil, false, nil); err != nil || got != c.want {
				t.Errorf("judgement %d, want %d: %v, %v", got, c.want, after, err)
			}
		})
	}
}

func say(l net.Listener, answers []string) {
	for _, a := range append(answers, "asked once too often") {
		c, err := l.Accept()
		if err != nil {
			return
		}
		_, _ = io.WriteString(c, a)
		c.Close()
	}
}

func ownPath(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestLogSocket has a log of the machine that is a socket hear nothing of the test.
func TestLogSocket(t *testing.T) {
	dir := tree(t, map[string]string{"nginx.conf": "pid DIR/pid;\nerror_log syslog:server=unix:DIR/log debug;\nevents {}\nhttp { access_log syslog:server=unix:DIR/log; server { listen 18099; } }\n"})
	tr := installed(t, dir+"/nginx.conf")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: dir + "/log", Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if v, err := tr.Ask(t.Context(), nil); err != nil || v.Kind != OK {
		t.Errorf("%v, %v", v, err)
	}
	if err := l.SetReadDeadline(time.Now().Add(10 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 4096)
	if n, err := l.Read(buffer); err == nil {
		t.Errorf("it heard %s", buffer[:n])
	}
}

package rules_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tunelint/tunelint/nginxconf/nginxtest"
)

// keptByReload are parameters of listen that a socket keeps through a reload once the
// file does not ask for them any more, with the socket option that tells.
var keptByReload = []struct {
	parameter     string
	level, option int
}{
	{"reuseport", syscall.SOL_SOCKET, 15}, // SO_REUSEPORT
	{"so_keepalive=on", syscall.SOL_SOCKET, syscall.SO_KEEPALIVE},
	{"rcvbuf=8k", syscall.SOL_SOCKET, syscall.SO_RCVBUF},
	{"sndbuf=16k", syscall.SOL_SOCKET, syscall.SO_SNDBUF},
	{"fastopen=100", syscall.IPPROTO_TCP, 23}, // TCP_FASTOPEN
}

// A liveApply is a running nginx whose files are changed.
type liveApply struct {
	nginx  *nginxtest.Nginx
	dir    string
	reload func()
}

// startApply runs an nginx with a listen directive and others besides, each of main,
// http and server below.
func startApply(t *testing.T, n *nginxtest.Nginx, conf string) *liveApply {
	t.Helper()
	l := &liveApply{nginx: n}
	l.dir, l.reload = n.StartReloading(t, map[string]string{"nginx.conf": conf}, "web.sock")
	awaitWorker(t, filepath.Join(l.dir, "web.sock"))
	return l
}

// applyConf is a file of nginx that answers at a socket.
func applyConf(main, http, listen string) string {
	return main + "\nerror_log error.log notice;\nevents {}\nhttp {\naccess_log off;\n" + http +
		"\nserver {\n" + listen + "\nlisten unix:web.sock;\nreturn 200 ready;\n}\n}\n"
}

// change writes the file anew and reloads nginx. It returns why nginx goes on with
// the old one, "" where it does not.
func (l *liveApply) change(t *testing.T, conf string) (refused string) {
	t.Helper()
	log := filepath.Join(l.dir, "error.log")
	if err := os.WriteFile(filepath.Join(l.dir, "nginx.conf"), []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(log, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	old := workersOf(t, l.dir)
	l.reload()
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(5 * time.Millisecond) {
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if _, why, ok := strings.Cut(line, "[emerg] "); ok && !strings.Contains(line, "bind() to") { // which is tried again
				return strings.TrimSpace(why)
			}
		}
		if !slices.ContainsFunc(workersOf(t, l.dir), func(w int) bool { return slices.Contains(old, w) }) {
			awaitWorker(t, filepath.Join(l.dir, "web.sock"))
			return ""
		}
	}
	t.Fatal("nginx does not reload")
	return ""
}

// workers counts the processes that serve.
func (l *liveApply) workers(t *testing.T) (n int) {
	t.Helper()
	for _, pid := range workersOf(t, l.dir) {
		if title, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err == nil && strings.Contains(string(title), "nginx: worker process") {
			n++
		}
	}
	return n
}

// worker returns a file of /proc about a worker.
func (l *liveApply) worker(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", workersOf(t, l.dir)[0], name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// zones returns the sizes of shared memory of a worker in KiB, sorted.
func (l *liveApply) zones(t *testing.T) (out []int64) {
	t.Helper()
	for line := range strings.Lines(l.worker(t, "maps")) {
		var from, to int64
		if _, err := fmt.Sscanf(line, "%x-%x rw-s", &from, &to); err == nil && to-from > 4096 {
			out = append(out, (to-from)>>10)
		}
	}
	slices.Sort(out)
	return out
}

// header returns the Keep-Alive header of an answer.
func (l *liveApply) header(t *testing.T) string {
	t.Helper()
	c, err := net.Dial("unix", filepath.Join(l.dir, "web.sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: live.test\r\n\r\n")
	b := make([]byte, 4096)
	n, err := c.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b[:n]), "Keep-Alive: ")
	value, _, _ := strings.Cut(rest, "\r\n")
	return value
}

// sockets returns an option of every TCP socket of the master that takes connections.
func (l *liveApply) sockets(t *testing.T, level, option int) (out []int) {
	t.Helper()
	const pidfdOpen, pidfdGetfd = 434, 438 // of every architecture
	text, err := os.ReadFile(filepath.Join(l.dir, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	master, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	process, _, errno := syscall.Syscall(pidfdOpen, uintptr(master), 0, 0)
	if errno != 0 {
		t.Fatal(errno)
	}
	defer syscall.Close(int(process))
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", master))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		n, _ := strconv.Atoi(f.Name())
		fd, _, errno := syscall.Syscall(pidfdGetfd, process, uintptr(n), 0)
		if errno != 0 {
			continue
		}
		at, err := syscall.Getsockname(int(fd))
		_, unix := at.(*syscall.SockaddrUnix)
		if takes, _ := syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_ACCEPTCONN); err == nil && !unix && takes == 1 {
			value, err := syscall.GetsockoptInt(int(fd), level, option)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, value)
		}
		syscall.Close(int(fd))
	}
	return out
}

// TestLiveReloadTakes changes much of what fixes change: new workers have it all,
// zones of another size among it, which start empty.
func TestLiveReloadTakes(t *testing.T) {
	for _, n := range nginxtest.All(t) {
		t.Run(n.Version, func(t *testing.T) {
			ownNetwork(t)
			conf := func(main string, processes, files, keepalive, threads int, zone, log, listen string) string {
				return applyConf(fmt.Sprintf("%s\nworker_processes %d;\nworker_rlimit_nofile %d;\nthread_pool default threads=%d;", main, processes, files, threads),
					fmt.Sprintf("keepalive_timeout 60 %d;\nlimit_req_zone $uri zone=r:%s rate=1r/s;\nlimit_conn_zone $uri zone=n:%s;\nproxy_cache_path cache keys_zone=c:%s;\n"+
						"ssl_session_cache shared:s:%s;\nupstream u {\nzone u %s;\nserver 127.0.0.1:1;\n}\naccess_log %s;\n", keepalive, zone, zone, zone, zone, zone, log),
					"listen 127.0.0.1:8080 "+listen+";")
			}
			l := startApply(t, n, conf("user root;", 1, 256, 61, 2, "64k", "one.log", ""))
			is := func(when string, processes int, files, keepalive string, tasks int, zones int64) {
				t.Helper()
				if got := l.workers(t); got != processes {
					t.Errorf("%s: %d workers, not %d", when, got, processes)
				}
				if got := strings.Fields(lineOf(l.worker(t, "limits"), "Max open files"))[3]; got != files {
					t.Errorf("%s: %s files, not %s", when, got, files)
				}
				if got := l.header(t); got != "timeout="+keepalive {
					t.Errorf("%s: %s, not %s", when, got, keepalive)
				}
				if got := strings.Fields(lineOf(l.worker(t, "status"), "Threads:"))[1]; got != strconv.Itoa(tasks) {
					t.Errorf("%s: %s threads, not %d", when, got, tasks)
				}
				if got := l.zones(t); !slices.Equal(got, []int64{zones, zones, zones, zones, zones}) {
					t.Errorf("%s: zones of %d KiB, not %d", when, got, zones)
				}
			}
			is("start", 1, "256", "61", 3, 64)
			if l.sockets(t, syscall.IPPROTO_TCP, syscall.TCP_DEFER_ACCEPT)[0] != 0 {
				t.Error("the socket is deferred")
			}
			changed := conf(n.Load(t, "ndk_http_module.so")+"\nuser nobody nogroup;", 2, 512, 62, 5, "128k", "two.log", "deferred so_keepalive=30s rcvbuf=16k")
			if why := l.change(t, changed); why != "" {
				t.Fatal(why)
			}
			is("reload", 2, "512", "62", 6, 128)
			if got := strings.Fields(lineOf(l.worker(t, "status"), "Uid:"))[1]; got != "65534" {
				t.Errorf("workers run as %s", got)
			}
			if !strings.Contains(l.worker(t, "maps"), "ndk_http_module") {
				t.Error("the module is not loaded")
			}
			if _, err := os.Stat(filepath.Join(l.dir, "two.log")); err != nil {
				t.Error(err)
			}
			for option, want := range map[[2]int]int{
				{syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE}:     30,
				{syscall.SOL_SOCKET, syscall.SO_RCVBUF}:         32768, // doubled, see socket(7)
				{syscall.IPPROTO_TCP, syscall.TCP_DEFER_ACCEPT}: 1,
			} {
				if got := l.sockets(t, option[0], option[1])[0]; got != want {
					t.Errorf("socket option %d is %d, not %d", option, got, want)
				}
			}
		})
	}
}

// lineOf returns the line of a file in /proc that starts with words.
func lineOf(text, start string) string {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, start) {
			return line
		}
	}
	return ""
}

// TestLiveReloadKeeps takes parameters away that only a new socket is without.
func TestLiveReloadKeeps(t *testing.T) {
	for _, n := range nginxtest.All(t) {
		t.Run(n.Version, func(t *testing.T) {
			ownNetwork(t)
			with, without := "", ""
			for i, k := range keptByReload {
				with += fmt.Sprintf("listen 127.0.0.%d:8080 %s;\n", i+1, k.parameter)
				without += fmt.Sprintf("listen 127.0.0.%d:8080;\n", i+1)
			}
			l := startApply(t, n, applyConf("", "", with))
			before := make([][]int, len(keptByReload))
			for i, k := range keptByReload {
				before[i] = l.sockets(t, k.level, k.option)
			}
			if why := l.change(t, applyConf("", "", without)); why != "" {
				t.Fatal(why)
			}
			stopped := startApply(t, n, applyConf("", "", strings.ReplaceAll(without, ":8080", ":8081")))
			for i, k := range keptByReload {
				if got := l.sockets(t, k.level, k.option); !slices.Equal(got, before[i]) {
					t.Errorf("%s: %d before the reload, %d after it", k.parameter, before[i], got)
				}
				if fresh := stopped.sockets(t, k.level, k.option); slices.Equal(fresh, before[i]) {
					t.Errorf("%s: a new socket has it too, %d", k.parameter, fresh)
				}
			}
		})
	}
}

// TestLiveReloadRefused changes what nginx only takes when it starts. The error is in
// its log, while "nginx -t" and "nginx -s reload" know nothing of it.
func TestLiveReloadRefused(t *testing.T) {
	for _, n := range nginxtest.All(t) {
		t.Run(n.Version, func(t *testing.T) {
			ownNetwork(t)
			conf := func(request, connection, cache, listen string) string {
				return applyConf("", "limit_req_zone "+request+" zone=r:64k rate=1r/s;\nlimit_conn_zone "+connection+" zone=n:64k;\nproxy_cache_path "+cache+" keys_zone=c:64k;\n",
					"listen "+listen+";")
			}
			l := startApply(t, n, conf("$uri", "$uri", "cache levels=1", "127.0.0.1:8080"))
			for _, c := range []struct{ conf, want string }{
				{conf("$host", "$uri", "cache levels=1", "127.0.0.1:8080"), `uses the "$host" key while previously it used the "$uri" key`},
				{conf("$uri", "$host", "cache levels=1", "127.0.0.1:8080"), `uses the "$host" key while previously it used the "$uri" key`},
				{conf("$uri", "$uri", "logs levels=1", "127.0.0.1:8080"), "cache path while previously it used"},
				{conf("$uri", "$uri", "cache levels=2", "127.0.0.1:8080"), "had previously different levels"},
				{conf("$uri", "$uri", "cache levels=1", "8080"), "still could not bind()"},
			} {
				if got := l.change(t, c.conf); !strings.Contains(got, c.want) {
					t.Errorf("%q, not %q", got, c.want)
				}
				if o := n.Test(t, map[string]string{"nginx.conf": c.conf}); o.Refused {
					t.Errorf("nginx -t refuses it: %s", o.Message)
				}
			}
		})
	}
}

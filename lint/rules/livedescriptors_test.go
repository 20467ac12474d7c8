package rules_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/nginxconf/nginxtest"
	"github.com/tunelint/tunelint/source"
)

// tooMany is what nginx says when it may open no more files.
const tooMany = "Too many open files"

// fdSlots is worker_connections less the listening socket and the channel to the
// master, which take one each.
const fdSlots = 64 - 2

// A fdLoad is a way to use every connection of a worker.
type fdLoad struct {
	name string
	// location decides what goes to files.
	location string
	// clients come one after the other and send request. Each leaves so many
	// sockets and files open, and one of them has so many more on its way.
	clients        int
	request        string
	sockets, files int
	passes         int
}

var fdLoads = []fdLoad{
	{
		name:     "in flight",
		location: "proxy_request_buffering off; proxy_max_temp_file_size 0;",
		clients:  fdSlots / 2, request: "GET /wait HTTP/1.1\r\nHost: live.test\r\nConnection: close\r\n\r\n",
		sockets: 2,
	},
	{
		name:     "bodies in files",
		location: "proxy_max_temp_file_size 0;",
		clients:  fdSlots - 1, request: "POST / HTTP/1.1\r\nHost: live.test\r\nConnection: close\r\nContent-Length: 65537\r\n\r\n" + strings.Repeat("x", 65536),
		sockets: 1, files: 1, passes: 1, // the connection to the application, once a body is there
	},
	{
		name:     "answers in files",
		location: "proxy_request_buffering off;",
		clients:  fdSlots - 1, request: "GET /large HTTP/1.1\r\nHost: live.test\r\nConnection: close\r\n\r\n",
		sockets: 1, files: 1, passes: 1, // the connection to the application, until it has answered
	},
}

// TestLiveDescriptors uses all connections of a worker, in the ways that take the
// most descriptors: the limit that fd-budget-exceeded computes is enough, so is
// what the descriptors in use come to, and one less is not.
func TestLiveDescriptors(t *testing.T) {
	for _, nginx := range nginxtest.All(t) {
		for _, load := range fdLoads {
			t.Run(nginx.Version+"/"+load.name, func(t *testing.T) {
				demand := demandOf(t, load.conf(1024, "1"))
				idle := load.run(t, nginx, demand.Total(), true)
				if own := int64(idle) - demand.Listens - demand.Logs; own > demand.Own {
					t.Errorf("an idle worker has %d descriptors of its own, not %d at most", own, demand.Own)
				}
				need := int64(idle + load.clients*(load.sockets+load.files) + load.passes)
				if need > demand.Total() {
					t.Errorf("%d descriptors are in use, computed are %d", need, demand.Total())
				}
				load.run(t, nginx, need, true)
				load.run(t, nginx, need-1, false)
			})
		}
	}
}

// TestLiveOwnDescriptors looks at one of many workers, which has channels to all
// others and every worker's listening socket.
func TestLiveOwnDescriptors(t *testing.T) {
	const conf = `user root;
worker_processes 40;
error_log error.log;
events { worker_connections 64; }
http {
access_log access.log;
server {
listen unix:web.sock;
listen 127.0.0.1:%s reuseport;
location = /ready { return 200 ready; }
}
}
`
	demand := demandOf(t, fmt.Sprintf(conf, "8080"))
	dir, _ := nginxtest.Installed(t).StartReloading(t, map[string]string{"nginx.conf": fmt.Sprintf(conf, nginxtest.FreePort(t))}, "web.sock")
	awaitWorker(t, filepath.Join(dir, "web.sock"))
	most := int64(0)
	for until := time.Now().Add(10 * time.Second); most < demand.Listens+host.OwnDescriptors && time.Now().Before(until); time.Sleep(time.Millisecond) {
		workers := workersOf(t, dir)
		most = int64(fdWorker{process: workers[len(workers)-1], limit: 200}.count().total())
	}
	if besides := demand.Total() - demand.Load(); most <= demand.Listens+host.OwnDescriptors || most > besides {
		t.Errorf("a worker without connections has %d descriptors, computed are %d, %d of them listening sockets", most, besides, demand.Listens)
	}
}

// conf is a configuration whose worker may open so many files.
func (l *fdLoad) conf(limit int64, port string) string {
	return fmt.Sprintf(`user root;
worker_rlimit_nofile %d;
error_log error.log;
events { worker_connections %d; }
http {
access_log access.log;
client_body_temp_path body_temp;
proxy_temp_path proxy_temp;
server {
listen unix:web.sock sndbuf=16k;
location = /ready {
return 200 ready;
}
location / {
proxy_pass http://127.0.0.1:%s;
%s
}
}
}
`, limit, fdSlots+2, port, l.location)
}

// demandOf is what tunelint says that a worker needs by a configuration.
func demandOf(t *testing.T, conf string) host.Demand {
	t.Helper()
	c := &testCase{name: "live", files: source.Memory{machineRoot + "/etc/nginx/nginx.conf": conf}}
	m := c.open(t)
	hosts, err := m.load(m.store)
	if err != nil {
		t.Fatal(err)
	}
	demand, ok := hosts[0].WorkerDemand()
	if !ok {
		t.Fatal("nothing is computed")
	}
	return demand
}

// run puts the load on a worker that may open so many files and returns how many
// an idle one has open. All clients get an answer if that is enough; if not, some
// file is one too many.
func (l *fdLoad) run(t *testing.T, nginx *nginxtest.Nginx, limit int64, enough bool) (idle int) {
	t.Helper()
	release := make(chan struct{})
	dir, _ := nginx.StartReloading(t, map[string]string{"nginx.conf": l.conf(limit, fdServer(t, release))}, "web.sock")
	socket := filepath.Join(dir, "web.sock")
	awaitWorker(t, socket)
	w := fdWorker{process: workersOf(t, dir)[0], limit: limit, log: filepath.Join(dir, "error.log")}
	first := w.idle()
	var clients []net.Conn
	for i := range l.clients {
		c, err := net.Dial("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		clients = append(clients, c)
		go io.WriteString(c, l.request)
		w.wait(t, fdCount{first.sockets + (i+1)*l.sockets, (i + 1) * l.files, first.others})
	}
	close(release)
	for _, c := range clients {
		if err := finish(c); enough && err != nil {
			t.Fatalf("with a limit of %d: %v\n%s", limit, err, w.said())
		}
	}
	if strings.Contains(w.said(), tooMany) == enough {
		t.Fatalf("with a limit of %d, which is enough: %t, nginx says %q", limit, enough, w.said())
	}
	return first.total()
}

// awaitWorker returns once a worker has answered, and let go of the connection and
// of the one before it.
func awaitWorker(t *testing.T, socket string) {
	t.Helper()
	c, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	io.WriteString(c, "GET /ready HTTP/1.1\r\nHost: live.test\r\nConnection: close\r\n\r\n")
	if text, err := io.ReadAll(c); err != nil || !strings.HasSuffix(string(text), "ready") {
		t.Fatalf("nginx is not ready: %q, %v", text, err)
	}
}

// finish ends a request and wants a whole answer to it.
func finish(c net.Conn) error {
	c.SetDeadline(time.Now().Add(10 * time.Second))
	io.WriteString(c, "x") // what a body lacks
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return err
	}
	if n, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != 200 || n != answer.ContentLength {
		return fmt.Errorf("a client gets %s and %d bytes: %w", answer.Status, n, err)
	}
	return c.Close()
}

// fdServer answers requests in HTTP/1.0: those for /large with a megabyte, those
// for /wait once they are released.
func fdServer(t *testing.T, release <-chan struct{}) (port string) {
	return serveTCP(t, func(c *net.TCPConn) {
		defer c.Close()
		r, err := http.ReadRequest(bufio.NewReader(c))
		if err != nil {
			return
		}
		io.Copy(io.Discard, r.Body)
		size := 2
		switch r.URL.Path {
		case "/large":
			size = 1 << 20
		case "/wait":
			<-release
		}
		fmt.Fprintf(c, "HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s", size, strings.Repeat("x", size))
	})
}

// workersOf returns the process numbers of nginx's workers; there is one at least.
func workersOf(t *testing.T, dir string) (workers []int) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	master := strings.TrimSpace(string(text))
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(time.Millisecond) {
		if text, err = os.ReadFile("/proc/" + master + "/task/" + master + "/children"); err != nil {
			t.Fatal(err)
		}
		for _, child := range strings.Fields(string(text)) {
			n, err := strconv.Atoi(child)
			if err != nil {
				t.Fatal(err)
			}
			workers = append(workers, n)
		}
		if len(workers) > 0 {
			return workers
		}
	}
	t.Fatal("nginx starts no worker")
	return nil
}

// An fdWorker is a worker that may open so many files.
type fdWorker struct {
	process int
	limit   int64
	log     string
}

// An fdCount is what a worker has open: sockets, files for bodies and answers, and
// all the rest.
type fdCount struct{ sockets, files, others int }

func (c fdCount) total() int { return c.sockets + c.files + c.others }

// count leaves out what was inherited with a number beyond the limit, where it
// takes nothing away.
func (w fdWorker) count() (n fdCount) {
	dir := fmt.Sprintf("/proc/%d/fd", w.process)
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		target, err := os.Readlink(filepath.Join(dir, e.Name()))
		number, _ := strconv.ParseInt(e.Name(), 10, 64)
		switch {
		case err != nil || number >= w.limit:
		case strings.HasPrefix(target, "socket:"):
			n.sockets++
		case strings.Contains(target, "_temp/"):
			n.files++
		default:
			n.others++
		}
	}
	return n
}

// idle counts what the worker has open without connections.
func (w fdWorker) idle() fdCount {
	least := w.count()
	for range 20 {
		time.Sleep(time.Millisecond)
		if n := w.count(); n.total() < least.total() {
			least = n
		}
	}
	return least
}

// wait waits until the worker has so much open, or may open nothing more.
func (w fdWorker) wait(t *testing.T, want fdCount) {
	t.Helper()
	until := time.Now().Add(10 * time.Second)
	for w.count() != want && !strings.Contains(w.said(), tooMany) {
		if time.Now().After(until) {
			t.Fatalf("the worker has %+v open, not %+v: %s", w.count(), want, w.said())
		}
		time.Sleep(time.Millisecond)
	}
}

func (w fdWorker) said() string {
	text, _ := os.ReadFile(w.log)
	return string(text)
}

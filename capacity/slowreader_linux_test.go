package capacity_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/capacity"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/nginxconf/nginxtest"
	"github.com/tunelint/tunelint/source"
)

const slowReaderConf = `user root;
worker_processes 1;
error_log error.log;
events { worker_connections 64; }
http {
log_format sent $bytes_sent;
access_log sent.log sent;
server { listen unix:web.sock; listen 127.0.0.1:%s; root .; }
}
`

// TestSlowReaders asks nginx for a large file and does not read it: what the kernel
// takes from nginx is far beyond what sockets start with, and no more than the
// budget says they come to.
func TestSlowReaders(t *testing.T) {
	const clients = 8
	written := func(key string) []string {
		text, err := os.ReadFile("/proc/sys/net/ipv4/" + key)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Fields(string(text))
	}
	read, write := written("tcp_rmem"), written("tcp_wmem")
	port := nginxtest.FreePort(t)
	conf := fmt.Sprintf(slowReaderConf, port)
	dir := nginxtest.Installed(t).Start(t, map[string]string{"nginx.conf": conf, "large": strings.Repeat("x", 16<<20)}, "web.sock")
	for range clients {
		askSlowly(t, net.JoinHostPort("127.0.0.1", port))
	}
	sent := sentBytes(t, filepath.Join(dir, "sent.log"), clients)

	files := source.Memory{"/m/etc/nginx/nginx.conf": conf,
		"/m/etc/sysctl.d/90.conf": "net.ipv4.tcp_rmem = " + strings.Join(read, " ") + "\nnet.ipv4.tcp_wmem = " + strings.Join(write, " ") + "\n"}
	decl := appconf.HostConfig{Root: "/m", Workload: appconf.WorkloadConfig{PeakConnections: source.Known(clients, source.Origin{})}}
	h, err := host.Load(source.NewStore(files), "/m", decl)
	if err != nil {
		t.Fatal(err)
	}
	most := capacity.MemoryOf(h).Term(capacity.QueuedBytes).Figure
	start, _ := strconv.ParseInt(write[1], 10, 64)
	if !most.Known || sent > most.Value || sent < 4*clients*start {
		t.Errorf("%d clients that do not read take %d bytes, the budget says %d at most, and sockets start with %d each", clients, sent, most.Value, start)
	}
}

// askSlowly asks for the file with a small buffer, and goes away after a while.
func askSlowly(t *testing.T, address string) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.(*net.TCPConn).SetReadBuffer(4096)
	if _, err := io.WriteString(c, "GET /large HTTP/1.0\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(500*time.Millisecond, func() { c.Close() })
}

// sentBytes sums what nginx logs once every client has gone.
func sentBytes(t *testing.T, log string, clients int) (sum int64) {
	t.Helper()
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		text, _ := os.ReadFile(log)
		lines := strings.Fields(string(text))
		if len(lines) < clients {
			continue
		}
		for _, line := range lines {
			n, err := strconv.ParseInt(line, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			sum += n
		}
		return sum
	}
	t.Fatal("nginx does not notice that its clients are gone")
	return 0
}

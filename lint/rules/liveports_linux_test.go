package rules_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tunelint/tunelint/nginxconf/nginxtest"
)

// TestLiveLocalPorts opens as many connections to applications as there are local
// ports: with one local address each address behind has all of them, with several
// each of those has, and with a port in proxy_bind there is one at a time.
func TestLiveLocalPorts(t *testing.T) {
	const ports, asked = 10, 60
	for _, c := range []struct {
		name, bind string
		want       int
	}{
		{"chosen by the kernel", "", 2 * ports},
		{"one address", "proxy_bind 127.0.0.1;", 2 * ports},
		{"two addresses", "proxy_bind 127.0.0.$arg_from;", 4 * ports},
		{"a port", "proxy_bind 127.0.0.1:20000;", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			ownNetwork(t)
			arrived := make(chan bool)
			var backends []string
			for range 2 {
				backends = append(backends, holdingServer(t, arrived))
			}
			if err := os.WriteFile("/proc/sys/net/ipv4/ip_local_port_range", fmt.Appendf(nil, "20000 %d", 20000+ports-1), 0); err != nil {
				t.Fatal(err)
			}
			dir := nginxtest.Installed(t).Start(t, map[string]string{"nginx.conf": fmt.Sprintf(`user root;
error_log error.log;
events { worker_connections 512; }
http {
access_log off;
server {
listen unix:web.sock;
%s
location /0/ { proxy_pass http://127.0.0.1:%s/; }
location /1/ { proxy_pass http://127.0.0.1:%s/; }
}
}
`, c.bind, backends[0], backends[1])}, "web.sock")
			if got := servedAtOnce(t, filepath.Join(dir, "web.sock"), asked, arrived); got != c.want {
				text, _ := os.ReadFile(filepath.Join(dir, "error.log"))
				t.Errorf("%d requests are served at once, not %d: %.500s", got, c.want, text)
			}
		})
	}
}

// servedAtOnce sends so many requests, to both applications from two addresses
// where the configuration knows them, and counts those that reach an application.
func servedAtOnce(t *testing.T, socket string, asked int, arrived <-chan bool) (served int) {
	t.Helper()
	refused := make(chan error)
	for i := range asked {
		c, err := net.Dial("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "GET /%d/?from=%d HTTP/1.1\r\nHost: live.test\r\nConnection: close\r\n\r\n", i%2, 1+i/2%2)
		go func() {
			_, err := c.Read(make([]byte, 1))
			select {
			case refused <- err:
			case <-t.Context().Done():
			}
		}()
		select {
		case <-arrived:
			served++
		case <-refused:
		case <-time.After(10 * time.Second):
			t.Fatalf("nothing becomes of request %d", i+1)
		}
	}
	return served
}

// holdingServer tells of every request, and answers none.
func holdingServer(t *testing.T, arrived chan<- bool) (port string) {
	return serveTCP(t, func(c *net.TCPConn) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			arrived <- true
		}
		<-t.Context().Done()
		c.Close()
	})
}

// TestLiveConnections sends more requests than the connections of a worker, of
// which its listening socket has one, are enough for: each that is passed on takes
// two.
func TestLiveConnections(t *testing.T) {
	ownNetwork(t)
	const connections = 65
	arrived := make(chan bool)
	dir := nginxtest.Installed(t).Start(t, map[string]string{"nginx.conf": fmt.Sprintf(`user root;
error_log error.log;
events { worker_connections %d; }
http {
access_log off;
server {
listen unix:web.sock;
location / { proxy_pass http://127.0.0.1:%s; }
}
}
`, connections, holdingServer(t, arrived))}, "web.sock")
	got := servedAtOnce(t, filepath.Join(dir, "web.sock"), 40, arrived)
	text, err := os.ReadFile(filepath.Join(dir, "error.log"))
	if err != nil {
		t.Fatal(err)
	}
	if got != (connections-1)/2 || !strings.Contains(string(text), "worker_connections are not enough") {
		t.Errorf("%d requests are served at once, not %d: %.500s", got, (connections-1)/2, text)
	}
}

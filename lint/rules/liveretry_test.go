package rules_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/nginxconf/nginxtest"
)

// TestLiveRetries lets a pooled connection die with the second request on it, and
// asks nginx which requests it sends again: what the rules on retries and on the
// idle race say of methods.
func TestLiveRetries(t *testing.T) {
	for _, c := range []struct {
		method, settings string
		reset            bool
		code             int
	}{
		{method: "GET", code: 200},
		{method: "PUT", code: 200},
		{method: "DELETE", code: 200},
		{method: "POST", code: 502},
		{method: "PATCH", code: 502},
		{method: "GET", settings: "proxy_next_upstream off;", code: 502},
		{method: "POST", settings: "proxy_next_upstream error timeout non_idempotent;", code: 200},
		{method: "GET", reset: true, code: 200},
		{method: "POST", reset: true, code: 502},
		{method: "PUT", settings: "proxy_request_buffering off;", code: 502},
	} {
		name := strings.Join(strings.Fields(fmt.Sprintf("%s %s", c.method, c.settings)), " ")
		if c.reset {
			name += " after a reset"
		}
		t.Run(name, func(t *testing.T) {
			l := liveTree{nginx: nginxtest.Installed(t), port: dyingServer(t, c.reset)}
			l.conf = fmt.Sprintf(pooledTo, "") + "\n"
			l.conf = strings.Replace(l.conf, "proxy_pass", c.settings+"\nproxy_pass", 1)
			client := l.start(t, l.nginxConf())
			if code := client.send(t, "GET"); code != 200 {
				t.Fatalf("the first request gets %d", code)
			}
			if code := client.send(t, c.method); code != c.code {
				t.Errorf("%d, want %d", code, c.code)
			}
		})
	}
}

// send sends a request with a body that is longer than what nginx reads together
// with the header, so that it goes on without a buffer where it may.
func (c *liveClient) send(t *testing.T, method string) int {
	t.Helper()
	req, err := http.NewRequest(method, "http://live.test/", strings.NewReader(strings.Repeat("body", 16<<10)))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

// dyingServer answers the first request of every connection and closes it, with
// a reset if asked for, when the second one arrives. It returns the port.
func dyingServer(t *testing.T, reset bool) string {
	t.Helper()
	return serveTCP(t, func(conn *net.TCPConn) { answerOnce(conn, reset) })
}

func answerOnce(conn *net.TCPConn, reset bool) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	for i := range 2 {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		io.Copy(io.Discard, req.Body)
		if i == 0 {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
	}
	if reset {
		conn.SetLinger(0)
	}
}

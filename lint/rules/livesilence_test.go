package rules_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/tunelint/tunelint/nginxconf/nginxtest"
)

// startSilent runs an application that says one word, on a WebSocket none, and
// then waits; it returns its port.
func startSilent(t *testing.T) string {
	wait := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			w.Header().Set("Connection", "upgrade")
			w.Header().Set("Upgrade", "websocket")
			w.WriteHeader(http.StatusSwitchingProtocols)
			if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
				<-wait
				c.Close()
			}
			return
		}
		io.WriteString(w, "word\n")
		w.(http.Flusher).Flush()
		select {
		case <-wait:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(wait) })
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// silentFor writes a request to a new connection, reads what it is told to skip,
// and reports whether nothing more comes before the limit, or else what ends it.
func (l liveTree) silentFor(t *testing.T, conf, request string, skip int, limit time.Duration) (silent bool, ended error) {
	t.Helper()
	dir := l.nginx.Start(t, map[string]string{"nginx.conf": conf}, "web.sock")
	c, err := net.Dial("unix", filepath.Join(dir, "web.sock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(limit))
	io.WriteString(c, request)
	b := make([]byte, 4096)
	for range skip {
		if _, err := c.Read(b); err != nil {
			t.Fatal(err)
		}
	}
	_, err = c.Read(b)
	if e, ok := err.(net.Error); ok && e.Timeout() {
		return true, nil
	}
	return false, err
}

// TestLiveBuffering asks for a stream: its first word is held back until nginx
// stops buffering.
func TestLiveBuffering(t *testing.T) {
	l := liveTree{nginx: nginxtest.Installed(t), port: startSilent(t), app: "        streaming: true\n"}
	l.conf = "server {\nlisten unix:web.sock;\nlocation / {\nproxy_pass http://127.0.0.1:PORT;\n}\n}"
	const request = "GET / HTTP/1.1\r\nHost: live.test\r\n\r\n"
	if silent, _ := l.silentFor(t, l.nginxConf(), request, 0, time.Second); !silent {
		t.Error("the first word of a stream comes although nginx buffers")
	}
	if silent, err := l.silentFor(t, l.fix(t, "timeouts/streaming-buffered"), request, 0, 5*time.Second); silent || err != nil {
		t.Errorf("the first word of a stream does not come: %v", err)
	}
}

// TestLiveSilence lets a WebSocket be silent for longer than nginx waits.
func TestLiveSilence(t *testing.T) {
	l := liveTree{nginx: nginxtest.Installed(t), port: startSilent(t), app: "        websocket: true\n"}
	l.conf = "server {\nlisten unix:web.sock;\nlocation / {\nproxy_pass http://127.0.0.1:PORT;\nproxy_http_version 1.1;\n" +
		"proxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection upgrade;\nproxy_read_timeout 1s;\n}\n}"
	const request = "GET / HTTP/1.1\r\nHost: live.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
	if silent, err := l.silentFor(t, l.nginxConf(), request, 1, 5*time.Second); silent || err != io.EOF {
		t.Errorf("a silent WebSocket is not cut: %v", err)
	}
	if silent, err := l.silentFor(t, l.fix(t, "timeouts/websocket-cut"), request, 1, 2500*time.Millisecond); !silent {
		t.Errorf("a silent WebSocket is cut although nginx waits for an hour: %v", err)
	}
}

package rules_test

import (
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/tunelint/tunelint/nginxconf/nginxtest"
)

// TestLiveReload reloads nginx while a connection is idle that was just used: it
// is closed, but only a second after its last request once the fix is in.
func TestLiveReload(t *testing.T) {
	l := liveTree{nginx: nginxtest.Newer(t), port: "1", app: "    load_balancers:\n      - {name: edge, kind: aws-alb}\n"}
	l.conf = "server {\nlisten unix:web.sock;\nlocation / {\nreturn 204;\n}\n}"
	l.closedByReload(t, l.nginxConf())
	if open := l.closedByReload(t, l.fix(t, "timeouts/reload-drops-idle")); open < 900*time.Millisecond {
		t.Errorf("a reload closes a connection %s after its last request", open)
	}
}

// closedByReload returns how long after its request a connection is open that is
// idle when nginx reloads.
func (l liveTree) closedByReload(t *testing.T, conf string) time.Duration {
	t.Helper()
	dir, reload := l.nginx.StartReloading(t, map[string]string{"nginx.conf": conf}, "web.sock")
	c, err := net.Dial("unix", filepath.Join(dir, "web.sock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(10 * time.Second))
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: live.test\r\n\r\n")
	b := make([]byte, 4096)
	if _, err := c.Read(b); err != nil {
		t.Fatal(err)
	}
	answered := time.Now()
	reload()
	if _, err := c.Read(b); err != io.EOF {
		t.Fatalf("the connection is not closed: %v", err)
	}
	return time.Since(answered)
}

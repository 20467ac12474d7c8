package nginxtest

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Start runs an nginx with files by name, nginx.conf the main one, until the
// test ends. It returns the prefix, which relative unix sockets are in too. The
// first connection that the socket named takes means that nginx is up.
func (n *Nginx) Start(t testing.TB, files map[string]string, socket string) (dir string) {
	t.Helper()
	dir, _ = n.start(t, files, socket, "master_process off;", os.Kill)
	return dir
}

// StartReloading is [Nginx.Start] with a master process and workers, which reload
// tells to read the files again.
func (n *Nginx) StartReloading(t testing.TB, files map[string]string, socket string) (dir string, reload func()) {
	t.Helper()
	dir, master := n.start(t, files, socket, "", syscall.SIGTERM)
	return dir, func() {
		if err := master.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
}

// start runs nginx with directives besides those of the files; end is the signal
// that ends it.
func (n *Nginx) start(t testing.TB, files map[string]string, socket, directives string, end os.Signal) (dir string, process *os.Process) {
	t.Helper()
	dir = n.prefix(t, files)
	args := append(n.command[1:len(n.command):len(n.command)], "-e", "stderr", "-p", dir, "-c", filepath.Join(dir, "nginx.conf"),
		"-g", "daemon off; "+directives+" pid "+dir+"/pid;")
	cmd := exec.Command(n.command[0], args...)
	cmd.Dir = dir
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatalf("start nginx: %v", err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		cmd.Process.Signal(end)
		<-ended
		os.RemoveAll(dir)
	})
	for range 200 {
		c, err := net.Dial("unix", filepath.Join(dir, socket))
		if err == nil {
			c.Close()
			return dir, cmd.Process
		}
		select {
		case <-ended:
			t.Fatalf("nginx %s ended: %.2000s", n.Version, &said)
		case <-time.After(50 * time.Millisecond):
		}
	}
	t.Fatalf("nginx %s does not answer: %.2000s", n.Version, &said)
	return dir, cmd.Process
}

// FreePort returns a port of 127.0.0.1 that nobody listens on at this moment.
func FreePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

package rules_test

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tunelint/tunelint/lint"
	live "github.com/tunelint/tunelint/machine"
	"github.com/tunelint/tunelint/nginxconf/nginxtest"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

// queueAddress is where nginx listens in the networks of these tests; whatever
// else begins with 10 is lost there.
const queueAddress = "10.0.0.1:8080"

const somaxconnKey = "net.core.somaxconn"

// ownNetwork gives the goroutine of a test, and the programs it starts, a network
// whose kernel settings can be changed.
func ownNetwork(t *testing.T) {
	t.Helper()
	realpart.Need(t, "ip")
	runtime.LockOSThread() // never unlocked, so that the thread ends with the test
	if err := syscall.Unshare(syscall.CLONE_NEWNET); err != nil {
		realpart.Lacking(t, "network namespace: "+err.Error())
	}
	for _, args := range []string{"link set lo up", "address add 10.0.0.1/32 dev lo", "route add 10.0.0.0/8 dev lo"} {
		if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v: %s", args, err, out)
		}
	}
}

// setKernel changes a setting of the test's own network.
func setKernel(t *testing.T, key string, value int) {
	t.Helper()
	name := "/proc/sys/" + strings.ReplaceAll(key, ".", "/")
	if err := os.WriteFile(name, []byte(strconv.Itoa(value)), 0); err != nil {
		t.Fatal(err)
	}
}

// queueConf listens with a backlog; 0 is nginx's default.
func queueConf(backlog int) string {
	parameter := ""
	if backlog > 0 {
		parameter = fmt.Sprintf(" backlog=%d", backlog)
	}
	return fmt.Sprintf("user root;\nevents {}\nhttp {\naccess_log off;\nserver {\nlisten %s%s;\nlisten unix:web.sock;\nreturn 200 ready;\n}\n}\n",
		queueAddress, parameter)
}

// queue returns the accept queue of nginx.
func queue(t *testing.T) live.Queue {
	t.Helper()
	for _, q := range live.Queues() {
		if q.Address == netip.MustParseAddrPort(queueAddress) {
			return q
		}
	}
	t.Fatal("nginx does not listen")
	return live.Queue{}
}

// TestLiveBacklogCapped asks for queues longer and shorter than the kernel allows.
func TestLiveBacklogCapped(t *testing.T) {
	for _, c := range []struct{ asked, somaxconn, want int }{
		{4096, 128, 128},
		{4096, 4096, 4096},
		{100, 4096, 100},
		{0, 4096, 511},
		{0, 128, 128},
	} {
		t.Run(fmt.Sprintf("%d of %d", c.asked, c.somaxconn), func(t *testing.T) {
			ownNetwork(t)
			setKernel(t, somaxconnKey, c.somaxconn)
			nginxtest.Installed(t).Start(t, map[string]string{"nginx.conf": queueConf(c.asked)}, "web.sock")
			if got := queue(t).Backlog; got != int64(c.want) {
				t.Errorf("the queue takes %d, not %d", got, c.want)
			}
		})
	}
}

// TestLiveBacklogHolds stops a worker: its queue takes one connection more than
// the backlog.
func TestLiveBacklogHolds(t *testing.T) {
	ownNetwork(t)
	dir, _ := nginxtest.Installed(t).StartReloading(t, map[string]string{"nginx.conf": queueConf(4)}, "web.sock")
	awaitWorker(t, filepath.Join(dir, "web.sock"))
	worker := workersOf(t, dir)[0]
	syscall.Kill(worker, syscall.SIGSTOP)
	defer syscall.Kill(worker, syscall.SIGCONT)
	taken := 0
	for range 6 {
		c, err := net.DialTimeout("tcp", queueAddress, 300*time.Millisecond)
		if err != nil {
			break
		}
		defer c.Close()
		taken++
	}
	if taken != 5 || queue(t).Waiting != 5 {
		t.Errorf("%d connections are taken, %d wait, not 5", taken, queue(t).Waiting)
	}
}

// TestLiveBacklogFix mends a queue that is cut: the setting alone changes nothing,
// nor does a reload, while a restart does, as the commands of the rule say. A
// reload changes the queue only with another backlog.
func TestLiveBacklogFix(t *testing.T) {
	ownNetwork(t)
	files := map[string]string{"nginx.conf": queueConf(4096)}
	setKernel(t, somaxconnKey, 16)
	dir, reload := nginxtest.Installed(t).StartReloading(t, files, "web.sock")
	awaitWorker(t, filepath.Join(dir, "web.sock"))
	is := func(want int64, after string) {
		t.Helper()
		if got := queue(t).Backlog; got != want {
			t.Errorf("after %s the queue takes %d, not %d", after, got, want)
		}
	}
	is(16, "the start")
	mended := mendQueue(t, 16)
	setKernel(t, somaxconnKey, mended)
	reloaded(t, dir, reload)
	is(16, "a reload")
	if err := os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(queueConf(2048)), 0o644); err != nil {
		t.Fatal(err)
	}
	reloaded(t, dir, reload)
	is(2048, "a reload with another backlog")
	stop(t, dir)
	nginxtest.Installed(t).Start(t, files, "web.sock")
	is(4096, "a restart")
}

// mendQueue returns what tunelint raises a limit to that cuts the queue.
func mendQueue(t *testing.T, limit int) int {
	t.Helper()
	c := &testCase{name: "live", files: source.Memory{
		machineRoot + "/etc/nginx/nginx.conf":     queueConf(4096),
		machineRoot + "/etc/sysctl.d/90-web.conf": fmt.Sprintf("%s = %d\n", somaxconnKey, limit),
	}}
	m := c.open(t)
	only, err := lint.Select(m.options.All, []string{"sockets/backlog-capped"})
	if err != nil {
		t.Fatal(err)
	}
	out := m.settle(t, only, false)
	fixed := texts(out.Changes)["etc/sysctl.d/90-web.conf"]
	n, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(fixed, somaxconnKey+" =")))
	if err != nil || len(ofRule(out.Before.Findings, only[0])) != 1 {
		t.Fatalf("fixed: %q, found: %s", fixed, printFindings(out.Before.Findings))
	}
	return n
}

// reloaded reloads nginx and waits until its only worker is another one.
func reloaded(t *testing.T, dir string, reload func()) {
	t.Helper()
	old := workersOf(t, dir)
	reload()
	for until := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if now := workersOf(t, dir); len(now) == 1 && now[0] != old[0] {
			return
		}
		if time.Now().After(until) {
			t.Fatal("nginx does not reload")
		}
	}
}

// stop ends nginx and waits until it is gone.
func stop(t *testing.T, dir string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	master, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	syscall.Kill(master, syscall.SIGTERM)
	for until := time.Now().Add(10 * time.Second); syscall.Kill(master, 0) == nil; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("nginx does not end")
		}
	}
}

// TestLiveSynQueue sends SYNs whose senders never answer: with SYN cookies the
// accept queue's length is all that counts, without them three quarters of
// tcp_max_syn_backlog count too.
func TestLiveSynQueue(t *testing.T) {
	for _, c := range []struct{ cookies, synBacklog, backlog, want int }{
		{1, 16, 100, 101},
		{1, 4096, 100, 101},
		{0, 16, 100, 13},
		{0, 4096, 100, 101},
		{0, 128, 100, 97},
	} {
		t.Run(fmt.Sprintf("cookies %d, %d and %d", c.cookies, c.synBacklog, c.backlog), func(t *testing.T) {
			ownNetwork(t)
			setKernel(t, "net.ipv4.tcp_syncookies", c.cookies)
			setKernel(t, "net.ipv4.tcp_max_syn_backlog", c.synBacklog)
			nginxtest.Installed(t).Start(t, map[string]string{"nginx.conf": queueConf(c.backlog)}, "web.sock")
			sendSYNs(t, 300)
			if got := halfOpen(t); got != c.want {
				t.Errorf("%d connections are half open, not %d", got, c.want)
			}
		})
	}
}

// sendSYNs sends as many SYNs to nginx, each from another address.
func sendSYNs(t *testing.T, n int) {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_RAW, syscall.IPPROTO_RAW)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	to := netip.MustParseAddrPort(queueAddress)
	for i := range n {
		from := netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)})
		if err := syscall.Sendto(fd, synPacket(from, to), 0, &syscall.SockaddrInet4{Addr: to.Addr().As4()}); err != nil {
			t.Fatal(err)
		}
	}
}

// synPacket is a SYN with its header of IPv4, whose checksum the kernel fills in.
func synPacket(from netip.Addr, to netip.AddrPort) []byte {
	big := binary.BigEndian
	sender, receiver := from.As4(), to.Addr().As4()
	tcp := make([]byte, 20)
	big.PutUint16(tcp[0:], 40000)
	big.PutUint16(tcp[2:], to.Port())
	big.PutUint32(tcp[4:], 1)
	tcp[12], tcp[13] = 5<<4, 2 // five words, SYN
	big.PutUint16(tcp[14:], 65535)
	pseudo := append(append(append([]byte{}, sender[:]...), receiver[:]...), 0, syscall.IPPROTO_TCP, 0, byte(len(tcp)))
	big.PutUint16(tcp[16:], checksum(append(pseudo, tcp...)))
	ip := make([]byte, 20)
	ip[0], ip[8], ip[9] = 4<<4|5, 64, syscall.IPPROTO_TCP
	big.PutUint16(ip[2:], uint16(len(ip)+len(tcp)))
	copy(ip[12:], sender[:])
	copy(ip[16:], receiver[:])
	return append(ip, tcp...)
}

// checksum is that of RFC 1071 over an even number of bytes.
func checksum(b []byte) uint16 {
	sum := uint32(0)
	for i := 0; i < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

// halfOpen counts the connections of the network that are in SYN_RECV.
func halfOpen(t *testing.T) (n int) {
	t.Helper()
	text, err := os.ReadFile("/proc/thread-self/net/tcp")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 3 && fields[3] == "03" {
			n++
		}
	}
	return n
}

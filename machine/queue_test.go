package machine

import (
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/tunelint/tunelint/source/realpart"
)

// The kernel tells of a socket what this test asked for.
func TestQueues(t *testing.T) {
	for _, c := range []struct {
		network, address string
	}{{"tcp4", "127.0.0.1:0"}, {"tcp6", "[::1]:0"}} {
		l, err := net.Listen(c.network, c.address)
		if err != nil {
			realpart.Lacking(t, c.network+" to listen on: "+err.Error())
		}
		defer l.Close()
		file, err := l.(*net.TCPListener).File()
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if err := syscall.Listen(int(file.Fd()), 37); err != nil {
			t.Fatal(err)
		}
		waiting, err := net.Dial(c.network, l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer waiting.Close()
		checkQueue(t, netip.MustParseAddrPort(l.Addr().String()), inodeOf(t, file))
	}
}

func checkQueue(t *testing.T, address netip.AddrPort, inode uint64) {
	t.Helper()
	queues := Queues()
	if queues == nil {
		realpart.Lacking(t, "sock_diag of the kernel")
	}
	for _, q := range queues {
		if q.Address == address {
			if want := (Queue{address, 37, 1, inode}); q != want {
				t.Errorf("got %v, want %v", q, want)
			}
			return
		}
	}
	t.Errorf("%s is not among %v", address, queues)
}

func inodeOf(t *testing.T, f *os.File) uint64 {
	t.Helper()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return info.Sys().(*syscall.Stat_t).Ino
}

// A message that is cut short is none.
func TestShortQueue(t *testing.T) {
	for n := range sizeofDiag {
		if _, ok := readQueue([]byte(strings.Repeat("\x0a", n))); ok {
			t.Errorf("%d bytes are taken", n)
		}
	}
}

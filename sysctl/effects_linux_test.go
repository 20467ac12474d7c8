package sysctl

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tunelint/tunelint/source/realpart"
)

// inOwnLoopback runs f as inOwnNetwork does, with a loopback interface that is up.
func inOwnLoopback(t *testing.T, f func()) {
	t.Helper()
	realpart.Need(t, "ip")
	inOwnNetwork(t, func() {
		if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
			t.Errorf("ip: %v, %s", err, out)
			return
		}
		f()
	})
}

// set writes a key of the namespace.
func set(t *testing.T, key, value string) {
	if err := os.WriteFile("/proc/sys/"+swap(key), []byte(value), 0); err != nil {
		t.Error(err)
	}
}

// tcpSocket returns a socket that ends with the test.
func tcpSocket(t *testing.T, family int) int {
	fd, err := syscall.Socket(family, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Error(err)
	}
	return fd
}

// churn opens and closes connections to a listener, the client first, until no port
// is free, and returns how many there were.
func churn(t *testing.T, listener int, to *syscall.SockaddrInet4, most int) int {
	for n := range most {
		client := tcpSocket(t, syscall.AF_INET)
		err := syscall.Connect(client, to)
		if errors.Is(err, syscall.EADDRNOTAVAIL) {
			syscall.Close(client)
			return n
		}
		server, _, acceptErr := syscall.Accept(listener)
		if err != nil || acceptErr != nil {
			t.Error(err, acceptErr)
			return n
		}
		syscall.Close(client)
		syscall.Close(server)
	}
	return most
}

// With tcp_tw_reuse a port comes back after a second, but only where timestamps are
// on; without it, and whatever tcp_fin_timeout says, it does not.
func TestReuseNeedsTimestamps(t *testing.T) {
	for name, c := range map[string]struct {
		reuse, timestamps, fin string
		again                  bool
	}{
		"reuse":               {"1", "1", "60", true},
		"no timestamps":       {"1", "0", "60", false},
		"a short fin_timeout": {"0", "1", "1", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inOwnLoopback(t, func() {
				set(t, "net.ipv4.ip_local_port_range", "40000 40019")
				set(t, "net.ipv4.tcp_tw_reuse", c.reuse)
				set(t, "net.ipv4.tcp_timestamps", c.timestamps)
				set(t, "net.ipv4.tcp_fin_timeout", c.fin)
				listener, at := tcpSocket(t, syscall.AF_INET), &syscall.SockaddrInet4{Port: 80, Addr: [4]byte{127, 0, 0, 1}}
				defer syscall.Close(listener)
				if err := errors.Join(syscall.Bind(listener, at), syscall.Listen(listener, 64)); err != nil {
					t.Error(err)
					return
				}
				if n := churn(t, listener, at, 100); n != 20 {
					t.Errorf("%d connections over 20 ports", n)
				}
				time.Sleep(2100 * time.Millisecond)
				if n := churn(t, listener, at, 20); n > 0 != c.again {
					t.Errorf("%d connections two seconds later", n)
				}
			})
		})
	}
}

// What a program asks for is cut to rmem_max and counted twice, and a socket that
// asks for nothing starts with the second number of tcp_rmem, whatever rmem_max is.
func TestAskedBuffersAreCapped(t *testing.T) {
	inOwnLoopback(t, func() {
		text, err := os.ReadFile("/proc/sys/net/core/rmem_max")
		if err != nil {
			return // kernels before 6.9 show it to the first namespace only
		}
		most, _ := strconv.Atoi(strings.TrimSpace(string(text)))
		middle := most*4 + 4096
		set(t, "net.ipv4.tcp_rmem", "4096 "+strconv.Itoa(middle)+" "+strconv.Itoa(2*middle))
		fd := tcpSocket(t, syscall.AF_INET)
		defer syscall.Close(fd)
		if n, _ := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF); n != middle {
			t.Errorf("a socket starts with %d, tcp_rmem says %d", n, middle)
		}
		if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, 2*most); err != nil {
			t.Error(err)
		}
		if n, _ := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF); n != 2*most {
			t.Errorf("%d asked for, %d given, rmem_max is %d", 2*most, n, most)
		}
	})
}

// disable_ipv6 takes ::1 away, but not the address that stands for all.
func TestDisabledIPv6(t *testing.T) {
	inOwnLoopback(t, func() {
		bind := func(last byte) error {
			fd := tcpSocket(t, syscall.AF_INET6)
			defer syscall.Close(fd)
			at := &syscall.SockaddrInet6{Port: 80}
			at.Addr[15] = last
			return syscall.Bind(fd, at)
		}
		if err := errors.Join(bind(0), bind(1)); err != nil {
			t.Error(err)
		}
		set(t, "net.ipv6.conf.all.disable_ipv6", "1")
		if any, one := bind(0), bind(1); any != nil || !errors.Is(one, syscall.EADDRNOTAVAIL) {
			t.Errorf("[::]: %v, [::1]: %v", any, one)
		}
		set(t, "net.ipv6.conf.lo.disable_ipv6", "0")
		if err := bind(1); err != nil {
			t.Errorf("[::1] again: %v", err)
		}
	})
}

// pair returns both ends of a connection over the loopback interface.
func pair(t *testing.T) (client, server int, ok bool) {
	listener, at := tcpSocket(t, syscall.AF_INET), &syscall.SockaddrInet4{Port: 80, Addr: [4]byte{127, 0, 0, 1}}
	defer syscall.Close(listener)
	client = tcpSocket(t, syscall.AF_INET)
	err := errors.Join(syscall.Bind(listener, at), syscall.Listen(listener, 1), syscall.Connect(client, at))
	if err == nil {
		server, _, err = syscall.Accept(listener)
	}
	if err != nil {
		t.Error(err)
		syscall.Close(client)
	}
	return client, server, err == nil
}

// A key that turns an option of TCP off takes it from every connection.
func TestOptionsTurnedOff(t *testing.T) {
	inOwnLoopback(t, func() {
		for bit, key := range map[byte]string{1: "net.ipv4.tcp_timestamps", 2: "net.ipv4.tcp_sack", 4: "net.ipv4.tcp_window_scaling"} {
			for _, value := range []string{"1", "0"} {
				set(t, key, value)
				client, server, ok := pair(t)
				if !ok {
					return
				}
				// The address is the head of struct tcp_info (linux/tcp.h).
				info, err := syscall.GetsockoptIPv6Mreq(client, syscall.IPPROTO_TCP, syscall.TCP_INFO)
				if err != nil {
					t.Error(err)
					return
				}
				const options = 5
				if on := info.Multiaddr[options]&bit != 0; on != (value == "1") {
					t.Errorf("%s %s: %t", key, value, on)
				}
				syscall.Close(client)
				syscall.Close(server)
				set(t, key, "1")
			}
		}
	})
}

// Without tcp_moderate_rcvbuf a receive buffer stays at the second number of tcp_rmem,
// with it a fast connection gets more.
func TestReceiveBuffersGrow(t *testing.T) {
	inOwnLoopback(t, func() {
		set(t, "net.ipv4.tcp_rmem", "4096 131072 33554432")
		for _, value := range []string{"0", "1"} {
			set(t, "net.ipv4.tcp_moderate_rcvbuf", value)
			client, server, ok := pair(t)
			if !ok {
				return
			}
			before, _ := syscall.GetsockoptInt(server, syscall.SOL_SOCKET, syscall.SO_RCVBUF)
			drain(client, server)
			after, _ := syscall.GetsockoptInt(server, syscall.SOL_SOCKET, syscall.SO_RCVBUF)
			if grown := after > before; grown != (value == "1") {
				t.Errorf("tcp_moderate_rcvbuf %s: from %d to %d", value, before, after)
			}
			syscall.Close(client)
			syscall.Close(server)
		}
	})
}

// drain sends 64 MiB from one socket to the other.
func drain(from, to int) {
	const all = 64 << 20
	go func() {
		chunk := make([]byte, 1<<20)
		for sent := 0; sent < all; {
			n, err := syscall.Write(from, chunk)
			if err != nil {
				return
			}
			sent += n
		}
	}()
	chunk := make([]byte, 1<<20)
	for got := 0; got < all; {
		n, err := syscall.Read(to, chunk)
		if err != nil || n == 0 {
			return
		}
		got += n
	}
}

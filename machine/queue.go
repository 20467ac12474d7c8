package machine

import (
	"encoding/binary"
	"net/netip"
)

// A Queue is the accept queue of a listening TCP socket.
type Queue struct {
	// Address is address:port: "0.0.0.0:80", "[::]:80".
	Address netip.AddrPort
	// Backlog is the longest that the kernel lets it grow to: what the program
	// asked for, cut to the net.core.somaxconn of that moment.
	Backlog int64
	// Waiting is how many connections are in it.
	Waiting int64
	// Inode identifies the socket; see [Master.Sockets].
	Inode uint64
}

// sizeofDiag is the size of struct inet_diag_msg (linux/inet_diag.h).
const sizeofDiag = 72

// readQueue reads one struct inet_diag_msg. Of a socket that listens
// idiag_rqueue counts what waits and idiag_wqueue is the backlog
// (tcp_diag_get_info in net/ipv4/tcp_diag.c).
func readQueue(b []byte) (Queue, bool) {
	if len(b) < sizeofDiag {
		return Queue{}, false
	}
	native := binary.NativeEndian
	port := binary.BigEndian.Uint16(b[4:])
	address := netip.AddrFrom4([4]byte(b[8:12]))
	if b[0] == familyIPv6 {
		address = netip.AddrFrom16([16]byte(b[8:24]))
	}
	return Queue{
		Address: netip.AddrPortFrom(address, port),
		Waiting: int64(native.Uint32(b[56:])),
		Backlog: int64(native.Uint32(b[60:])),
		Inode:   uint64(native.Uint32(b[68:])),
	}, true
}

// The families of addresses (linux/socket.h), on every system that this is
// compiled for.
const (
	familyIPv4 = 2
	familyIPv6 = 10
)

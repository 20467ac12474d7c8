package machine

import (
	"encoding/binary"
	"syscall"
	"time"
)

const (
	netlinkSockDiag  = 4  // NETLINK_SOCK_DIAG
	sockDiagByFamily = 20 // SOCK_DIAG_BY_FAMILY
	stateListen      = 10 // TCP_LISTEN
)

// Queues returns the accept queues of the TCP sockets that listen in the network
// of this process, those of IPv4 first; nil where the kernel does not tell
// (sock_diag(7)). It needs no privileges.
func Queues() []Queue {
	fd, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, netlinkSockDiag)
	if err != nil {
		return nil
	}
	defer syscall.Close(fd)
	wait := syscall.NsecToTimeval(time.Second.Nanoseconds()) // the kernel answers at once, or something is wrong
	if err := syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &wait); err != nil {
		return nil
	}
	var out []Queue
	for _, family := range []byte{familyIPv4, familyIPv6} {
		queues, err := dumpListening(fd, family)
		if err != nil {
			return nil
		}
		out = append(out, queues...)
	}
	return out
}

// dumpListening asks for the sockets of one family.
func dumpListening(fd int, family byte) ([]Queue, error) {
	request := make([]byte, syscall.SizeofNlMsghdr+56) // struct nlmsghdr and struct inet_diag_req_v2
	native := binary.NativeEndian
	native.PutUint32(request, uint32(len(request)))
	native.PutUint16(request[4:], sockDiagByFamily)
	native.PutUint16(request[6:], syscall.NLM_F_REQUEST|syscall.NLM_F_DUMP)
	request[16], request[17] = family, syscall.IPPROTO_TCP
	native.PutUint32(request[20:], 1<<stateListen)
	if err := syscall.Sendto(fd, request, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		return nil, err
	}
	var out []Queue
	buffer := make([]byte, 64<<10)
	for {
		n, _, err := syscall.Recvfrom(fd, buffer, 0)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return nil, err
		}
		messages, err := syscall.ParseNetlinkMessage(buffer[:n])
		if err != nil {
			return nil, err
		}
		for _, m := range messages {
			switch m.Header.Type {
			case syscall.NLMSG_DONE:
				return out, nil
			case syscall.NLMSG_ERROR:
				return nil, syscall.EINVAL
			}
			if q, ok := readQueue(m.Data); ok {
				out = append(out, q)
			}
		}
	}
}

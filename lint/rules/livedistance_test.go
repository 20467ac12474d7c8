package rules_test

import (
	"net"
	"testing"
	"time"
)

// distance is how long what one side sends takes to the other, as between two
// machines that are not next to each other.
const distance = 5 * time.Millisecond

// distant moves a server on this machine further away: it returns a port where it
// is reached with a delay in both directions.
func distant(t *testing.T, port string) string {
	t.Helper()
	return serveTCP(t, func(near *net.TCPConn) { relay(near, "127.0.0.1:"+port) })
}

// serveTCP hands every connection to a port of this machine, which it returns, to
// a function of its own goroutine, until the test ends.
func serveTCP(t *testing.T, serve func(*net.TCPConn)) (port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serve(conn.(*net.TCPConn))
		}
	}()
	_, port, _ = net.SplitHostPort(l.Addr().String())
	return port
}

func relay(near net.Conn, address string) {
	far, err := net.Dial("tcp", address)
	if err != nil {
		near.Close()
		return
	}
	go carry(near, far)
	go carry(far, near)
}

// A parcel is what was read at one time; the last one of a connection is empty.
type parcel struct {
	data []byte
	due  time.Time
}

// carry hands on what one side sends, its end too.
func carry(from, to net.Conn) {
	parcels := make(chan parcel, 1024)
	go func() {
		defer close(parcels)
		for {
			data := make([]byte, 16<<10)
			n, err := from.Read(data)
			parcels <- parcel{data[:n], time.Now().Add(distance)}
			if err != nil {
				return
			}
		}
	}()
	for p := range parcels {
		time.Sleep(time.Until(p.due))
		if _, err := to.Write(p.data); err != nil {
			break
		}
	}
	to.Close()
	for range parcels { // what comes too late is lost
	}
}

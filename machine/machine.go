package machine

import (
	"github.com/tunelint/tunelint/source"
)

// A Machine is what was read of the running machine at one moment.
type Machine struct {
	// Values are the kernel settings in force, by canonical key
	// (net.ipv4.conf.eth0/100.rp_filter), with blanks as the kernel prints them.
	// A key that the kernel does not have, or does not let this user read, is not
	// among them.
	Values map[string]string
	// Masters are the master processes of nginx that run, in the order of their
	// process numbers.
	Masters []Master
	// Queues are the TCP sockets that listen in the network of this process.
	Queues []Queue
}

// Read reads the machine: fsys is its file system from "/" on. Of the kernel's
// settings it reads those named by canonical keys.
func Read(fsys source.FS, keys []string) *Machine {
	m := &Machine{Values: map[string]string{}}
	return m
}

// Limits are a soft and a hard limit. The zero Limits are not known.
type Limits struct{ Soft, Hard int64 }

// A Master is a running master process of nginx.
type Master struct {
	PID int
	// NoFile is its limit on open files.
	NoFile  Limits
	Workers []Worker
}

// A Worker is a running worker process of nginx.
type Worker struct {
	PID    int
	NoFile Limits
	// Leaving reports that it serves its last requests after a reload.
	Leaving bool
}

// A Queue is the accept queue of a listening TCP socket.
type Queue struct {
	// Address is address:port as nginx writes it: "0.0.0.0:80", "[::]:80".
	Address string
	// Backlog is the longest that the kernel lets it grow to.
	Backlog int64
	// Waiting is how many connections are in it.
	Waiting int64
}

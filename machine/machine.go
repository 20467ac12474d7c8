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
	// Queues are the accept queues in the network of this process; see [Queues].
	Queues []Queue
}

// Read reads the machine: fsys is its file system from "/" on. Of the kernel's
// settings it reads those named by canonical keys.
func Read(fsys source.FS, keys []string) *Machine {
	m := &Machine{Values: map[string]string{}, Masters: readMasters(fsys)}
	return m
}

// Limits are a soft and a hard limit. The zero Limits are not known.
type Limits struct{ Soft, Hard int64 }

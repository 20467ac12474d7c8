package machine

import (
	"time"

	"github.com/tunelint/tunelint/source"
)

// A Machine is what was read of the running machine at one moment.
type Machine struct {
	Kernel       Kernel
	Distribution Figure[Distribution]
	Systemd      Systemd
	CPUs         CPUs
	Memory       Memory
	// PageSize is in bytes.
	PageSize Figure[int64]
	// PIDs is how many processes and threads the control group of this process may
	// have; 0 is no limit.
	PIDs Figure[int64]
	// Booted is when the machine was started, to about a second; zero where that is
	// not known.
	Booted time.Time
	// Container is the kind of container this process runs in; see [ReadContainer].
	Container Figure[string]
	// HardNoFile is the hard limit on open files of this process, FirstNoFile are the
	// limits of the first one, which everything in a container inherits.
	HardNoFile  Figure[int64]
	FirstNoFile Figure[Limits]
	// SysResource reports that this process holds CAP_SYS_RESOURCE and may raise
	// hard limits, FirstSysResource that the first process and its children can.
	SysResource, FirstSysResource Figure[bool]
	// Values are the kernel settings in force, by canonical key
	// (net.ipv4.conf.eth0/100.rp_filter), numbers separated by single blanks. A key
	// that the kernel does not have, or does not let this user read, is not among
	// them.
	Values map[string]string
	// Masters are the master processes of nginx that run, in the order of their
	// process numbers.
	Masters []Master
	// Queues are the accept queues in the network of this process; see [Queues].
	Queues []Queue
}

// Read reads the machine: fsys is its file system from "/" on. Of the kernel's
// settings it reads those named by canonical keys, in which a "*" stands for one
// name or the rest of one.
func Read(fsys source.FS, keys []string) *Machine {
	return &Machine{
		Kernel:           ReadKernel(fsys),
		Distribution:     ReadDistribution(source.NewStore(fsys).View("/")),
		Systemd:          ReadSystemd(fsys),
		CPUs:             ReadCPUs(fsys),
		Memory:           ReadMemory(fsys),
		PageSize:         pageSize(fsys),
		PIDs:             pidsLimit(fsys),
		Booted:           bootTime(fsys),
		Container:        ReadContainer(fsys),
		HardNoFile:       HardNoFile(fsys, "self"),
		FirstNoFile:      NoFile(fsys, "1"),
		SysResource:      holdsSysResource(fsys, "self", "CapEff"),
		FirstSysResource: holdsSysResource(fsys, "1", "CapBnd"),
		Values:           ReadValues(fsys, keys),
		Masters:          readMasters(fsys),
	}
}

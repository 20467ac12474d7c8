package host

import (
	"github.com/tunelint/tunelint/machine"
	"github.com/tunelint/tunelint/source"
)

// thisMachine is the origin of what was read of the running machine.
var thisMachine = source.Origin{Default: "this machine"}

// complete fills in from the running machine, whose file system is fsys, what the
// declaration leaves open.
func (f *Facts) complete(fsys source.FS) {
	take(&f.Kernel, machine.ReadKernel(fsys).Release)
	f.completeContainer(fsys)
	cpus := machine.ReadCPUs(fsys)
	take(&f.CPUs, cpus.Online)
	f.completeMemory(machine.ReadMemory(fsys))
	if f.contained() {
		take(&f.NoFileHard, machine.HardNoFile(fsys, "1"))
		if cpus.Quota.Value > 0 {
			take(&f.CPUQuota, cpus.Quota)
		}
	}
	f.completeNginx()
}

// take sets what is not declared, if it could be read.
func take[T any](s *source.Setting[T], figure machine.Figure[T]) {
	if !s.Known && figure.Known {
		*s = source.Known(figure.Value, thisMachine)
	}
}

// completeContainer notes whether this is a container, if there is no doubt. One
// with a system of its own, such as one of LXC, starts its services as a machine
// does, and is not said to be either.
func (f *Facts) completeContainer(fsys source.FS) {
	if f.Container.Known {
		return
	}
	kind := machine.ReadContainer(fsys)
	if !kind.Known {
		return
	}
	if kind.Value == "" || machine.Application(kind.Value) && !machine.ReadSystemd(fsys).Booted {
		f.Container = source.Known(kind.Value != "", thisMachine)
	}
}

// contained reports whether nginx runs in this container: what the control groups
// and the first process here are given, nginx is given.
func (f *Facts) contained() bool { return f.Container.Value && f.Container.Origin == thisMachine }

// completeMemory takes the memory of the machine, or what the container may use of
// it.
func (f *Facts) completeMemory(m machine.Memory) {
	declared := f.Memory.Known
	take(&f.Memory, m.Total)
	take(&f.Swap, m.Swap)
	if limit := m.Limit; !declared && f.contained() && limit.Value > 0 && (!f.Memory.Known || limit.Value < f.Memory.Value) {
		f.Memory = source.Known(limit.Value, source.Origin{Default: "memory limit of this container"})
	}
}

// completeNginx asks the nginx that is installed what it is.
func (f *Facts) completeNginx() {
	if f.NginxVersion.Known {
		return
	}
	if n := machine.InstalledNginx(); n.Known {
		f.NginxVersion, f.build = source.Known(n.Value.Version, thisMachine), n.Value.Arguments
		f.setVersion()
	}
}

// FactsHere returns the facts of the running machine, whose file system is fsys,
// as far as it says them for sure. It runs "nginx -V".
func FactsHere(fsys source.FS) Facts {
	var f Facts
	f.complete(fsys)
	return f
}

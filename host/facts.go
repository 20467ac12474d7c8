package host

import (
	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// Facts are figures of the machine that no configuration file holds. What is
// neither declared nor read off the machine stays unknown.
type Facts struct {
	// NginxVersion as written, such as "1.24.0"; see [Host.Version] for when it is
	// unknown.
	NginxVersion source.Setting[string]
	// Kernel is the release, such as "6.1".
	Kernel source.Setting[string]
	CPUs   source.Setting[int]
	// Memory and Swap in bytes.
	Memory, Swap source.Setting[int64]
	// CPUQuota is how much processor time nginx gets, in processors, where a quota is
	// known. It does not change how many workers nginx starts.
	CPUQuota source.Setting[float64]
	// NoFileHard is the hard limit on descriptors that nginx's master inherits.
	NoFileHard source.Setting[int64]
	// Container reports that nginx runs in a container that has no system of its
	// own.
	Container source.Setting[bool]

	// What peak load is expected to be.
	Workload appconf.WorkloadConfig

	version nginxconf.Version
	build   string // what nginx was configured with
}

func declaredFacts(decl appconf.HostConfig) Facts {
	f := Facts{
		NginxVersion: decl.Nginx.Version,
		Kernel:       decl.Kernel,
		CPUs:         decl.Facts.CPUs,
		CPUQuota:     decl.Facts.CPUQuota,
		Memory:       decl.Facts.Memory,
		Swap:         decl.Facts.Swap,
		NoFileHard:   decl.Facts.NoFileHard,
		Container:    decl.Facts.Container,
		Workload:     decl.Workload,
	}
	f.setVersion()
	return f
}

func (f *Facts) setVersion() {
	v, err := nginxconf.ParseVersion(f.NginxVersion.Value)
	if f.NginxVersion.Known && err == nil {
		f.version = v
	}
}

// Version returns the version of nginx that the host is judged by and what says
// so: the declaration, else, for the running machine, its nginx, else the newest
// stable release, which is not Known and only assumed. What exists is judged more
// kindly then: nothing is refused for being newer or older than that.
func (h *Host) Version() source.Setting[string] {
	if h.Facts.NginxVersion.Known {
		return h.Facts.NginxVersion
	}
	newest := source.Origin{Default: "newest stable release", Assumed: true}
	return source.Setting[string]{Value: nginxconf.Stable().String(), Origin: newest}
}

package host

import (
	"strconv"
	"strings"

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
	// NoFileHard is the hard limit on descriptors that nginx's master inherits.
	NoFileHard source.Setting[int64]
	Container  source.Setting[bool]

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

var machine = source.Origin{Default: "this machine"}

// complete fills in from the machine itself what the declaration leaves open.
func (f *Facts) complete(v *source.View) {
	if !f.Kernel.Known {
		if text, ok := read(v, "/proc/sys/kernel/osrelease"); ok {
			f.Kernel = source.Known(release(text), machine)
		}
	}
	if !f.CPUs.Known {
		if text, ok := read(v, "/sys/devices/system/cpu/online"); ok {
			f.CPUs = source.Known(countList(text), machine)
		}
	}
	if text, ok := read(v, "/proc/meminfo"); ok {
		fill(&f.Memory, text, "MemTotal:")
		fill(&f.Swap, text, "SwapTotal:")
	}
	if !f.NginxVersion.Known {
		if version, build, ok := installedNginx(); ok {
			f.NginxVersion, f.build = source.Known(version, machine), build
			f.setVersion()
		}
	}
}

func read(v *source.View, name string) (string, bool) {
	f, err := v.Open(name)
	if err != nil {
		return "", false
	}
	return strings.TrimSpace(f.Text), true
}

// release cuts "6.1.0-25-amd64" to "6.1.0".
func release(text string) string {
	return text[:len(text)-len(strings.TrimLeft(text, "0123456789."))]
}

// countList counts a kernel list such as "0-3,8".
func countList(text string) int {
	n := 0
	for _, part := range strings.Split(text, ",") {
		first, last, isRange := strings.Cut(part, "-")
		a, err := strconv.Atoi(first)
		if err != nil {
			continue
		}
		b := a
		if isRange {
			if b, err = strconv.Atoi(last); err != nil {
				continue
			}
		}
		n += b - a + 1
	}
	return n
}

// fill reads one figure of /proc/meminfo, in kB there.
func fill(s *source.Setting[int64], text, name string) {
	if s.Known {
		return
	}
	for _, line := range strings.Split(text, "\n") {
		fields := strings.Fields(line)
		if len(fields) >= 2 && fields[0] == name {
			if kb, err := strconv.ParseInt(fields[1], 10, 64); err == nil {
				*s = source.Known(kb<<10, machine)
			}
		}
	}
}

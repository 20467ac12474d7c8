package host

import (
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/machine"
)

// Distribution returns what the host runs by its os-release(5): the ID, such as
// "debian", "" where no such file is, and the major version, 0 where it has none.
func (h *Host) Distribution() (id string, major int) {
	if d := machine.ReadDistribution(h.View); d.Known {
		version, _, _ := strings.Cut(d.Value.Version, ".")
		major, _ = strconv.Atoi(version)
		return d.Value.ID, major
	}
	f, err := h.View.Open("/etc/debian_version")
	if err != nil {
		return "", 0
	}
	version, _, _ := strings.Cut(strings.TrimSpace(f.Text), ".")
	major, _ = strconv.Atoi(version)
	return "debian", major
}

// WholeMachine reports whether the host's files are those of a whole machine, so
// that one which is missing is really missing: the running machine, or a copy of a
// root file system with what its packages brought.
func (h *Host) WholeMachine() bool {
	id, _ := h.Distribution()
	return h.Live || id != "" && h.View.Exists("/usr/lib/systemd") && h.View.Exists("/etc/passwd")
}

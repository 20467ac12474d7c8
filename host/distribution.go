package host

import (
	"strconv"
	"strings"
)

// Distribution returns what the host runs by its os-release(5): the ID, such as
// "debian", "" where nothing tells, and the major version, 0 where it has none.
func (h *Host) Distribution() (id string, major int) {
	for _, name := range []string{"/etc/os-release", "/usr/lib/os-release"} {
		if f, err := h.View.Open(name); err == nil {
			version, _, _ := strings.Cut(osRelease(f.Text, "VERSION_ID"), ".")
			major, _ = strconv.Atoi(version)
			return osRelease(f.Text, "ID"), major
		}
	}
	f, err := h.View.Open("/etc/debian_version")
	if err != nil {
		return "", 0
	}
	version, _, _ := strings.Cut(strings.TrimSpace(f.Text), ".")
	major, _ = strconv.Atoi(version)
	return "debian", major
}

// osRelease returns the value of a name in a file of shell assignments.
func osRelease(text, name string) string {
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name+"="); ok {
			return strings.Trim(value, `"'`)
		}
	}
	return ""
}

// WholeMachine reports whether the host's files are those of a whole machine, so
// that one which is missing is really missing: the running machine, or a copy of a
// root file system with what its packages brought.
func (h *Host) WholeMachine() bool {
	id, _ := h.Distribution()
	return h.Live || id != "" && h.View.Exists("/usr/lib/systemd") && h.View.Exists("/etc/passwd")
}

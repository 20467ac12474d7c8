package host

import (
	"strconv"
	"strings"
)

// Distribution returns what /etc/os-release says: the name, such as "debian", and
// the first number of the version, 0 where there is none. ok is false where the
// host's files hold no os-release.
func (h *Host) Distribution() (id string, version int, ok bool) {
	for _, name := range []string{"/etc/os-release", "/usr/lib/os-release"} {
		f, err := h.View.Open(name)
		if err != nil {
			continue
		}
		fields := assignments(f.Text)
		major, _, _ := strings.Cut(fields["VERSION_ID"], ".")
		version, _ = strconv.Atoi(major)
		return fields["ID"], version, fields["ID"] != ""
	}
	return "", 0, false
}

// assignments reads os-release(5): NAME=value, the value in quotes or not.
func assignments(text string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && name[:min(1, len(name))] != "#" {
			out[name] = strings.Trim(value, `"'`)
		}
	}
	return out
}

// WholeMachine reports whether the host's files are those of a whole machine, so
// that one which is missing is really missing: the running machine, or a copy of a
// root file system with what its packages brought.
func (h *Host) WholeMachine() bool {
	_, _, named := h.Distribution()
	return h.Live || named && h.View.Exists("/usr/lib/systemd") && h.View.Exists("/etc/passwd")
}

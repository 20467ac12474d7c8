package machine

import (
	"path"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// A Distribution is what os-release(5) says of the system's programs. Defaults of
// limits and what packages patch depend on it.
type Distribution struct {
	// ID is "debian", Version "12", or "" for a rolling one, and Name is for people:
	// "Debian GNU/Linux 12 (bookworm)".
	ID, Version, Name string
}

// ReadDistribution reads the os-release of the system that a view shows: the file in
// /etc, else that in /usr/lib.
func ReadDistribution(view *source.View) Figure[Distribution] {
	for _, name := range []string{"/etc/os-release", "/usr/lib/os-release"} {
		f, err := view.Open(name)
		if err != nil {
			continue
		}
		d := Distribution{ID: "linux"} // the default of os-release(5)
		for line := range strings.Lines(f.Text) {
			d.set(strings.TrimSpace(line))
		}
		return known(d, name)
	}
	return unknown[Distribution]("there is no /etc/os-release")
}

func (d *Distribution) set(line string) {
	name, value, _ := strings.Cut(line, "=")
	if n := len(value); n > 1 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
		value = value[1 : n-1]
	}
	switch name {
	case "ID":
		d.ID = value
	case "VERSION_ID":
		d.Version = value
	case "PRETTY_NAME":
		d.Name = value
	}
}

// Systemd is the system manager.
type Systemd struct {
	// Booted reports that systemd started this machine or container (sd_booted(3)).
	Booted bool
	// Version is its major version, "252".
	Version Figure[string]
}

// ReadSystemd reads whether systemd starts services here. Its version is in the
// name of the library that all its programs share.
func ReadSystemd(fsys source.FS) Systemd {
	_, err := fsys.Lstat("/run/systemd/system")
	return Systemd{Booted: err == nil, Version: systemdVersion(fsys)}
}

func systemdVersion(fsys source.FS) Figure[string] {
	view := source.NewStore(fsys).View("/")
	for _, pattern := range []string{"/usr/lib/systemd/libsystemd-shared-*.so", "/usr/lib/*/systemd/libsystemd-shared-*.so", "/usr/lib64/systemd/libsystemd-shared-*.so", "/lib/systemd/libsystemd-shared-*.so"} {
		names, err := view.Glob(pattern)
		if err != nil || len(names) != 1 {
			continue
		}
		version := strings.TrimPrefix(path.Base(names[0]), "libsystemd-shared-")
		if digits := version[:len(version)-len(strings.TrimLeft(version, "0123456789"))]; digits != "" {
			return known(digits, names[0])
		}
	}
	return unknown[string]("no libsystemd-shared is where systemd has it")
}

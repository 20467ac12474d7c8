package sysctl

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/spelling"
)

// Unread is a file that looks like one for the loaders and is not.
type Unread struct {
	Document *Document
	// Name is the name on the host.
	Name string
	// Why says what keeps the boot from reading it.
	Why string
}

// unread notes a file that assigns keys and that no boot reads; what cannot be
// opened is of no interest.
func (l *loader) unread(name, why string) {
	f, err := l.view.Open(name)
	if err != nil || len(l.document(f).Assignments()) == 0 {
		return
	}
	l.settings.Unread = append(l.settings.Unread, Unread{l.document(f), name, why})
}

// misnamed notes what stands in a directory of the loaders under a name that does
// not end in ".conf": a file whose name looks like a slip, or a directory with
// files for the loaders. Backups, packages' leavings, templates and notes are
// meant to be left alone.
func (l *loader) misnamed(name string, e fs.DirEntry) {
	if e.IsDir() {
		l.below(name)
		return
	}
	if why := spelling.Misnamed(name); why != "" {
		l.unread(name, why)
	}
}

// below notes the files in a directory within one of the loaders' directories,
// unless its name says that they are put aside.
func (l *loader) below(dir string) {
	aside := []string{"disabled", "old", "backup", "backups", "bak", "off", "archive", "unused", "inactive", "available", "examples", "templates"}
	if base := path.Base(dir); base[0] == '.' || slices.Contains(aside, strings.ToLower(base)) {
		return
	}
	entries, err := l.view.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".conf") && !e.IsDir() {
			l.unread(path.Join(dir, e.Name()), "no loader looks into directories below "+path.Dir(dir))
		}
	}
}

// dangling notes a link that leads to nothing. A link to /dev/null is meant to, and
// the one to /etc/sysctl.conf is part of packages that do without that file.
func (l *loader) dangling(name string, err error) {
	var at *fs.PathError
	toNull := errors.As(err, &at) && at.Path == l.view.Path("/dev/null")
	if toNull || name == sysctlConf || path.Base(name) == "99-sysctl.conf" || slices.Contains(l.settings.Dangling, name) {
		return
	}
	l.settings.Dangling = append(l.settings.Dangling, name)
}

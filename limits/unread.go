package limits

import (
	"errors"
	"io/fs"
	"path"

	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

// An Unread is a name, among those that count or beside them, through which
// pam_limits or systemd reads nothing although somebody seems to mean it to.
type Unread struct {
	// Name is the name on the host.
	Name string
	// File is what stands there; nil for a link that leads to nothing and for a
	// directory.
	File *source.File
	// Linked reports a link that leads to nothing.
	Linked bool
	// Why says what keeps the file from being read.
	Why string
}

// absent notes why nothing was read through a name that a directory lists. Of what a
// pattern matches nobody knows what it is meant to be.
func (l *loader) absent(name string, err error) {
	if base := path.Base(name); l.matched || path.Ext(base) != ".conf" && !isUnitName(base) {
		return
	}
	_, notDir := l.view.ReadDir(name)
	u := Unread{Name: name, Why: "it is a directory"}
	switch {
	case l.noted[name] || err != nil && l.isNull(err):
		return
	case notDir == nil:
	case errors.Is(err, fs.ErrNotExist):
		u.Linked, u.Why = true, "the link leads to nothing"
	}
	l.noted[name] = true
	l.limits.Unread = append(l.limits.Unread, u)
}

// passFolders notes directories in the place of a file.
func (l *loader) passFolders(t tree, base string) {
	for _, name := range t.folders(base) {
		l.absent(name, nil)
	}
}

// misnamed notes the files of a directory whose names look like slips and that hold
// settings.
func (l *loader) misnamed(dir string, holds func(*source.File) bool) {
	entries, err := l.view.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		why := spelling.Misnamed(name)
		if why == "" || e.IsDir() || l.noted[name] {
			continue
		}
		if f, err := l.view.Open(name); err == nil && holds(f) {
			l.noted[name] = true
			l.limits.Unread = append(l.limits.Unread, Unread{Name: name, File: f, Why: why})
		}
	}
}

// holdsEntries reports whether a file has lines that pam_limits could use.
func holdsEntries(f *source.File) bool {
	for _, e := range Parse(f).Entries {
		if e.Broken == "" && !e.Template {
			return true
		}
	}
	return false
}

// holdsAssignments reports whether a file has lines that systemd could use.
func holdsAssignments(f *source.File) bool {
	for _, a := range ParseUnit(f).Assignments {
		if a.Section != "" && !a.Template {
			return true
		}
	}
	return false
}

package spelling

import (
	"path"
	"slices"
	"strings"
)

// Misnamed says why programs that read the files of a directory whose names end in
// ".conf" pass over a file, where its name looks as if it were meant for them; "" for
// one that they read, and for backups, packages' leavings, templates and notes, which
// are meant to be left alone.
func Misnamed(name string) string {
	base, ext := path.Base(name), path.Ext(name)
	switch {
	case ext == ".conf" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "README"):
	case strings.EqualFold(ext, ".conf"):
		return "its name must end in .conf in lower case"
	case ext == "" && !strings.HasSuffix(base, "~") || slices.Contains([]string{".cnf", ".con", ".cfg", ".config", ".sysctl"}, ext):
		return "its name does not end in .conf"
	}
	return ""
}

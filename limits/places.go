package limits

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
)

const (
	confFile = "/etc/security/limits.conf"
	confGlob = "/etc/security/limits.d/*.conf"
)

// unitDirs returns the directories in which systemd looks for system units,
// the first hit wins (systemd.unit(5); path-lookup.c).
func unitDirs() []string {
	return []string{
		"/etc/systemd/system.control",
		"/run/systemd/system.control",
		"/run/systemd/transient",
		"/run/systemd/generator.early",
		"/etc/systemd/system",
		"/etc/systemd/system.attached",
		"/run/systemd/system",
		"/run/systemd/system.attached",
		"/run/systemd/generator",
		"/usr/local/lib/systemd/system",
		"/lib/systemd/system",
		"/usr/lib/systemd/system",
		"/run/systemd/generator.late",
	}
}

// managerDirs returns the directories that hold system.conf and system.conf.d,
// the first hit wins (systemd-system.conf(5)).
func managerDirs() []string {
	return []string{"/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd", "/lib/systemd"}
}

// A tree is a search path and what its directories hold.
type tree struct {
	dirs    []string
	entries func(dir string) []dirEntry
}

type dirEntry struct {
	name   string
	link   bool
	folder bool
}

// diskTree returns the tree of all files below the directories.
func diskTree(v *source.View, dirs []string) tree {
	cache := map[string][]dirEntry{}
	return tree{dirs, func(dir string) []dirEntry {
		list, ok := cache[dir]
		if !ok {
			found, _ := v.ReadDir(dir) // what cannot be listed holds nothing
			for _, e := range found {
				list = append(list, dirEntry{e.Name(), e.Type()&fs.ModeSymlink != 0, e.IsDir()})
			}
			cache[dir] = list
		}
		return list
	}}
}

// listTree returns the tree that holds the named files only. Directories that
// order knows come as they do there, after those it does not.
func listTree(names, order []string) tree {
	held := map[string][]dirEntry{}
	var dirs []string
	for _, name := range names {
		dir, base := path.Split(name)
		dir = path.Clean(dir)
		held[dir] = append(held[dir], dirEntry{name: base, link: true})
		if strings.HasSuffix(dir, ".d") {
			dir = path.Dir(dir)
		}
		if !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	slices.SortStableFunc(dirs, func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) })
	return tree{dirs, func(dir string) []dirEntry { return held[dir] }}
}

// find returns the names of all files called base, in the order of the search
// path.
func (t tree) find(base string) []string {
	var out []string
	for _, dir := range t.dirs {
		if slices.ContainsFunc(t.entries(dir), func(e dirEntry) bool { return e.name == base && !e.folder }) {
			out = append(out, path.Join(dir, base))
		}
	}
	return out
}

// folders returns the names of all directories called base.
func (t tree) folders(base string) []string {
	var out []string
	for _, dir := range t.dirs {
		if slices.ContainsFunc(t.entries(dir), func(e dirEntry) bool { return e.name == base && e.folder }) {
			out = append(out, path.Join(dir, base))
		}
	}
	return out
}

// unitDropIns returns the drop-ins of a unit in parse order: of all files
// below the unit's own directories, then below those of its aliases, then
// those of its type, the first of each base name, sorted by base name. Each
// name is searched through the whole path before the next one, but more and
// less specific spellings of one name take turns within each directory
// (dropin.c, unit_file_find_dropin_paths; conf-files.c).
func (t tree) unitDropIns(name string, aliases []string) []string {
	var dirs []string
	for _, n := range append([]string{name}, aliases...) {
		for _, dir := range t.dirs {
			for _, d := range dropInNames(n) {
				dirs = append(dirs, path.Join(dir, d+".d"))
			}
		}
	}
	for _, dir := range t.dirs {
		dirs = append(dirs, path.Join(dir, strings.TrimPrefix(path.Ext(name), ".")+".d"))
	}
	return t.merge(dirs)
}

// merge returns the ".conf" files of the directories, the first of each base
// name, sorted by base name. A directory of such a name hides files too
// (conf-files.c, files_add).
func (t tree) merge(dirs []string) []string {
	first := map[string]string{}
	var bases []string
	for _, dir := range dirs {
		for _, e := range t.entries(dir) {
			if strings.HasPrefix(e.name, ".") || !strings.HasSuffix(e.name, ".conf") || first[e.name] != "" {
				continue
			}
			first[e.name] = path.Join(dir, e.name)
			bases = append(bases, e.name)
		}
	}
	slices.Sort(bases)
	out := make([]string, len(bases))
	for i, base := range bases {
		out[i] = first[base]
	}
	return out
}

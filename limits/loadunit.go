package limits

import (
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// loadUnits reads the units that the options name.
func (l *loader) loadUnits(o Options, names []string) {
	t := diskTree(l.view, unitDirs())
	services := o.Services
	if services == nil {
		services = []string{"nginx.service"}
	}
	if o.UnitPatterns != nil {
		t = listTree(names, unitDirs())
		services = append(slices.Clone(services), unitNames(names)...)
		l.skipOthers(names)
	}
	for _, name := range services {
		if l.limits.Unit(name) != nil {
			continue
		}
		if u := l.unit(t, name); u != nil {
			l.limits.Units = append(l.limits.Units, u)
		}
		for i := 0; i < len(t.dirs) && o.UnitPatterns == nil; i++ {
			l.misnamed(path.Join(t.dirs[i], name+".d"), holdsAssignments)
		}
	}
}

// unitNames returns the units that files are named after, templates and
// drop-in directories for many units left out.
func unitNames(names []string) []string {
	var out []string
	for _, name := range names {
		unit := subject(name)
		prefix, instance, _ := nameKind(unit)
		if isUnitName(unit) && !strings.HasSuffix(prefix, "-") && (instance == nil || *instance != "") {
			out = append(out, unit)
		}
	}
	return out
}

// isUnitName reports whether a name ends as those of units do.
func isUnitName(name string) bool {
	switch path.Ext(name) {
	case ".service", ".socket", ".slice", ".scope", ".mount", ".automount", ".swap", ".timer", ".path", ".target", ".device":
		return !strings.HasPrefix(name, ".")
	}
	return false
}

// skipOthers records the files that are named like nothing systemd reads.
func (l *loader) skipOthers(names []string) {
	for _, name := range names {
		s := subject(name)
		if isUnitName(s) || isUnitName("x."+s) || s == "system.conf" {
			continue
		}
		if f := l.open(name); f != nil {
			l.limits.Skips = append(l.limits.Skips, source.Skip{
				Span: source.Span{File: f},
				Why:  "not a unit, nor in the drop-in directory of one",
			})
		}
	}
}

// unit reads one unit; nil when no file is its own.
func (l *loader) unit(t tree, name string) *Unit {
	u := &Unit{Name: name}
	main := name
	u.Fragment, u.Masked = l.fragment(t, main)
	if u.Fragment != nil {
		main = l.target(t, name, u.Fragment)
	}
	if main != name {
		u.Fragment, u.Masked = l.fragment(t, main)
		u.Aliases = append(u.Aliases, main)
	}
	u.Aliases = append(u.Aliases, l.aliases(t, main, name)...)
	slices.Sort(u.Aliases)
	others := slices.DeleteFunc(append(slices.Clone(u.Aliases), name), func(n string) bool { return n == main })
	own := u.Fragment != nil || u.Masked
	for _, file := range t.unitDropIns(main, others) {
		if f := l.unitFile(file); f != nil {
			u.DropIns = append(u.DropIns, f)
			own = own || !isShared(subject(file))
		}
	}
	if !own {
		return nil
	}
	return u
}

// isShared reports whether a drop-in directory serves units of several names.
func isShared(dir string) bool {
	prefix, _, suffix := nameKind(dir)
	return suffix == "" || strings.HasSuffix(prefix, "-")
}

// fragment returns the unit file of a name, or its template's, and whether it
// is a mask instead.
func (l *loader) fragment(t tree, name string) (u *UnitFile, masked bool) {
	l.passFolders(t, name)
	files := t.find(name)
	if template := templateOf(name); template != "" {
		files = append(files, t.find(template)...)
	}
	for _, file := range files {
		u := l.unitFile(file)
		if u != nil && u.File.Text != "" {
			return u, false
		}
		_, err := l.view.Open(file)
		if err == nil || l.isNull(err) {
			return nil, true
		}
	}
	return nil, false
}

// target returns the name of the unit that the name is an alias of: that of
// the file it links to within the search path, else the name itself.
func (l *loader) target(t tree, name string, u *UnitFile) string {
	real := path.Base(u.File.Path)
	if real == name || templateOf(name) != "" || path.Ext(real) != path.Ext(name) || !l.inTree(t, u.File) {
		return name
	}
	return real
}

// inTree reports whether a file lies directly in a directory of the search path.
func (l *loader) inTree(t tree, f *source.File) bool {
	dir, ok := l.view.Name(path.Dir(f.Path))
	return ok && slices.Contains(t.dirs, dir)
}

// aliases returns the names that link to the unit called main, except the
// name it was asked for by and main itself.
func (l *loader) aliases(t tree, main, name string) []string {
	var out []string
	for _, dir := range t.dirs {
		for _, e := range t.entries(dir) {
			if !e.link || e.name == main || e.name == name || path.Ext(e.name) != path.Ext(main) || slices.Contains(out, e.name) {
				continue
			}
			f, err := l.view.Open(path.Join(dir, e.name))
			if err == nil && path.Base(f.Path) == main && l.inTree(t, f) {
				out = append(out, e.name)
			}
		}
	}
	return out
}

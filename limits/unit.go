package limits

import (
	"math"
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// A Unit is a unit with all files that make it up.
type Unit struct {
	// Name is the name the unit was asked for by, such as "nginx.service".
	Name string
	// Aliases holds its other names, sorted.
	Aliases []string
	// Masked is set when the unit file is empty or a link to /dev/null, so that
	// the unit cannot be started.
	Masked bool
	// Fragment is the unit file; nil when no file has the unit's name.
	Fragment *UnitFile
	// DropIns holds the drop-ins in the order in which systemd parses them.
	DropIns []*UnitFile
}

// After reports whether systemd reads the assignment a of the unit after b.
func (u *Unit) After(a, b *Assignment) bool {
	if a.Span.File == b.Span.File {
		return a.Span.Start > b.Span.Start
	}
	for _, f := range u.Files() {
		switch f.File {
		case a.Span.File:
			return false
		case b.Span.File:
			return true
		}
	}
	return false
}

// Last returns the assignment that decides a single-valued setting: the last
// one that systemd does not drop. It is nil when there is none. Check
// Template before reading the value.
func (u *Unit) Last(section, key string) *Assignment { return last(u.Files(), section, key) }

// All returns the assignments to a key that systemd does not drop, in parse
// order.
func (u *Unit) All(section, key string) []*Assignment {
	var out []*Assignment
	for _, f := range u.Files() {
		for _, a := range f.Assignments {
			if a.Section == section && a.Key == key && a.Broken == "" {
				out = append(out, a)
			}
		}
	}
	return out
}

func last(files []*UnitFile, section, key string) *Assignment {
	for _, f := range slices.Backward(files) {
		for _, a := range slices.Backward(f.Assignments) {
			if a.Section == section && a.Key == key && a.Broken == "" {
				return a
			}
		}
	}
	return nil
}

// decider is last, but known is false when a template decides the value or
// whether the assignment is there at all.
func decider(files []*UnitFile, section, key string) (a *Assignment, known bool) {
	for i, f := range slices.Backward(files) {
		if a := last(files[i:i+1], section, key); a != nil {
			return a, !a.Template
		}
		if f.Template {
			return nil, false
		}
	}
	return nil, true
}

// Files returns the unit's files in parse order.
func (u *Unit) Files() []*UnitFile {
	if u.Fragment == nil {
		return u.DropIns
	}
	return append([]*UnitFile{u.Fragment}, u.DropIns...)
}

// loads reports whether systemd can load the unit file, as far as its syntax
// goes.
func (u *Unit) loads() bool { return u.Fragment == nil || u.Fragment.Err == nil }

// section returns the name of the section that is the unit type's own.
func (u *Unit) section() string {
	kind := strings.TrimPrefix(path.Ext(u.Name), ".")
	if kind == "" {
		return "Service"
	}
	return strings.ToUpper(kind[:1]) + kind[1:]
}

// MemoryMax returns the memory limit of the unit's control group in bytes. It
// is unknown when no file sets one, when it is "infinity", and when it is a
// percentage; the origin then still names the assignment, if there is one.
func (u *Unit) MemoryMax() source.Setting[int64] {
	a, known := decider(u.Files(), u.section(), "MemoryMax")
	if a == nil || !u.loads() {
		return source.Setting[int64]{}
	}
	out := source.Setting[int64]{Origin: source.Origin{Span: a.Span}}
	if !known {
		return out
	}
	if bytes, known, err := parseMemory(a.Value); err == nil && known && bytes <= math.MaxInt64 {
		out.Value, out.Known = int64(bytes), true
	}
	return out
}

// nameKind splits "prefix@instance.type". instance is nil for a plain unit
// and "" for a template.
func nameKind(name string) (prefix string, instance *string, suffix string) {
	suffix = path.Ext(name)
	prefix = strings.TrimSuffix(name, suffix)
	if p, i, ok := strings.Cut(prefix, "@"); ok {
		return p, &i, suffix
	}
	return prefix, nil, suffix
}

// templateOf returns the template of an instance, "" for any other unit.
func templateOf(name string) string {
	prefix, instance, suffix := nameKind(name)
	if instance == nil || *instance == "" {
		return ""
	}
	return prefix + "@" + suffix
}

// dropInNames returns the names of the ".d" directories, without ".d", that
// apply to a unit in one directory of the search path, the most specific
// first: its own, its template's, and those of its prefixes up to each dash
// (dropin.c, unit_file_find_dirs).
func dropInNames(name string) []string {
	out := []string{name}
	if t := templateOf(name); t != "" {
		out = append(out, dropInNames(t)...)
	}
	prefix, instance, suffix := nameKind(name)
	shorter, ok := chop(prefix)
	if !ok {
		return out
	}
	if instance != nil && *instance != "" {
		shorter += "@" + *instance
	}
	return append(out, dropInNames(shorter+suffix)...)
}

// chop cuts a prefix after its last dash but one that ends it.
func chop(prefix string) (string, bool) {
	dash := strings.LastIndexByte(prefix, '-')
	if dash > 0 && dash+1 == len(prefix) {
		dash = strings.LastIndexByte(prefix[:dash], '-')
	}
	if dash <= 0 {
		return "", false
	}
	return prefix[:dash+1], true
}

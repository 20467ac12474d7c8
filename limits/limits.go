package limits

import (
	"slices"

	"github.com/tunelint/tunelint/source"
)

// Unit returns the unit of this name or alias; nil when no file of it was found.
func (l *Limits) Unit(name string) *Unit {
	for _, u := range l.Units {
		if u.Name == name || slices.Contains(u.Aliases, name) {
			return u
		}
	}
	return nil
}

// ServiceNoFile returns the limit of open files with which systemd starts a
// service: LimitNOFILE= of the unit, else DefaultLimitNOFILE= of system.conf,
// else the default since systemd 240, 1024:524288 (NEWS of systemd 240). The
// latter two are assumed where the unit file itself was not seen. A limit
// above fs.nr_open comes out as written, although systemd lowers it. The
// setting is unknown when systemd cannot load the unit or a template decides.
func (l *Limits) ServiceNoFile(service string) source.Setting[Range] {
	u := l.Unit(service)
	seen := u != nil && u.Fragment != nil
	noFiles, _ := LookupResource("nofile")
	if a, known := l.Decider(service, noFiles); a != nil || !known {
		return noFile(a, known, !seen && a != nil && a.Section == "Manager")
	}
	return source.Known(Range{1024, 524288}, source.Origin{Default: "systemd default", Assumed: !seen})
}

func noFile(a *Assignment, known, assumed bool) source.Setting[Range] {
	if !known {
		return source.Setting[Range]{}
	}
	r, err := ParseLimit(a.Value)
	if err != nil {
		return source.Setting[Range]{}
	}
	return source.Known(r, source.Origin{Span: a.Span, Assumed: assumed})
}

// Files returns every file that was read, in the order of Documents,
// SystemConf and Units, each once. /etc/passwd and /etc/group, which are
// consulted for groups and ranges, are not among them.
func (l *Limits) Files() []*source.File {
	var out []*source.File
	for _, d := range l.Documents {
		if !slices.Contains(out, d.File) {
			out = append(out, d.File)
		}
	}
	for _, u := range l.unitFiles() {
		out = append(out, u.File)
	}
	return out
}

// unitFiles returns the parsed files of system.conf and the units, each once.
func (l *Limits) unitFiles() []*UnitFile {
	out := slices.Clone(l.SystemConf)
	for _, u := range l.Units {
		for _, f := range u.Files() {
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	return out
}

func (l *Limits) collectSkips() {
	for _, d := range l.Documents {
		l.Skips = append(l.Skips, d.Skips...)
	}
	for _, f := range l.unitFiles() {
		l.Skips = append(l.Skips, f.Skips...)
	}
	for _, u := range l.Units {
		if a := u.Last(u.section(), "MemoryMax"); a != nil && isPercentage(a.Value) && !a.Template {
			l.Skips = append(l.Skips, source.Skip{Span: a.Span, Why: whyPercentage})
		}
	}
}

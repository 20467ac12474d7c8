package limits

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/go-multierror"

	"github.com/tunelint/tunelint/source"
)

// Options says which files to read. The zero Options reads the standard places.
type Options struct {
	// LimitsPatterns holds glob patterns of limits.conf files by their names on
	// the host; nil for /etc/security/limits.conf and limits.d.
	LimitsPatterns []string
	// UnitPatterns holds glob patterns of units and drop-ins; nil for the
	// directories that systemd searches. A file in NAME.d belongs to the unit
	// NAME, any other to the unit of its own name. system.conf and
	// system.conf.d are read from their standard place unless a pattern matches
	// some.
	UnitPatterns []string
	// Services names the units to read; nil for nginx.service. Units that a
	// pattern names are read too.
	Services []string
}

// Limits is everything on one host that caps resources.
type Limits struct {
	// Documents holds the limits.conf files in the order in which pam_limits
	// reads them.
	Documents []*Document
	// Units holds the units of which a file exists, as asked for.
	Units []*Unit
	// SystemConf holds system.conf and its drop-ins in parse order.
	SystemConf []*UnitFile
	// Unread holds the names that look as if they counted and do not.
	Unread []Unread
	// Skips holds the places that were not evaluated, with the reason.
	Skips []source.Skip

	users users
	index index
}

// Load reads the files. What is missing is no error; the error lists the files
// that are there but cannot be read, and the result holds the others. A bad
// pattern gives an error and no result.
func Load(v *source.View, o Options) (*Limits, error) {
	l := &loader{view: v, limits: &Limits{}, parsed: map[*source.File]*UnitFile{}, noted: map[string]bool{}}
	documents, err := l.conf(o.LimitsPatterns)
	if err != nil {
		return nil, err
	}
	units, err := l.glob(o.UnitPatterns)
	if err != nil {
		return nil, err
	}
	l.matched = o.LimitsPatterns != nil
	for _, name := range documents {
		if f := l.open(name); f != nil {
			l.limits.Documents = append(l.limits.Documents, Parse(f))
		}
	}
	l.loadUsers()
	l.limits.makeIndex()
	l.matched = o.UnitPatterns != nil
	l.loadManager(units)
	l.loadUnits(o, units)
	l.limits.collectSkips()
	return l.limits, l.errs.ErrorOrNil()
}

// A loader reads files for one Limits.
type loader struct {
	view   *source.View
	limits *Limits
	parsed map[*source.File]*UnitFile
	noted  map[string]bool
	// matched says that the names come from patterns of the user.
	matched bool
	errs    *multierror.Error
}

func (l *loader) glob(patterns []string) ([]string, error) {
	var out []string
	for _, p := range patterns {
		names, err := l.view.Glob(p)
		if source.IsOutside(err) {
			l.errs = multierror.Append(l.errs, fmt.Errorf("find limits: %w", err))
		} else if err != nil {
			return nil, fmt.Errorf("find limits: %w", err)
		}
		for _, name := range names {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out, nil
}

// conf returns the limits.conf files in the order of pam_limits: limits.conf,
// then the others by base name.
func (l *loader) conf(patterns []string) ([]string, error) {
	if patterns == nil {
		l.misnamed(path.Dir(confGlob), holdsEntries)
		patterns = []string{confFile, confGlob}
	}
	names, err := l.glob(patterns)
	slices.SortStableFunc(names, func(a, b string) int {
		a, b = path.Base(a), path.Base(b)
		switch main := path.Base(confFile); {
		case a == b:
			return 0
		case a == main:
			return -1
		case b == main:
			return 1
		}
		return strings.Compare(a, b)
	})
	return names, err
}

// open reads a file. It returns nil for what is absent, a directory or a link
// to /dev/null, and records any other failure.
func (l *loader) open(name string) *source.File {
	f, err := l.view.Open(name)
	if err == nil {
		return f
	}
	if _, notDir := l.view.ReadDir(name); notDir == nil || errors.Is(err, fs.ErrNotExist) || l.isNull(err) {
		l.absent(name, err)
		return nil
	}
	l.errs = multierror.Append(l.errs, fmt.Errorf("read %s: %w", name, err))
	return nil
}

// isNull reports whether opening failed at /dev/null, which need not exist
// where the host's files lie.
func (l *loader) isNull(err error) bool {
	var at *fs.PathError
	if !errors.As(err, &at) {
		return false
	}
	null := l.view.Path("/dev/null")
	return at.Path == null || at.Path == path.Dir(null) && errors.Is(err, fs.ErrNotExist)
}

// loadUsers reads the user database if an entry names a group or a range.
func (l *loader) loadUsers() {
	for e := range l.limits.entries {
		if e.domain.prefix == 0 && !e.domain.ranged {
			continue
		}
		for name, to := range map[string]*string{
			"/etc/passwd": &l.limits.users.passwd,
			"/etc/group":  &l.limits.users.group,
		} {
			if f, err := l.view.Open(name); err == nil {
				*to = f.Text
			}
		}
		return
	}
}

// unitFile reads and parses a unit file or drop-in, once for all units it
// belongs to; nil if there is none.
func (l *loader) unitFile(name string) *UnitFile {
	f := l.open(name)
	if f == nil {
		return nil
	}
	u, ok := l.parsed[f]
	if !ok {
		u = ParseUnit(f)
		l.parsed[f] = u
	}
	return u
}

func (l *loader) unitFiles(names []string) []*UnitFile {
	var out []*UnitFile
	for _, name := range names {
		if u := l.unitFile(name); u != nil {
			out = append(out, u)
		}
	}
	return out
}

// loadManager reads system.conf and its drop-ins, those among names if there
// are any.
func (l *loader) loadManager(names []string) {
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return subject(name) != "system.conf" })
	t := diskTree(l.view, managerDirs())
	if len(names) > 0 {
		t = listTree(names, managerDirs())
	}
	l.passFolders(t, "system.conf")
	if main := t.find("system.conf"); main != nil {
		l.limits.SystemConf = l.unitFiles(main[:1])
	}
	var dirs []string
	for _, dir := range t.dirs {
		dirs = append(dirs, path.Join(dir, "system.conf.d"))
	}
	l.limits.SystemConf = append(l.limits.SystemConf, l.unitFiles(t.merge(dirs))...)
}

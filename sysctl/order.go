package sysctl

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

// sysctlConf is the one file outside the directories: "sysctl --system" reads
// it last, systemd-sysctl never, save through a link in a directory.
const sysctlConf = "/etc/sysctl.conf"

// directories lists where the loaders look, the most important first: a file
// hides those of the same name in later ones (sysctl.d(5), sysctl(8)).
func directories() []string {
	return []string{"/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d"}
}

// Options say what to read.
type Options struct {
	// Patterns are absolute globs of the host. Nil means the directories of the
	// loaders and /etc/sysctl.conf. With patterns, the files that match are all there are.
	Patterns []string
	// Kernel is the release, such as "6.1" or what "uname -r" prints; "" is unknown.
	Kernel string
	// NoSystemd says that the boot runs what reads /etc/sysctl.conf last, as OpenRC
	// does, and not systemd-sysctl.
	NoSystemd bool
	// TemplateEndings are endings of names such as ".j2": a file in the directories
	// that has one behind ".conf" stands for what it is rendered to.
	TemplateEndings []string
}

// Settings are all sysctl files of one host, as [Load] read them.
type Settings struct {
	// Documents are the files systemd-sysctl applies at boot, in its order: by
	// base name, byte by byte, whatever the directory. A file that has several
	// names stands at its last one.
	Documents []*Document
	// Masked are the names that a file of the same name hides.
	Masked []Masked
	// Unread are files beside those that count which no boot reads although they
	// assign keys and their names look as if they were meant.
	Unread []Unread
	// Dangling are names of links among those that count which lead to nothing.
	Dangling []string
	// Skips are lines that cannot be evaluated, with the reason.
	Skips []source.Skip
	// Kernel is the release from the options.
	Kernel string

	boot, manual *index // of Documents and of the order of "sysctl --system"
	vendor       bool   // a directory for distributions was there to be read
}

// Masked is a name the loaders pass over because By, of the same base name,
// stands in a directory that comes first. Both are names on the host.
type Masked struct{ Name, By string }

// Load reads the sysctl files of a host. The error lists every file and
// directory that is there and cannot be read; the settings hold the others. No
// file at all is no error.
func Load(v *source.View, o Options) (*Settings, error) {
	l := &loader{view: v, settings: &Settings{Kernel: o.Kernel}, noSystemd: o.NoSystemd, templates: o.TemplateEndings, documents: map[*source.File]*Document{}}
	var boot, manual sequence
	if o.Patterns == nil {
		boot, manual = l.fromDirectories()
	} else {
		boot, manual = l.fromPatterns(o.Patterns)
	}
	s := l.settings
	s.Documents = boot.documents
	s.boot, s.manual = newIndex(boot), newIndex(manual)
	s.note()
	return s, l.errs.ErrorOrNil()
}

// SystemOrder returns the files in the order of "sysctl --system": as at boot,
// with names that start with a dot, and with /etc/sysctl.conf at the end.
func (s *Settings) SystemOrder() []*Document { return slices.Clone(s.manual.documents) }

// Files returns every file that one of the loaders reads, without duplicates.
func (s *Settings) Files() []*source.File {
	var out []*source.File
	for _, d := range s.All() {
		out = append(out, d.File)
	}
	return out
}

// All returns the documents of either loader: those of the boot, then the rest.
func (s *Settings) All() []*Document {
	out := slices.Clone(s.Documents)
	for _, d := range s.manual.documents {
		if !slices.Contains(s.Documents, d) {
			out = append(out, d)
		}
	}
	return out
}

type loader struct {
	view      *source.View
	settings  *Settings
	documents map[*source.File]*Document
	errs      *multierror.Error
	blind     bool // a directory could not be listed
	noSystemd bool // the boot reads what "sysctl --system" does
	templates []string
}

// A sequence is documents in the order of application.
type sequence struct {
	documents []*Document
	// unseen counts the documents that stand before a file that could not be read,
	// and so may be overruled by it; -1 when every file was read.
	unseen int
}

// fromDirectories reads what the loaders read on a running machine.
func (l *loader) fromDirectories() (boot, manual sequence) {
	winners := map[string]string{}
	for _, dir := range directories() {
		l.list(dir, winners)
	}
	all := byBase(winners)
	hidden := func(name string) bool { return path.Base(name)[0] == '.' }
	boot = l.read(slices.DeleteFunc(slices.Clone(all), hidden))
	manual = l.read(append(all, sysctlConf))
	if l.noSystemd {
		return manual, manual
	}
	if f, err := l.view.Open(sysctlConf); err == nil && !slices.Contains(boot.documents, l.document(f)) {
		l.unread(sysctlConf, "systemd-sysctl does not read /etc/sysctl.conf, and no link in sysctl.d leads to it")
	}
	return boot, manual
}

// list adds the names in one directory to the winners, by base name. Even a
// directory called x.conf hides other files of that name from both loaders.
func (l *loader) list(dir string, winners map[string]string) {
	entries, err := l.view.ReadDir(dir)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			l.fail(dir, err)
			l.blind = true
		}
		return
	}
	if dir == "/usr/lib/sysctl.d" || dir == "/lib/sysctl.d" {
		l.settings.vendor = true
	}
	for _, e := range entries {
		name, base := path.Join(dir, e.Name()), l.rendered(e.Name())
		by, taken := winners[base]
		switch {
		case !strings.HasSuffix(base, ".conf"):
			l.misnamed(name, e)
		case !taken:
			winners[base] = name
			if e.Name()[0] == '.' && !l.noSystemd {
				l.unread(name, "systemd-sysctl skips names that start with a dot")
			}
		case !l.same(name, by):
			l.settings.Masked = append(l.settings.Masked, Masked{name, by})
		}
	}
}

// rendered returns the name without the ending of a template.
func (l *loader) rendered(name string) string {
	for _, ending := range l.templates {
		if made, ok := strings.CutSuffix(name, ending); ok && strings.HasSuffix(made, ".conf") {
			return made
		}
	}
	return name
}

// same reports whether two names lead to one file, as they do where /lib is a
// link to /usr/lib.
func (l *loader) same(a, b string) bool {
	f, err := l.view.Open(a)
	g, err2 := l.view.Open(b)
	return err == nil && err2 == nil && f == g
}

// byBase returns the names of the winners in the order of their base names.
func byBase(winners map[string]string) []string {
	names := make([]string, 0, len(winners))
	for _, name := range winners {
		names = append(names, name)
	}
	slices.SortFunc(names, compareBase)
	return names
}

func compareBase(a, b string) int { return strings.Compare(path.Base(a), path.Base(b)) }

// read opens the names in order. A file stands at its last place only: what it
// sets there overrules what it set before.
func (l *loader) read(names []string) sequence {
	docs := make([]*Document, len(names)) // nil where there is nothing to read
	unseen := -1
	for i, name := range names {
		f, err := l.view.Open(name)
		switch {
		case err == nil:
			docs[i] = l.document(f)
		case l.empty(err):
			l.dangling(name, err)
		default:
			l.fail(name, err)
			if _, noDir := l.view.ReadDir(name); noDir != nil && !errors.Is(err, source.ErrLinkLoop) {
				unseen = i
			}
		}
	}
	if l.blind {
		unseen = len(names)
	}
	return compact(docs, unseen)
}

// compact drops what is nil and every document that comes again later. unseen is
// an index of docs.
func compact(docs []*Document, unseen int) sequence {
	out := sequence{unseen: unseen}
	for i, d := range docs {
		if i == unseen {
			out.unseen = len(out.documents)
		}
		if d != nil && !slices.Contains(docs[i+1:], d) {
			out.documents = append(out.documents, d)
		}
	}
	if unseen == len(docs) {
		out.unseen = len(out.documents)
	}
	return out
}

// empty reports whether the error means that there is nothing to read: no file,
// a link to nowhere, or the customary link to /dev/null.
func (l *loader) empty(err error) bool {
	var at *fs.PathError
	return errors.Is(err, fs.ErrNotExist) || errors.As(err, &at) && at.Path == l.view.Path("/dev/null")
}

func (l *loader) document(f *source.File) *Document {
	if l.documents[f] == nil {
		l.documents[f] = Parse(f)
	}
	return l.documents[f]
}

// fail notes what could not be read, once.
func (l *loader) fail(name string, err error) {
	err = fmt.Errorf("read sysctl settings %s: %w", name, err)
	if l.errs == nil || !slices.ContainsFunc(l.errs.Errors, func(old error) bool { return old.Error() == err.Error() }) {
		l.errs = multierror.Append(l.errs, err)
	}
}

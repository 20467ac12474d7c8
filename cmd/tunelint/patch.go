package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/report"
	"github.com/tunelint/tunelint/source"
)

// printDiff prints the diff of a repair, or writes it to the file that --patch
// names. On a terminal, where no program takes it, it is made safe to look at.
func (s *session) printDiff(r *repair) error {
	diff, err := s.diff(r)
	if err != nil {
		return fail(exitIncomplete, fmt.Errorf("print the diff: %w", err))
	}
	r.diff = diff
	switch name := s.text("patch"); {
	case name != "" && name != standardInput:
		return s.writePatch(name, diff, r)
	case isTerminal(os.Stdout):
		err = report.Diff(s.stdout, diff, s.display(os.Stdout, s.dir))
	default:
		err = report.RawDiff(s.stdout, diff, report.Options{GitHubActions: inGitHubActions()})
	}
	return fail(exitIncomplete, s.notShown(err))
}

// notShown adds to the error of a diff that nobody gets to see that nothing is written,
// where it would have been.
func (s *session) notShown(err error) error {
	if err == nil || !s.flag("write") {
		return err
	}
	return unwritten(err, "")
}

// diff returns the sets of a repair and their diff; "" where nothing changes.
func (s *session) diff(r *repair) (string, error) {
	changes := r.changes()
	if len(changes) == 0 {
		return "", nil
	}
	base := s.diffBase(changes)
	if base != s.dir {
		s.note("the paths in the diff are relative to %s", base)
	}
	name := func(p string) string { return strings.TrimPrefix(strings.TrimPrefix(p, base), "/") }
	var b bytes.Buffer
	if err := report.WriteSets(&b, r.sets(), name); err != nil {
		return "", err
	}
	err := fixes.WriteDiff(&b, changes, name)
	return b.String(), err
}

// diffBase returns the folder that the paths of a diff start from: the working
// directory, where git apply and patch look for them. Where a file lies elsewhere, or
// git would take a path for another, it is the top of the git working tree, else the
// root of the file system.
func (s *session) diffBase(changes []fixes.Change) string {
	for _, dir := range []string{s.dir, s.base} {
		outside := func(c fixes.Change) bool { return !below(c.File.Path, dir) }
		if !slices.ContainsFunc(changes, outside) && !(dir == s.dir && s.misread(changes)) {
			return dir
		}
	}
	return "/"
}

// misread reports whether git apply, run in the working directory, would take a path
// that starts there for one that starts at the top of the working tree: it does where
// the path looks as if it began with the way from there to here (guess_p_value in
// git's apply.c).
func (s *session) misread(changes []fixes.Change) bool {
	if s.base == s.dir {
		return false
	}
	way := strings.TrimPrefix(s.dir, strings.TrimSuffix(s.base, "/")+"/") + "/"
	return slices.ContainsFunc(changes, func(c fixes.Change) bool {
		name := strings.TrimPrefix(c.File.Path, s.dir+"/")
		return strings.HasPrefix(name, way) || strings.HasPrefix("a/"+name, way) || strings.HasPrefix("b/"+name, way)
	})
}

// writePatch writes a diff to a file, which is replaced as a whole if it exists. An
// empty diff makes an empty file, so that no old one is taken for it.
func (s *session) writePatch(name, diff string, r *repair) error {
	target, err := filepath.Abs(name)
	if err != nil {
		return fail(exitIncomplete, fmt.Errorf("--patch: %w", err))
	}
	if folder, err := filepath.EvalSymlinks(path.Dir(target)); err == nil {
		target = path.Join(folder, path.Base(target))
	}
	if err := s.refusePatch(target, diff, r); err != nil {
		return fail(exitUsage, s.notShown(fmt.Errorf("--patch: %w", err)))
	}
	if err := writeWhole(target, diff); err != nil {
		return fail(exitIncomplete, s.notShown(fmt.Errorf("--patch: %w", plainly(err))))
	}
	s.note("the diff is in %s", name)
	return nil
}

// refusePatch returns why a diff must not be written to a path: a host reads the
// file, or would read it.
func (s *session) refusePatch(target, diff string, r *repair) error {
	there, err := os.Stat(target)
	if err == nil && there.IsDir() {
		return fmt.Errorf("%s is a folder", target)
	}
	for _, p := range r.parts {
		beside := false
		for _, h := range p.before.hosts {
			if name, ok := h.View.Name(target); ok && h.Nginx != nil && h.Nginx.Asks(name) {
				return fmt.Errorf("%s lies where nginx of %s would read it", target, h.Name)
			}
			for _, f := range h.Files() {
				if known, err := os.Stat(f.Path); f.Path == target || there != nil && err == nil && os.SameFile(there, known) {
					return fmt.Errorf("%s is a file of %s", target, h.Name)
				}
				beside = beside || path.Dir(f.Path) == path.Dir(target)
			}
		}
		if beside && p.wouldRead(s.store, target, diff) {
			return fmt.Errorf("%s lies where a host would read it", target)
		}
	}
	return nil
}

// wouldRead reports whether a host would read a new file.
func (p *part) wouldRead(store *source.Store, target, text string) bool {
	l, err := p.project.load(store.With(map[*source.File]string{source.NewFile(target, ""): text}))
	if err != nil {
		return true
	}
	for _, h := range l.hosts {
		if slices.ContainsFunc(h.Files(), func(f *source.File) bool { return f.Path == target }) {
			return true
		}
	}
	return false
}

// writeWhole gives a path a new file with a text, by way of one beside it. A link
// gives way to it; only what stands for a device, such as /dev/stdout, is written to.
func writeWhole(target, text string) error {
	info, err := os.Lstat(target)
	link := err == nil && info.Mode()&os.ModeSymlink != 0
	if err == nil && !info.Mode().IsRegular() && (!link || below(target, "/dev")) {
		f, err := os.OpenFile(target, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = f.WriteString(text)
		return errors.Join(err, f.Close())
	}
	temporary := path.Join(path.Dir(target), fmt.Sprintf(".%s.%d", path.Base(target), os.Getpid()))
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return named(err, temporary, target)
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(temporary, target)
	}
	if err != nil {
		_ = os.Remove(temporary)
	}
	return named(err, temporary, target)
}

// named gives an error about a temporary file the name that the user knows.
func named(err error, temporary, target string) error {
	var at *fs.PathError
	if errors.As(err, &at) && at.Path == temporary {
		at.Path = target
	}
	return err
}

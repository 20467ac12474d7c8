package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

// standardInput is the path that stands for it, and the name of what comes in
// there when --stdin-filename gives it none.
const (
	standardInput = "-"
	stdinName     = "<stdin>"
)

// largestInput bounds what is read from standard input.
const largestInput = 64 << 20

// readStdin reads standard input when the paths ask for it, and returns the
// paths that are left to look at.
func (s *session) readStdin(l *locator, paths []string) ([]string, error) {
	name := s.text("stdin-filename")
	switch {
	case len(paths) == 1 && paths[0] == standardInput:
	case name != "":
		return nil, fail(exitUsage, errors.New("--stdin-filename: the path must be - alone"))
	default:
		return paths, refuseDash(paths)
	}
	if s.settings.flags.Lookup("write") != nil && s.flag("write") {
		return nil, fail(exitUsage, errors.New("--write: standard input cannot be written to; without --write the diff is printed"))
	}
	text, err := io.ReadAll(io.LimitReader(os.Stdin, largestInput+1))
	switch {
	case err != nil:
		return nil, fail(exitIncomplete, fmt.Errorf("read standard input: %w", err))
	case len(text) > largestInput:
		return nil, fail(exitIncomplete, fmt.Errorf("standard input is larger than %d MiB", largestInput>>20))
	case name != "":
		return []string{name}, s.overlay(l, name, string(text))
	}
	return nil, s.takeText(l, string(text))
}

// refuseDash refuses "-" among other paths.
func refuseDash(paths []string) error {
	for _, p := range paths {
		if p == standardInput {
			return fail(exitUsage, errors.New("- stands for standard input and for no path beside it"))
		}
	}
	return nil
}

// overlay lays the text over the file of a name, whether it exists or not.
func (s *session) overlay(l *locator, name, text string) error {
	at, err := resolveNew(name)
	if err != nil {
		return err
	}
	f, err := s.store.Open(at.real)
	if err != nil {
		f = source.NewFile(at.real, "")
		l.unsaved = &at
	}
	s.store = s.store.With(map[*source.File]string{f: text})
	l.store = s.store
	return nil
}

// resolveNew makes the path of a file absolute that need not exist; its folder
// must.
func resolveNew(name string) (place, error) {
	at, err := resolve(name)
	if err == nil {
		if at.path == at.folder {
			err = fail(exitUsage, fmt.Errorf("--stdin-filename: %s is a folder", name))
		}
		return at, err
	}
	abs, err := absolute(name)
	if err != nil {
		return place{}, fail(exitIncomplete, err)
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(abs))
	if err != nil {
		return place{}, fail(exitIncomplete, plainly(err))
	}
	p := path.Join(folder, filepath.Base(abs))
	return place{abs, p, p, folder}, nil
}

// takeText takes what came in on standard input as all there is: a dump of
// nginx's configuration, a main file or a fragment.
func (s *session) takeText(l *locator, text string) error {
	if d, ok := host.ReadDump(text); ok && s.text("context") == "" {
		s.store = source.NewStore(d.Files)
		l.store = s.store
		return l.addAlone(&alone{file: d.Main, root: "/", memory: true}, s.dir, "")
	}
	name := path.Join(s.dir, stdinName)
	s.store = source.NewStore(source.Memory{name: text})
	l.store = s.store
	f, err := s.store.Open(name)
	if err != nil {
		return fail(exitIncomplete, err)
	}
	context := s.text("context")
	if context == "" && host.LooksMain(text) {
		if host.SelfContained(f) {
			return l.addAlone(&alone{file: name, memory: true}, s.dir, "")
		}
		context = "main"
	}
	if err := l.addFragment(f, context, s.dir); err != nil {
		return err
	}
	l.projects[len(l.projects)-1].alone.memory = true
	return nil
}

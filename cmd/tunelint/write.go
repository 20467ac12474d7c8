package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

// write writes the changes unless something speaks against it.
func (s *session) write(r *repair) error {
	if err := s.refuse(r); err != nil {
		return fail(exitRefused, err)
	}
	if err := s.askNginx(r); err != nil {
		return fail(exitRefused, err)
	}
	if err := s.confirm(r); err != nil {
		return fail(exitRefused, err)
	}
	if err := s.interrupts.hold(func(ctx context.Context) error { return s.commit(ctx, r) }); err != nil {
		return err
	}
	s.plan(r, true)
	code := r.remaining()
	if code != exitClean {
		s.note("findings remain: see tunelint check")
	}
	return exit(code)
}

// refuse returns why the changes must not be written.
func (s *session) refuse(r *repair) error {
	if s.implied {
		return errMachineImplied
	}
	var files []string
	for _, part := range r.parts {
		for _, c := range part.outcome.Changes {
			files = append(files, c.File.Path)
			if !part.owns(c.File.Path) {
				return fmt.Errorf("%s: outside the root and the path_map of its host; nothing is written", c.File.Path)
			}
		}
	}
	if s.flag("allow-dirty") {
		return nil
	}
	dirty, err := uncommitted(files)
	if err != nil {
		return fmt.Errorf("%w; nothing is written (--allow-dirty does without git)", err)
	}
	if len(dirty) > 0 {
		return fmt.Errorf("not committed to git: %s; nothing is written (--allow-dirty overrides)", strings.Join(dirty, ", "))
	}
	return nil
}

// owns reports whether a path lies on one of the hosts that are repaired.
func (p *part) owns(path string) bool {
	for _, h := range pick(p.before.hosts, p.chosen) {
		if _, ok := h.View.Name(path); ok {
			return true
		}
	}
	return false
}

// confirm asks for permission where somebody can answer; elsewhere --yes is it.
func (s *session) confirm(r *repair) error {
	if s.flag("yes") {
		return nil
	}
	if !interactive() {
		return errors.New("nobody can be asked here: say --yes to write; nothing is written")
	}
	for _, c := range r.changes() {
		fmt.Fprintf(s.stderr, "%s\n", visible(c.File.Path))
	}
	fmt.Fprintf(s.stderr, "Write %s? [y/N] ", quantity(len(r.changes()), "file"))
	answer, err := bufio.NewReader(os.Stdin).ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	if err != nil || answer != "y" && answer != "yes" {
		return errors.New("nothing is written")
	}
	return nil
}

func quantity(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// commit writes the changes and looks at the result on disk. Whatever goes
// wrong, and a signal that came in meanwhile, puts every file back.
func (s *session) commit(ctx context.Context, r *repair) error {
	changes := r.changes()
	if err := fixes.Write(changes); err != nil {
		return s.putBack(changes, err)
	}
	if ctx.Err() != nil {
		return s.putBack(changes, errors.New("interrupted"))
	}
	for _, p := range r.parts {
		if err := p.verifyWritten(); err != nil {
			return s.putBack(changes, err)
		}
	}
	return nil
}

// verifyWritten reads the project anew from disk and compares it with what the
// changes promised.
func (p *part) verifyWritten() error {
	hosts, err := p.loadChosen(source.NewStore(source.OS()))
	if err != nil {
		return fmt.Errorf("read what was written: %w", err)
	}
	if fresh := worsened(p.outcome.After, lint.Run(hosts, p.options.Options), grave); fresh != "" {
		return fmt.Errorf("the files as written give a new finding: %s", fresh)
	}
	return nil
}

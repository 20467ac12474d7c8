package main

import (
	"context"
	"errors"
	"fmt"

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

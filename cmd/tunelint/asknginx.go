package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/hashicorp/go-multierror"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/fixes/trial"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/machine"
)

// longestTest bounds what nginx may take, which looks up host names, before the
// write and after it.
const longestTest = time.Minute

// An nginxTest is what the machine's nginx says of one host before and after a
// write.
type nginxTest struct {
	host    *host.Host
	trial   *trial.Trial
	changes []fixes.Change

	// Before is its verdict on the files as they were, Staged on the changed ones
	// before they were written.
	Before, Staged trial.Verdict
	// Judgement compares the two. It is never [trial.Worse]: nothing is written then.
	Judgement trial.Judgement
	// Skipped says why nginx was not asked; "" when it was.
	Skipped string
}

// askBefore has the machine's nginx judge the changes to each chosen host before
// anything is written. The error says that nginx would refuse what it accepted
// before, or that it must be asked and cannot be.
func (s *session) askBefore(ctx context.Context, r *repair) ([]*nginxTest, error) {
	var tests []*nginxTest
	for _, p := range r.parts {
		switch asked, err := s.validates(p); {
		case err != nil:
			return tests, err
		case !asked:
			continue
		}
		for i, h := range p.before.hosts {
			if !p.chosen[i] {
				continue
			}
			t := &nginxTest{host: h, changes: p.outcome.Changes}
			tests = append(tests, t)
			if t.Skipped = t.unaskable(); t.Skipped != "" {
				continue
			}
			if err := t.ask(ctx, p.before.decls[i].Nginx.Prefix); err != nil {
				return tests, err
			}
		}
	}
	return tests, nil
}

// unaskable says why the machine's nginx cannot judge a host; "" when it can.
func (t *nginxTest) unaskable() string {
	switch {
	case t.host.Nginx == nil || !slices.ContainsFunc(t.changes, t.reads):
		return "no file that it reads changes"
	case !t.host.Live:
		return "the host is not this machine"
	}
	return ""
}

// ask asks about the files as they are and as changed. prefix is nginx's, "" for the
// one it was built with.
func (t *nginxTest) ask(ctx context.Context, prefix string) error {
	program, err := machine.NginxProgram()
	if err != nil {
		t.Skipped = err.Error()
		return nil
	}
	t.trial = &trial.Trial{Program: []string{program}, Conf: t.host.View.Path(t.host.Nginx.Conf), Prefix: prefix, Writes: t.host.NginxWrites(prefix)}
	ctx, stop := context.WithTimeout(ctx, longestTest)
	defer stop()
	if t.Before, err = t.trial.Ask(ctx, nil); err == nil {
		t.Staged, t.Judgement, err = t.trial.Compare(ctx, t.Before, t.changes, true, t.earlier)
	}
	switch {
	case os.Geteuid() != 0:
		return t.refuseUser(err)
	case err != nil:
		return fmt.Errorf("nginx -t cannot be asked: %w; nothing is written (--validate none does without nginx)", err)
	case t.Judgement == trial.Worse:
		return fmt.Errorf("nginx -t refuses the changed files: %s; nothing is written (--validate none does without nginx)", t.Staged)
	}
	return nil
}

// refuseUser is the end for a user whose nginx cannot open what root's does.
func (t *nginxTest) refuseUser(failed error) error {
	why := "only root can have nginx test its files: run as root, or --validate none; nothing is written"
	if failed == nil && t.Staged.Syntax {
		why = "nginx -t finds the syntax of the changed files right, but " + why
	}
	if failed == nil && t.Before.Syntax && !t.Staged.Syntax {
		return fmt.Errorf("nginx -t refuses the changed files: %s; %s", t.Staged, why)
	}
	return errors.New(why)
}

// askAfter has nginx judge the files as written, once a host. The error says that
// it is worse than before: they are to be put back.
func (s *session) askAfter(ctx context.Context, tests []*nginxTest) error {
	var errs *multierror.Error
	for _, t := range tests {
		if t.Skipped != "" {
			continue
		}
		if err := t.askWritten(ctx); err != nil {
			errs = multierror.Append(errs, err)
		}
	}
	return errs.ErrorOrNil()
}

func (t *nginxTest) askWritten(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, longestTest)
	defer stop()
	now, judgement, err := t.trial.Compare(ctx, t.Before, t.changes, false, t.earlier)
	switch {
	case err != nil:
		return fmt.Errorf("nginx -t cannot be asked about the files as written: %w", err)
	case judgement == trial.Worse:
		return fmt.Errorf("nginx -t refuses the files as written: %s", now)
	}
	return nil
}

// earlier reports whether nginx comes to the place of one complaint first.
func (t *nginxTest) earlier(a, b trial.Verdict) bool {
	return t.host.Nginx.ReadsBefore(realPath(a.File), a.Line, realPath(b.File), b.Line)
}

// realPath follows the links of a name that nginx prints.
func realPath(name string) string {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		return real
	}
	return name
}

// reads reports whether nginx reads a file that changes, or will read one that is new.
func (t *nginxTest) reads(c fixes.Change) bool {
	if !c.Created() {
		return t.host.Nginx.Document(c.File) != nil
	}
	name, ok := t.host.View.Name(c.File.Path)
	return ok && t.host.Nginx.Asks(name)
}

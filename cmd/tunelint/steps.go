package main

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"slices"
	"strconv"

	"github.com/tunelint/tunelint/fixes/transaction"
	"github.com/tunelint/tunelint/fixes/trial"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/report"
	"github.com/tunelint/tunelint/spelling"
)

// backUp keeps the old texts.
func (w *writing) backUp() error {
	var about transaction.About
	about.Tool = Version
	for _, p := range w.repair.parts {
		about.Apply = append(about.Apply, lint.CommandLines(p.outcome.Apply)...)
		about.Back = append(about.Back, lint.BackLines(p.outcome.Apply)...)
		for _, f := range p.outcome.Applied {
			about.Rules = append(about.Rules, f.Rule.Name)
			about.Hosts = append(about.Hosts, f.Host)
		}
	}
	about.Rules, about.Hosts = unique(about.Rules), unique(about.Hosts)
	if err := w.BackUp(about, w.start); err != nil {
		return err
	}
	where := "git"
	if !w.flag("vcs-backup") {
		where = w.Run().Path()
	}
	w.steps.Begin("backup", where)
	w.steps.End("ok", spelling.Count(len(w.changes), "file"))
	return nil
}

func unique(words []string) []string {
	words = slices.Clone(words)
	slices.Sort(words)
	return slices.Compact(words)
}

// written prints a line for each file.
func (w *writing) written(err error) {
	if err != nil {
		w.steps.Begin("write", spelling.Count(len(w.changes), "file"))
		w.steps.End("failed", "")
		return
	}
	for _, e := range w.Run().Files {
		w.steps.Begin("write", e.Target())
		w.steps.End("ok", manner(e))
	}
}

// manner says with which mode and owner a file was written, and how if not in the usual way.
func manner(e *transaction.Entry) string {
	if e.Before == nil {
		return "new"
	}
	out := fmt.Sprintf("%04o %s:%s", e.Before.Mode, userName(e.Before.UID), groupName(e.Before.GID))
	if e.InPlace != "" {
		out += ", in place: " + e.InPlace
	}
	return out
}

// userName returns the name of a user, or the number where it has none.
func userName(id int) string {
	number := strconv.Itoa(id)
	if known, err := user.LookupId(number); err == nil {
		return known.Username
	}
	return number
}

// groupName returns the name of a group, or the number where it has none.
func groupName(id int) string {
	number := strconv.Itoa(id)
	if known, err := user.LookupGroupId(number); err == nil {
		return known.Name
	}
	return number
}

// judge looks at what was written: nginx must not think worse of it, and the rules
// must find what the fixes promised.
func (w *writing) judge(ctx context.Context) error {
	what := "re-check"
	if slices.ContainsFunc(w.tests, func(t *nginxTest) bool { return t.Skipped == "" }) {
		what = "nginx -t, re-check"
	}
	w.steps.Begin("after", what)
	err := w.askAfter(ctx, w.tests)
	if ctx.Err() != nil {
		err = ctx.Err() // what a stopped nginx says is no verdict
	}
	for _, p := range w.repair.parts {
		if err == nil {
			err = p.verifyWritten()
		}
	}
	if err != nil {
		w.steps.End("failed", "")
		return err
	}
	detail := "no new finding"
	if slices.ContainsFunc(w.tests, func(t *nginxTest) bool { return t.Skipped == "" && t.Staged.Kind != trial.OK }) {
		detail = "refused as before, " + detail
	}
	w.steps.End("ok", detail)
	return ctx.Err()
}

// sayTest prints what nginx said before anything was written.
func (w *writing) sayTest(t *nginxTest) {
	switch {
	case t.Skipped != "":
		w.note("nginx -t was not asked about %s: %s", t.host.Name, t.Skipped)
		return
	case t.trial == nil || os.Geteuid() != 0: // who is not root sees other complaints than nginx will have
		return
	}
	for _, v := range []struct {
		name    string
		verdict trial.Verdict
	}{{"before", t.Before}, {"staged", t.Staged}} {
		w.steps.Begin(v.name, w.testName(t))
		if v.verdict.Kind == trial.OK {
			w.steps.End("ok", "")
			continue
		}
		w.steps.End("refused", v.verdict.String())
	}
	if t.Judgement == trial.Undecided {
		w.note("nginx -t cannot tell what the changes do: it stops at what it refuses")
	}
}

// testName calls a test of nginx by the host where there are several.
func (w *writing) testName(t *nginxTest) string {
	if len(w.tests) > 1 {
		return "nginx -t of " + t.host.Name
	}
	return "nginx -t"
}

// newSteps prints what a write does, unless told to be quiet.
func (s *session) newSteps() *report.Steps {
	if s.flag("quiet") {
		return nil
	}
	return report.NewSteps(s.stderr, s.display(os.Stderr, s.dir), isTerminal(os.Stderr))
}

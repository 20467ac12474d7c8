package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/report"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

var (
	// errChosenAnew says that the user declined some of the sets: what is left is
	// another repair, which begins anew.
	errChosenAnew = errors.New("some sets were declined")

	// errNothingWritten is the end of what was not wanted, and of a list of refusals.
	errNothingWritten = errors.New("nothing is written")

	errStopped = fmt.Errorf("%w; nothing is written", errInterrupted)
)

// confirm asks for permission where somebody can answer; elsewhere --yes is it. It
// changes the repair where the user declines some of its sets.
func (s *session) confirm(r *repair) error {
	if s.flag("yes") {
		return nil
	}
	if !interactive() {
		return errors.New("nobody can be asked here: say --yes to write; nothing is written")
	}
	if s.text("patch") != "" || !isTerminal(os.Stdout) {
		_ = report.Diff(s.stderr, r.diff, s.display(os.Stderr, s.dir)) // nobody has seen it yet
	}
	s.showPlan(r, false)
	a := &asker{session: s, answers: bufio.NewReader(os.Stdin), sets: r.sets()}
	keys := "[y/N]"
	if len(a.sets) > 1 {
		keys = "[y/N/e(ach set)]"
	}
	switch a.ask(fmt.Sprintf("Write %s? %s ", spelling.Count(len(r.changes()), "file"), keys)) {
	case "y", "yes":
		return nil
	case "e":
		if len(a.sets) > 1 {
			return a.each(r)
		}
	}
	return errNothingWritten
}

// An asker asks questions on standard error and reads answers from standard input.
type asker struct {
	*session
	answers *bufio.Reader
	sets    []report.Set
}

// ask returns the answer to a question in small letters; "q" at the end of the input.
func (a *asker) ask(question string) string {
	before := a.interrupts.saying(func() { fmt.Fprintf(a.stderr, "\ntunelint: %s\n", errStopped) })
	defer func() { a.interrupts.saying(before) }()
	fmt.Fprint(a.stderr, question)
	answer, err := a.answers.ReadString('\n')
	if err != nil {
		fmt.Fprintln(a.stderr)
		return "q"
	}
	return strings.ToLower(strings.TrimSpace(answer))
}

// each asks about every set. It returns nil when all are wanted.
func (a *asker) each(r *repair) error {
	declined := map[string]bool{}
	wanted := 0
	for i := 0; i < len(a.sets); i++ {
		switch a.ask(report.SetLine(a.sets, i, a.display(os.Stderr, a.dir)) + "? [y/N/d(iff)/a(ll)/q] ") {
		case "y", "yes":
			wanted++
		case "a", "all":
			wanted += len(a.sets) - i
			i = len(a.sets)
		case "d", "diff":
			a.show(a.sets[i])
			i--
		case "", "n", "no":
			for _, f := range a.sets[i].Findings {
				declined[f.Identity()] = true
			}
		case "q", "quit":
			return errNothingWritten
		default:
			fmt.Fprintln(a.stderr, "y: write this set  n: leave it out  d: show its diff  a: write this and all others  q: write nothing")
			i--
		}
	}
	switch wanted {
	case 0:
		return errNothingWritten
	case len(a.sets):
		return nil
	}
	if err := a.resettle(r, declined); err != nil {
		return err
	}
	return errChosenAnew
}

// show prints the diff of one set.
func (a *asker) show(set report.Set) {
	var changes []fixes.Change
	for f, text := range fixes.Apply(source.Sorted(set.Fix.Edits)) {
		changes = append(changes, fixes.Change{File: f, Text: text})
	}
	fixes.SortChanges(changes)
	var diff strings.Builder
	_ = fixes.WriteDiff(&diff, changes, func(p string) string { return strings.TrimPrefix(p, a.dir+"/") })
	_ = report.Diff(a.stderr, diff.String(), a.display(os.Stderr, a.dir))
}

// resettle finds the fixes anew without those that were declined.
func (s *session) resettle(r *repair, declined map[string]bool) error {
	r.planned = false
	for _, p := range r.parts {
		before := p.options.Skip
		p.options.Skip = func(f *lint.Finding) bool { return before != nil && before(f) || declined[f.Identity()] }
		var err error
		if p.outcome, err = lint.Settle(s.store, p.loadChosen, p.options); err != nil {
			return fail(exitRefused, fmt.Errorf("%w; nothing is written", err))
		}
	}
	return r.contradiction()
}

package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/report"
)

func (a *app) fixCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "fix [PATH...]",
		Short: "print the repairs as a diff; --write applies them",
		Long: "fix prints the repairs of what check finds as a unified diff on standard\n" +
			"output and what it leaves out on standard error. Nothing is written without\n" +
			"--write, and nothing is ever reloaded: the commands to run are printed.\n\n" +
			"Exit code: 0 nothing to change, 1 a diff exists (--write: findings remain), 2\n" +
			"and 3 as for check, 4 refused or failed and nothing changed, or fixes undo each\n" +
			"other and no diff is printed, 5 a file could not be put back.",
		Example:               "  tunelint fix | git apply",
		DisableFlagsInUseLine: true,
		RunE:                  func(cmd *cobra.Command, args []string) error { return a.fix(cmd, args) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	fixFlags(f)
	ruleFlags(f)
	scopeFlags(f)
	inputFlags(f)
	screenFlags(f)
	noiseFlags(f)
	exitFlags(f)
	return cmd
}

// fix prints the repairs of all projects and, when asked to, writes them.
func (a *app) fix(cmd *cobra.Command, args []string) error {
	set, err := readSettings(cmd.Flags())
	if err != nil {
		return err
	}
	s, err := a.newSession(set, args)
	if err != nil {
		return err
	}
	if s.flag("write") {
		s.interrupts.saying(func() { s.complain(errStopped) })
	}
	r, err := s.repair()
	if cut := s.unfinished(r); cut != nil {
		return cut
	}
	if err != nil {
		return err
	}
	r.again = s.call(args)
	for {
		if err := s.unsettled(r); err != nil {
			return err
		}
		if err := s.printDiff(r); err != nil {
			return err
		}
		if !s.flag("write") || len(r.changes()) == 0 || r.incomplete() {
			s.plan(r, false)
			return s.dryVerdict(r)
		}
		if err := s.write(r); !errors.Is(err, errChosenAnew) {
			return s.changed(err)
		}
	}
}

// changed returns the exit code of a run that wrote files, unless it is an error already.
func (s *session) changed(err error) error {
	if err == nil && s.flag("fail-on-change") {
		return exit(exitFindings)
	}
	return err
}

// dryVerdict returns the exit code of a run that wrote nothing.
func (s *session) dryVerdict(r *repair) error {
	switch {
	case r.incomplete():
		s.complainProblems(r)
		return exit(exitIncomplete)
	case s.flag("write"):
		return exit(s.leftAfter(r))
	case len(r.changes()) > 0:
		return exit(exitFindings)
	}
	return nil
}

// complainProblems names the files that keep fix from writing.
func (s *session) complainProblems(r *repair) {
	for _, part := range r.parts {
		for _, p := range part.outcome.After.Problems {
			s.complain(fmt.Errorf("%s: %s", p.Path, p.Message))
		}
	}
	s.complain(fmt.Errorf("files that could not be read or understood: nothing is written"))
}

// plan tells what the diff does and what it leaves out: before anything is written,
// or after. What the user has seen is not said again.
func (s *session) plan(r *repair, written bool) {
	if !s.flag("quiet") {
		s.showPlan(r, written)
	}
}

func (s *session) showPlan(r *repair, written bool) {
	info := report.PlanInfo{Written: written, Pending: s.flag("write") || r.incomplete(), Files: len(r.changes()), Choice: r.choice, Again: r.again}
	for _, p := range r.parts {
		info.Applied = append(info.Applied, p.outcome.Applied...)
		info.Apply = append(info.Apply, lint.CommandLines(p.outcome.Apply)...)
		info.Edits += p.outcome.Edits
	}
	if written {
		info.Undo = r.undo
	}
	if !r.planned {
		s.restOfPlan(r, &info)
	}
	r.planned = true
	o := s.display(os.Stderr, s.dir)
	o.GitHubActions = inGitHubActions()
	_ = report.Plan(s.stderr, info, o) // standard error is all there is to say it on
}

// restOfPlan adds what a plan says besides its edits.
func (s *session) restOfPlan(r *repair, info *report.PlanInfo) {
	if !info.Written { // the steps have said it
		info.InPlace = r.inPlace
	}
	for _, p := range r.parts {
		o := p.outcome
		info.LeftOut = append(info.LeftOut, o.LeftOut...)
		info.Declined = append(info.Declined, o.Declined...)
		for _, h := range o.Held {
			info.Held = append(info.Held, report.Held{Finding: h.Finding, Reason: h.Reason})
		}
		info.Shared = append(info.Shared, p.shared()...)
	}
}

// onlyRules returns the rules that --only names, nil for all.
func (s *session) onlyRules() ([]*lint.Rule, error) {
	names := s.list("only")
	if len(names) == 0 {
		return nil, nil
	}
	only, err := lint.Select(s.all, names)
	if err != nil {
		return nil, fail(exitUsage, fmt.Errorf("--only: %w", err))
	}
	return only, nil
}

package main

import (
	"fmt"
	"slices"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/report"
	"github.com/tunelint/tunelint/source"
)

// A repair is what fix would do: one part a project.
type repair struct {
	parts []*part
	// choice is the letter that --choose names; "" without it.
	choice string
	// What the plan says besides: how the run was called, which files are written in
	// place, and the command that takes the run back.
	again   report.Call
	inPlace []report.InPlace
	undo    string
	diff    string // as it is printed
	planned bool   // the user has seen the plan
}

// A part is the repair of one project.
type part struct {
	project   *project
	before    *loaded
	chosen    []bool
	options   lint.FixOptions
	threshold lint.Severity
	outcome   *lint.Outcome

	now *loaded // what load read last
	of  *source.Store
}

// repair finds the fixes of every project. Nothing is written.
func (s *session) repair() (*repair, error) {
	only, err := s.onlyRules()
	if err != nil {
		return nil, err
	}
	r := &repair{}
	if r.choice, err = s.choice(only); err != nil {
		return nil, err
	}
	for _, p := range s.projects {
		part, err := s.repairProject(p, only, r.choice)
		if err != nil {
			return nil, err
		}
		r.parts = append(r.parts, part)
	}
	return r, r.contradiction()
}

func (s *session) repairProject(p *project, only []*lint.Rule, choice string) (*part, error) {
	l, err := p.load(s.store)
	if err != nil {
		return nil, err
	}
	options, err := s.lintOptions(p, l.config)
	if err != nil {
		return nil, err
	}
	out := &part{project: p, before: l, options: lint.FixOptions{Options: options, Unsafe: s.flag("unsafe"), Only: only, Choice: choice}}
	if out.threshold, err = s.threshold(l.config); err != nil {
		return nil, err
	}
	if out.chosen, err = p.choose(l); err != nil {
		return nil, err
	}
	if slices.Contains(out.chosen, false) {
		out.options.Beside = out.loadOthers
	}
	out.outcome, err = lint.Settle(s.store, out.loadChosen, out.options)
	if err != nil {
		return nil, fail(exitRefused, fmt.Errorf("%w; nothing is written", err))
	}
	return out, nil
}

// loadChosen reads the hosts that are repaired.
func (p *part) loadChosen(store *source.Store) ([]*host.Host, error) {
	l, err := p.load(store)
	if err != nil {
		return nil, err
	}
	return pick(l.hosts, p.chosen), nil
}

// loadOthers reads the hosts that are not repaired: they may share files with those
// that are.
func (p *part) loadOthers(store *source.Store) ([]*host.Host, error) {
	l, err := p.load(store)
	if err != nil {
		return nil, err
	}
	others := make([]bool, len(p.chosen))
	for i := range others {
		others[i] = !p.chosen[i]
	}
	return pick(l.hosts, others), nil
}

// load reads all hosts, once as long as the store is the same.
func (p *part) load(store *source.Store) (*loaded, error) {
	if p.of == store {
		return p.now, nil
	}
	l, err := p.project.load(store)
	if err == nil {
		p.now, p.of = l, store
	}
	return l, err
}

// contradiction returns an error when two projects change one file.
func (r *repair) contradiction() error {
	changes := r.changes()
	for i := 1; i < len(changes); i++ {
		if changes[i].File.Path == changes[i-1].File.Path {
			return fail(exitRefused, fmt.Errorf("%s belongs to two configurations: fix one of them at a time", changes[i].File.Path))
		}
	}
	return nil
}

// changes returns the changes of all parts, sorted by path.
func (r *repair) changes() []fixes.Change {
	var out []fixes.Change
	for _, p := range r.parts {
		out = append(out, p.outcome.Changes...)
	}
	fixes.SortChanges(out)
	return out
}

// sets returns the fixes that lead to the changes.
func (r *repair) sets() []report.Set {
	var applied []*lint.Finding
	for _, p := range r.parts {
		applied = append(applied, p.outcome.Applied...)
	}
	return report.Sets(applied)
}

// remaining returns the exit code of what is left after the fixes.
func (r *repair) remaining() int {
	code := exitClean
	for _, p := range r.parts {
		code = max(code, verdict(p.outcome.After, p.threshold))
	}
	return code
}

// incomplete reports whether files could not be read or understood. A syntax
// error of nginx that the fixes repair is none.
func (r *repair) incomplete() bool {
	return slices.ContainsFunc(r.parts, func(p *part) bool {
		return len(p.outcome.After.Problems) > 0 || !p.onlySyntax()
	})
}

// onlySyntax reports whether every problem before the fixes is a syntax error
// in a file of nginx.
func (p *part) onlySyntax() bool {
	broken := map[string]bool{}
	for _, h := range pick(p.before.hosts, p.chosen) {
		if h.Nginx == nil {
			continue
		}
		for _, d := range h.Nginx.Documents {
			broken[d.File.Path] = broken[d.File.Path] || d.Err != nil
		}
	}
	return !slices.ContainsFunc(p.outcome.Before.Problems, func(x lint.Problem) bool { return !broken[x.Path] })
}

package lint

import (
	"fmt"
	"slices"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

// A Loader reads the hosts from a store: once from disk, then again after every
// round of fixes from memory.
type Loader func(*source.Store) ([]*host.Host, error)

// FixOptions say which fixes to apply.
type FixOptions struct {
	Options
	// Unsafe applies unsafe fixes too.
	Unsafe bool
	// Only restricts fixes to these rules; nil means all.
	Only []*Rule
}

// An Outcome is what applying fixes leads to. Nothing is written.
type Outcome struct {
	// Before and After are the results on the files as read and as changed.
	Before, After *Result
	// Changes are the files that differ, sorted by path.
	Changes []fixes.Change
	// Edits counts the edits of all rounds.
	Edits int
	// Applied are the findings whose fixes were applied, in order.
	Applied []*Finding
	// LeftOut are the findings whose fix is unsafe and was not asked for.
	LeftOut []*Finding
	// Held are the findings whose fix could not be applied, with the reason.
	Held []HeldBack
}

// HeldBack is a finding whose fix was not applied.
type HeldBack struct {
	Finding *Finding
	Reason  string
}

// maxRounds bounds how often fixes are applied and the hosts looked at again.
const maxRounds = 10

// Settle applies fixes in memory, looks again, and repeats until nothing is
// left to apply. The error says that the fixes do not settle or break a law;
// the outcome then holds no changes.
func Settle(store *source.Store, load Loader, o FixOptions) (*Outcome, error) {
	hosts, err := load(store)
	if err != nil {
		return nil, err
	}
	s := &settler{load: load, options: o, store: store, hosts: hosts}
	s.result = Run(hosts, o.Options)
	out := &Outcome{Before: s.result}
	for range maxRounds {
		again, err := s.round(out)
		if err != nil {
			return out, err
		}
		if !again {
			out.After = s.result
			out.Changes = changes(store, s.store)
			return out, nil
		}
	}
	out.Held = nil
	return out, fmt.Errorf("the fixes do not settle after %d rounds: %s", maxRounds, s.fighting())
}

// settler is the state between two rounds.
type settler struct {
	load    Loader
	options FixOptions
	store   *source.Store
	hosts   []*host.Host
	result  *Result
	refused map[string]string // reason by fingerprint and title of fixes that broke a law
}

// round applies one set of fixes that do not conflict, and reports whether it
// changed anything.
func (s *settler) round(out *Outcome) (bool, error) {
	todo := s.candidates(out)
	if len(todo) == 0 {
		return false, nil
	}
	list := make([]fixes.Candidate, len(todo))
	for i, f := range todo {
		list[i] = fixes.Candidate{Rule: f.Rule.Name, Fix: f.Fix}
	}
	merged := fixes.Merge(list)
	applied := pick(todo, merged.Applied)
	if err := s.try(merged.Edits, applied); err != nil {
		return s.oneByOne(out, applied)
	}
	out.Applied = append(out.Applied, applied...)
	out.Edits += len(merged.Edits)
	return true, nil
}

// candidates returns the findings whose fix is to be applied in this round.
// What keeps nginx from reading the configuration goes first: only then do the
// other layers show what they really are.
func (s *settler) candidates(out *Outcome) []*Finding {
	var todo, first []*Finding
	out.LeftOut, out.Held = nil, nil
	for _, f := range s.result.Findings {
		switch {
		case f.Fix == nil || s.options.Only != nil && !slices.Contains(s.options.Only, f.Rule):
		case f.Fix.Safety == fixes.Unsafe && !s.options.Unsafe:
			out.LeftOut = append(out.LeftOut, f)
		case s.refused[f.identity()] != "":
			out.Held = append(out.Held, HeldBack{f, s.refused[f.identity()]})
		default:
			todo = append(todo, f)
			if f.Rule.Group() == "nginx" {
				first = append(first, f)
			}
		}
	}
	if len(first) > 0 {
		return first
	}
	return todo
}

// identity names a finding's fix across rounds.
func (f *Finding) identity() string { return f.Fingerprint() + " " + f.Fix.Title }

func pick(list []*Finding, indexes []int) []*Finding {
	out := make([]*Finding, len(indexes))
	for i, n := range indexes {
		out[i] = list[n]
	}
	return out
}

// try applies edits and keeps the new state if every law holds.
func (s *settler) try(edits []source.Edit, applied []*Finding) error {
	texts := fixes.Apply(edits)
	store := s.store.With(texts)
	hosts, err := s.load(store)
	if err != nil {
		return err
	}
	result := Run(hosts, s.options.Options)
	v := verification{edits: edits, texts: texts, before: s.hosts, after: hosts, found: s.result, left: result, applied: applied}
	if err := v.check(); err != nil {
		return err
	}
	s.store, s.hosts, s.result = store, hosts, result
	return nil
}

// oneByOne applies the first fix that keeps the laws on its own and refuses
// those before it that do not.
func (s *settler) oneByOne(out *Outcome, list []*Finding) (bool, error) {
	for i, f := range list {
		same := []*Finding{f}
		for _, g := range list[i+1:] { // findings that share one fix go together
			if g.Fix.Equal(f.Fix) {
				same = append(same, g)
			}
		}
		if s.refused[f.identity()] != "" {
			continue
		}
		err := s.try(source.Sorted(f.Fix.Edits), same)
		if err == nil {
			out.Applied = append(out.Applied, same...)
			out.Edits += len(f.Fix.Edits)
			return true, nil
		}
		for _, g := range same {
			s.refuse(g, err)
		}
	}
	return true, nil // look again: what was refused is now held back
}

func (s *settler) refuse(f *Finding, err error) {
	if s.refused == nil {
		s.refused = map[string]string{}
	}
	s.refused[f.identity()] = err.Error()
}

// fighting names the rules that still want to change something.
func (s *settler) fighting() string {
	var names []string
	for _, f := range s.candidates(&Outcome{}) {
		names = append(names, f.Rule.Name)
	}
	slices.Sort(names)
	return fmt.Sprint(slices.Compact(names))
}

// changes lists the files that differ between two stores.
func changes(before, after *source.Store) []fixes.Change {
	old := map[string]*source.File{}
	for _, f := range before.Files() {
		old[f.Path] = f
	}
	var out []fixes.Change
	for _, f := range after.Files() {
		was, ok := old[f.Path]
		if !ok {
			was = source.NewFile(f.Path, "")
		}
		if !ok && !after.Created(f.Path) || was.Text == f.Text {
			continue
		}
		out = append(out, fixes.Change{File: was, Text: f.Text})
	}
	fixes.SortChanges(out)
	return out
}

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
	// Skip reports whether the fix of a finding is declined. It is asked in every
	// round, also for findings that an earlier round brought up, and must give the
	// same answer for the same [Finding.Identity]. Nil declines none.
	Skip func(*Finding) bool
	// Choice is the letter of the fix to apply of findings that offer several. ""
	// applies the first where it is safe, and with Unsafe where it is the only one.
	Choice string
}

// declines reports whether the fix of a finding was declined.
func (o *FixOptions) declines(f *Finding) bool { return o.Skip != nil && o.Skip(f) }

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
	// LeftOut are the findings with fixes none of which was asked for: they are
	// unsafe, or nobody chose one, or the letter chosen is not among them.
	LeftOut []*Finding
	// Declined are the findings whose fix [FixOptions.Skip] declined.
	Declined []*Finding
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
	s := &settler{state: state{store, hosts, Run(hosts, o.Options)}, load: load, options: o}
	out := &Outcome{Before: s.result}
	todo := s.candidates(out)
	for n := 0; n < maxRounds && len(todo) > 0; n++ {
		s.round(out, todo)
		todo = s.candidates(out)
	}
	if len(todo) > 0 {
		out.Held = nil
		return out, fmt.Errorf("the fixes do not settle after %d rounds: %s", maxRounds, fighting(todo))
	}
	out.After = s.result
	out.Changes = changes(store, s.store)
	return out, nil
}

// settler carries what happens between rounds.
type settler struct {
	state
	load    Loader
	options FixOptions
	refused map[string]string // reason by fingerprint and title of fixes that broke a law
}

// state is the hosts at the start of a round.
type state struct {
	store  *source.Store
	hosts  []*host.Host
	result *Result
}

// round applies those fixes that do not conflict, or refuses those that break a
// law: they are held back when the host is looked at again.
func (s *settler) round(out *Outcome, todo []*Finding) {
	list := make([]fixes.Candidate, len(todo))
	for i, f := range todo {
		list[i] = fixes.Candidate{Rule: f.Rule.Name, Host: f.Host, Fix: f.Fix}
	}
	merged := fixes.Merge(list)
	applied := pick(todo, merged.Applied)
	if next, err := s.try(merged.Edits, applied); err == nil {
		s.accept(out, next, applied, len(merged.Edits))
		return
	}
	s.sieve(out, applied)
}

// accept moves on to a new state. What was refused in the old one may hold in
// the new one.
func (s *settler) accept(out *Outcome, next *state, applied []*Finding, edits int) {
	s.state, s.refused = *next, nil
	out.Applied = append(out.Applied, applied...)
	out.Edits += edits
}

// candidates returns the findings whose fix is to be applied in this round.
// What keeps nginx from reading the configuration goes first: only then do the
// other layers show what they really are.
func (s *settler) candidates(out *Outcome) []*Finding {
	var todo, first []*Finding
	out.LeftOut, out.Declined, out.Held = nil, nil, nil
	for _, found := range s.result.Findings {
		f := s.options.chosen(found)
		switch {
		case len(found.Choices()) == 0 || s.options.Only != nil && !slices.Contains(s.options.Only, found.Rule):
		case f == nil:
			out.LeftOut = append(out.LeftOut, found)
		case s.options.declines(f):
			out.Declined = append(out.Declined, f)
		case s.refused[f.Identity()] != "":
			out.Held = append(out.Held, HeldBack{f, s.refused[f.Identity()]})
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

func pick(list []*Finding, indexes []int) []*Finding {
	out := make([]*Finding, len(indexes))
	for i, n := range indexes {
		out[i] = list[n]
	}
	return out
}

// try applies edits and returns the state they lead to if every law holds.
func (s *settler) try(edits []source.Edit, applied []*Finding) (*state, error) {
	texts := fixes.Apply(edits)
	store := s.store.With(texts)
	hosts, err := s.load(store)
	if err != nil {
		return nil, err
	}
	result := Run(hosts, s.options.Options)
	v := verification{edits: edits, texts: texts, before: s.hosts, after: hosts, found: s.result, left: result, applied: applied}
	return &state{store, hosts, result}, v.check()
}

// sieve applies the fixes that keep the laws where all of them together do not:
// those that hold, together if that holds too, else only the first.
func (s *settler) sieve(out *Outcome, list []*Finding) {
	holding := s.holding(sharing(list))
	for _, groups := range [][][]*Finding{holding, holding[:min(1, len(holding))]} {
		applied, edits := join(groups)
		if len(applied) == 0 {
			return
		}
		if next, err := s.try(edits, applied); err == nil {
			s.accept(out, next, applied, len(edits))
			return
		}
	}
}

// holding returns the fixes that keep the laws, halving the list until those
// that break one stand alone; these are refused.
func (s *settler) holding(groups [][]*Finding) [][]*Finding {
	applied, edits := join(groups)
	_, err := s.try(edits, applied)
	switch n := len(groups); {
	case err == nil:
		return groups
	case n == 1:
		for _, f := range groups[0] {
			s.refuse(f, err)
		}
		return nil
	default:
		return slices.Concat(s.holding(groups[:n/2]), s.holding(groups[n/2:]))
	}
}

// join returns the findings of groups and their edits, each once.
func join(groups [][]*Finding) (applied []*Finding, edits []source.Edit) {
	for _, same := range groups {
		applied = append(applied, same...)
		edits = append(edits, same[0].Fix.Edits...)
	}
	return applied, slices.Compact(source.Sorted(edits))
}

// sharing groups findings whose fixes are the same.
func sharing(list []*Finding) [][]*Finding {
	var out [][]*Finding
	for _, f := range list {
		i := slices.IndexFunc(out, func(same []*Finding) bool { return same[0].Fix.Equal(f.Fix) })
		if i < 0 {
			out = append(out, []*Finding{f})
			continue
		}
		out[i] = append(out[i], f)
	}
	return out
}

func (s *settler) refuse(f *Finding, err error) {
	if s.refused == nil {
		s.refused = map[string]string{}
	}
	s.refused[f.Identity()] = err.Error()
}

// fighting names the rules that still want to change something.
func fighting(todo []*Finding) string {
	var names []string
	for _, f := range todo {
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

package lint

import (
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
	// Beside reads the hosts that may share files with those that are fixed. Nothing
	// of theirs is fixed, and a fix that would cause a finding on one of them is held
	// back. Nil: there are none.
	Beside Loader
}

// declines reports whether the fix of a finding was declined.
func (o *FixOptions) declines(f *Finding) bool { return o.Skip != nil && o.Skip(f) }

// covers reports whether fixes of the rule of a finding are applied at all.
func (o *FixOptions) covers(f *Finding) bool { return o.Only == nil || slices.Contains(o.Only, f.Rule) }

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
	// Apply is what makes them take effect, host by host.
	Apply []HostCommands
	// LeftOut are the findings with fixes none of which was asked for: they are
	// unsafe, or nobody chose one, or the letter chosen is not among them.
	LeftOut []*Finding
	// Declined are the findings whose fix [FixOptions.Skip] declined.
	Declined []*Finding
	// Held are the findings whose fix could not be applied, with the reason.
	Held []HeldBack
	// Unsettled says which rules undo each other's fixes or never stop; nil where the
	// fixes settle. With it nothing is changed or applied, and After is Before with
	// this finding.
	Unsettled *Finding
}

// HeldBack is a finding whose fix was not applied.
type HeldBack struct {
	Finding *Finding
	Reason  string
}

// maxRounds bounds how often fixes are applied and the hosts looked at again
// without fewer fixes being left than ever before.
const maxRounds = 10

// Settle applies fixes in memory, looks again, and repeats until nothing is
// left to apply. Fixes that come back to texts that were there before, or that do
// not end, give an outcome with Unsettled set. The error says that the hosts
// cannot be read.
func Settle(store *source.Store, load Loader, o FixOptions) (*Outcome, error) {
	s := &settler{start: store, load: load, options: o}
	first, err := s.look(store)
	if err != nil {
		return nil, err
	}
	return s.spare(first, s.settle(first)), nil
}

// settle applies fixes from the files as read on.
func (s *settler) settle(first *state) *Outcome {
	s.state, s.tries = *first, maxTries
	out := &Outcome{Before: s.result}
	c := s.course()
	for todo := s.candidates(out); len(todo) > 0; todo = s.candidates(out) {
		s.round(out, todo)
		if first, list := c.fighting(s); list != nil {
			return s.unsettled(out.Before, first, list)
		}
	}
	out.After = s.result
	out.Changes = changes(s.start, s.store)
	out.Apply = Afterwards(s.hosts, out.Applied)
	return out
}

// settler carries what happens between rounds.
type settler struct {
	state
	start   *source.Store
	load    Loader
	options FixOptions
	spared  []string          // identities of fixes that others make pointless
	refused map[string]string // reason by fingerprint and title of fixes that broke a law
	steps   []step            // the rounds that changed something
	tries   int               // how many more sets of fixes are tried
}

// state is the hosts at the start of a round.
type state struct {
	store  *source.Store
	hosts  []*host.Host
	result *Result
	beside *state // the hosts that are not fixed; nil for none
	// excused reports that the fixes that led here revealed something.
	excused bool
}

// A step is a round of fixes that were applied.
type step struct {
	edits   []source.Edit
	applied []*Finding
}

// look reads the hosts and runs the rules over them.
func (s *settler) look(store *source.Store) (*state, error) {
	hosts, err := s.load(store)
	if err != nil {
		return nil, err
	}
	out := &state{store: store, hosts: hosts, result: Run(hosts, s.options.Options)}
	if s.options.Beside == nil {
		return out, nil
	}
	beside, err := s.options.Beside(store)
	if err != nil || len(beside) == 0 {
		return out, err
	}
	out.beside = &state{store: store, hosts: beside, result: Run(beside, s.options.withoutUnused())}
	return out, nil
}

// withoutUnused leaves out the rule that needs every host to judge a suppression.
func (o *Options) withoutUnused() Options {
	out := *o
	out.Rules = slices.DeleteFunc(slices.Clone(o.Rules), func(r *Rule) bool { return r.Name == UnusedIgnore })
	return out
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
	next, err := s.try(merged.Edits, applied)
	if err == nil && !next.excused {
		s.accept(out, next, step{merged.Edits, applied})
		return
	}
	if some := revealing(applied); len(some) > 0 { // so that they excuse nothing that others cause
		applied = some
		_, merged.Edits = join(sharing(some))
		next, err = s.try(merged.Edits, applied)
	}
	if err == nil {
		s.accept(out, next, step{merged.Edits, applied})
		return
	}
	s.sieve(out, applied)
}

// revealing returns the findings whose rules say that their fixes reveal something.
func revealing(list []*Finding) []*Finding {
	return slices.DeleteFunc(slices.Clone(list), func(f *Finding) bool { return len(f.Rule.Reveals) == 0 })
}

// accept moves on to a new state. What was refused in the old one may hold in
// the new one.
func (s *settler) accept(out *Outcome, next *state, made step) {
	s.state, s.refused = *next, nil
	s.steps = append(s.steps, made)
	out.Applied = append(out.Applied, made.applied...)
	out.Edits += len(made.edits)
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
		case len(found.Choices()) == 0 || !s.options.covers(found) || s.spares(f):
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
	v := verification{files: patch(edits), applied: applied}
	texts := map[*source.File]string{}
	for _, f := range v.files {
		texts[f.File] = f.text
	}
	next, err := s.look(s.store.With(texts))
	if err != nil {
		return nil, err
	}
	if err := v.check(&s.state, next); err != nil {
		return nil, err
	}
	if s.beside != nil {
		err = v.checkBeside(s.beside, next.beside)
	}
	next.excused = v.excused
	return next, err
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

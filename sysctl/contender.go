package sysctl

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// A Fate says what becomes of a line when a machine boots. The zero Fate is
// InForce.
type Fate uint8

const (
	// InForce lines decide the value.
	InForce Fate = iota
	// Overruled lines are followed by one that sets the key again.
	Overruled
	// Yielding lines are patterns, which spare a key that a line names.
	Yielding
	// Excluded lines set a key that an exclusion drops.
	Excluded
	// Excluding lines are exclusions themselves.
	Excluding
	// Refused lines hold a value that the kernel rejects.
	Refused
	// Unusable lines are skipped by the loaders.
	Unusable
	// Undecided lines cannot be judged.
	Undecided
	// Hidden lines stand in a file that one of the same name hides.
	Hidden
	// Unapplied lines stand in a file that no boot reads.
	Unapplied
)

// String returns the lower-case name.
func (f Fate) String() string {
	names := [...]string{"in force", "overruled", "yielding", "excluded", "excluding", "refused", "unusable", "undecided", "hidden", "unapplied"}
	return names[min(int(f), len(names)-1)]
}

// A Contender is a line that speaks of a key, with what becomes of it.
type Contender struct {
	Line *Line
	Fate Fate
	// By is the line that overrules or excludes it; nil where none does.
	By *Line
	// Why is the reason of a Fate that needs one, else "".
	Why string
}

// Contenders returns every line that speaks of a key and stands in a file that
// the boot applies, in its order; the one in force is the last.
func (s *Settings) Contenders(key string) []Contender {
	key = canonical(key)
	d := s.newDecision(key)
	var out, last []Contender
	for _, doc := range s.Documents {
		for _, l := range doc.Speaking(key) {
			c := d.contender(l)
			if c.Fate == InForce {
				last = append(last, c)
				continue
			}
			out = append(out, c)
		}
	}
	return append(out, last...)
}

// Speaking returns the lines of the document that name a key or another name of
// it, match it, or seem to mean it and cannot be used, in order.
func (d *Document) Speaking(key string) []*Line {
	key = canonical(key)
	names := append([]string{key}, Aliases(key)...)
	var out []*Line
	for _, l := range d.Lines {
		usable := l.Broken == "" && l.Key != ""
		if usable && slices.ContainsFunc(names, l.matches) || !usable && slices.ContainsFunc(names, l.spells) {
			out = append(out, l)
		}
	}
	return out
}

// spells reports whether a key stands in the text of the line as a word.
func (l *Line) spells(key string) bool {
	word := func(r rune) bool { return !strings.ContainsRune(" \t\r\ufeff=:-\"'", r) }
	for _, w := range strings.FieldsFunc(l.Span.Text(), func(r rune) bool { return !word(r) }) {
		if strings.ContainsAny(w, "./") && canonical(w) == key {
			return true
		}
	}
	return false
}

// A decision is what the boot writes to one variable.
type decision struct {
	variable *variable // nil where nobody can tell what is written
	state    state
	relevant []*Line // lines that speak of it, in order
	writes   []*Line // those that are written, in order
}

func (s *Settings) newDecision(key string) decision {
	d := decision{state: s.decide(key)}
	v, _ := s.prepare(key, s.boot)
	if v == nil {
		return d
	}
	d.variable, d.relevant, d.writes = v, s.boot.relevant(v.names), v.bootWrites(s.boot)
	return d
}

// contender says what becomes of a line that speaks of the variable.
func (d decision) contender(l *Line) Contender {
	c := Contender{Line: l, Fate: Undecided}
	switch {
	case d.state.known && d.state.line == l:
		c.Fate = InForce
	case l.opaque() != "":
		c.Why = l.opaque()
	case l.Broken != "":
		c.Fate, c.Why = Unusable, l.Broken
	case l.Exclude:
		c.Fate = Excluding
	case d.variable == nil:
		c.Why = d.state.why
	case slices.Contains(d.writes, l):
		d.written(&c)
	default:
		d.dropped(&c)
	}
	return c
}

// written says what becomes of a line that is written to the kernel.
func (d decision) written(c *Contender) {
	switch verdict, why := d.variable.judge(c.Line); verdict {
	case Rejected:
		c.Fate, c.Why = Refused, why
		return
	case Unsure:
		c.Why = why
		return
	}
	c.Fate = Overruled
	behind := d.writes[slices.Index(d.writes, c.Line)+1:]
	for _, l := range behind {
		if verdict, _ := d.variable.judge(l); verdict != Rejected {
			c.By = l
			return
		}
	}
	c.Fate, c.Why = Undecided, d.state.why
}

// dropped says why a line is not written: a later line of its key takes its
// place, or its pattern spares the key.
func (d decision) dropped(c *Contender) {
	named := func(l *Line) bool { return slices.Contains(d.variable.names, l.Key) }
	for _, l := range slices.Backward(d.relevant) {
		if l != c.Line && (l.Key == c.Line.Key || c.Line.Glob && named(l)) {
			c.By = l
			break
		}
	}
	switch {
	case c.By != nil && c.By.Exclude:
		c.Fate = Excluded
	case c.Line.Glob && (c.By == nil || !c.By.Glob):
		c.Fate = Yielding
	default:
		c.Fate = Overruled
	}
}

// Doubt says why Value does not know a key's value, with the line that is the
// reason, if one is; the zero Skip where the value is known.
func (s *Settings) Doubt(key string) source.Skip {
	key = canonical(key)
	st := s.decide(key)
	if st.known {
		return source.Skip{}
	}
	if st.line != nil && st.why != "" {
		return source.Skip{Span: st.line.Span, Why: st.why}
	}
	return source.Skip{Why: s.missing(key)}
}

// missing says why no line and no default decides a key.
func (s *Settings) missing(key string) string {
	k, listed := find(key)
	switch {
	case s.boot.unseen >= 0:
		return "a file that cannot be read may set it"
	case !listed:
		return "no file sets it, and its default is not known here"
	case !k.existsIn(s.Kernel):
		return "the kernel may not have it"
	case k.Access == "write-only":
		return "the key can only be written"
	case perInterface(k.Name, key):
		return "no file sets it, and an interface takes over what conf.default holds when it appears"
	}
	return "no file sets it, and the kernel's default is no single figure"
}

// Default returns the value that the kernel gives a key before any file is read.
// It is unknown where no single figure holds for every machine, and where the
// kernel may not have the key.
func (s *Settings) Default(key string) source.Setting[string] {
	key = canonical(key)
	k, listed := find(key)
	if !listed || perInterface(k.Name, key) {
		return source.Setting[string]{}
	}
	value, ok := k.DefaultFor(s.Kernel)
	if !ok {
		return source.Setting[string]{}
	}
	return source.Known(value, s.defaultOrigin(key))
}

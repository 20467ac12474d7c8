package limits

// Overruled returns the entries that are in force in the place of this one for
// everyone it concerns: later ones of the same domain, or for a user's own entry
// whatever sets the item in a session of that user. It is nil when the entry is
// in force for somebody, or when nobody can tell.
func (l *Limits) Overruled(e *Entry) []*Entry {
	if _, _, ok := e.Number(); !ok {
		return nil
	}
	var by []*Entry
	for _, typ := range e.halves() {
		winner := l.laterAlike(e, typ)
		if winner == nil {
			winner = l.forUser(e, typ)
		}
		if winner == nil {
			return nil
		}
		if len(by) == 0 || by[0] != winner {
			by = append(by, winner)
		}
	}
	return by
}

// NamesUser reports whether the domain of the entry is the name of one user.
func (e *Entry) NamesUser() bool {
	return !e.Template && e.domain.class() == classUser && !e.domain.ranged
}

// An index holds what is asked of all entries for each of them.
type index struct {
	alike map[alike][]*Entry // valid entries for a resource, in order
	// soft is the most specific class of those that set the soft limit of an item.
	soft map[string]class
	// ranged are the items that a range of user ids sets.
	ranged    map[string]bool
	templated bool
}

// alike is what two entries share that differ in type and value at most.
type alike struct{ domain, item string }

func (l *Limits) makeIndex() {
	l.index = index{map[alike][]*Entry{}, map[string]class{}, map[string]bool{}, false}
	for e := range l.entries {
		l.index.templated = l.index.templated || e.Template
		if _, _, ok := e.Number(); !ok {
			continue
		}
		key, c := alike{e.Domain, e.Item}, e.domain.class()
		l.index.alike[key] = append(l.index.alike[key], e)
		if best, ok := l.index.soft[e.Item]; e.Type != "hard" && (!ok || c < best) {
			l.index.soft[e.Item] = c
		}
		if c == classUser && e.domain.ranged {
			l.index.ranged[e.Item] = true
		}
	}
}

// halves returns the limits that the entry is about.
func (e *Entry) halves() []string {
	if e.Type == "-" {
		return []string{"soft", "hard"}
	}
	return []string{e.Type}
}

// laterAlike returns the last entry behind e that sets the same limit for the
// same domain, nil for none. A "-" entry may set no hard limit for somebody, where
// a more specific entry sets the soft one.
func (l *Limits) laterAlike(e *Entry, typ string) *Entry {
	list := l.index.alike[alike{e.Domain, e.Item}]
	whole := typ == "soft" || !l.index.templated && l.index.soft[e.Item] >= e.domain.class()
	for i := len(list) - 1; i >= 0 && list[i] != e; i-- {
		if o := list[i]; o.Type == typ || o.Type == "-" && whole {
			return o
		}
	}
	return nil
}

// forUser returns the entry that sets a limit of the user whose own entry e is,
// nil where that is e itself or nobody can tell. Only a range of ids counts like
// the name of the user.
func (l *Limits) forUser(e *Entry, typ string) *Entry {
	if !e.NamesUser() || !l.index.ranged[e.Item] || len(l.Undecided(e.Domain, e.Item, typ)) > 0 {
		return nil
	}
	entries := l.Login(e.Domain, e.Item, typ)
	if len(entries) == 0 || entries[len(entries)-1] == e {
		return nil
	}
	return entries[len(entries)-1]
}

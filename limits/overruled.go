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

// halves returns the limits that the entry is about.
func (e *Entry) halves() []string {
	if e.Type == "-" {
		return []string{"soft", "hard"}
	}
	return []string{e.Type}
}

// laterAlike returns the last entry behind e that sets the same limit for the
// same domain, nil for none.
func (l *Limits) laterAlike(e *Entry, typ string) *Entry {
	var winner *Entry
	behind := false
	for o := range l.entries {
		if o == e {
			behind = true
			continue
		}
		_, _, ok := o.Number()
		switch {
		case !behind || !ok || o.Domain != e.Domain || o.Item != e.Item:
		case o.Type == typ, o.Type == "-" && !(typ == "hard" && l.losesHalf(o)):
			winner = o
		}
	}
	return winner
}

// losesHalf reports whether a "-" entry may set no hard limit for somebody,
// because a more specific entry sets the soft one.
func (l *Limits) losesHalf(e *Entry) bool {
	for o := range l.entries {
		if o.Broken == "" && (o.Item == e.Item || o.Template) && o.Type != "hard" && (o.Template || o.domain.class() < e.domain.class()) {
			return true
		}
	}
	return false
}

// forUser returns the entry that sets a limit of the user whose own entry e is,
// nil where that is e itself or nobody can tell.
func (l *Limits) forUser(e *Entry, typ string) *Entry {
	if !e.NamesUser() || len(l.Undecided(e.Domain, e.Item, typ)) > 0 {
		return nil
	}
	entries := l.Login(e.Domain, e.Item, typ)
	if len(entries) == 0 || entries[len(entries)-1] == e {
		return nil
	}
	return entries[len(entries)-1]
}

// NamesUser reports whether the domain of the entry is the name of one user.
func (e *Entry) NamesUser() bool {
	return !e.Template && e.domain.class() == classUser && !e.domain.ranged
}

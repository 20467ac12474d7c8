package limits

// Entries returns the valid entries for an item, lower-case, in the order in
// which pam_limits reads them. Templated entries are left out.
func (l *Limits) Entries(item string) []*Entry {
	var out []*Entry
	for e := range l.entries {
		if e.Broken == "" && !e.Template && e.Item == item {
			out = append(out, e)
		}
	}
	return out
}

// Login returns the entries that set the item in a session of the user, each
// overriding those before it, so that the last one is in force. typ is "soft"
// or "hard", "-" for either. An entry that a more specific domain keeps from
// having any effect is not among them; nil means that no entry sets the item
// or that the user is exempt.
//
// As in pam_limits a "-" entry whose soft half is overridden by an earlier,
// more specific entry sets no hard limit either.
//
// The answer holds for a user of whom [Limits.Undecided] returns nothing.
func (l *Limits) Login(user, item, typ string) []*Entry {
	var out []*Entry
	a := l.users.account(user)
	soft, hard := classNone, classNone
	for e := range l.entries {
		if e.Broken != "" || e.Template || a.concerns(e) != yes {
			continue
		}
		if e.exempts() {
			return nil
		}
		if e.Item != item {
			continue
		}
		setSoft, setHard := e.take(&soft, &hard)
		if setSoft && typ != "hard" || setHard && typ != "soft" {
			out = append(out, e)
		}
	}
	return out
}

// take reports which halves of a limit the entry sets, given the classes of
// the entries that set them so far, and records its own class.
func (e *Entry) take(soft, hard *class) (setSoft, setHard bool) {
	c, typ := e.domain.class(), e.Type
	switch e.Item {
	case "priority", "nonewprivs", "chroot":
		return true, true // these have no precedence: the last one stays
	case "maxlogins", "maxsyslogins":
		typ = "-" // whatever it says
	}
	if typ != "hard" {
		if *soft < c {
			return false, false
		}
		*soft, setSoft = c, true
	}
	if typ != "soft" {
		if *hard < c {
			return setSoft, false
		}
		*hard, setHard = c, true
	}
	return setSoft, setHard
}

// Undecided returns the entries that may change what [Limits.Login] says of
// the user and the item, but of which the files do not tell whether they
// concern the user: templated lines; ranges of ids and groups where
// /etc/passwd does not list the user; and for root the domains "*", "@" and
// "%", which reach it on some distributions only.
func (l *Limits) Undecided(user, item, typ string) []*Entry {
	var out []*Entry
	a := l.users.account(user)
	for e := range l.entries {
		if e.Broken == "" && e.maySet(item, typ) && e.doubtful(a) {
			out = append(out, e)
		}
	}
	return out
}

// maySet reports whether the entry is about the item and type, as far as its
// text tells.
func (e *Entry) maySet(item, typ string) bool {
	if e.Item != "" && e.Item != item {
		return false
	}
	return e.Item == "" || typ == "-" || e.Type == typ || e.Type != "soft" && e.Type != "hard"
}

// doubtful reports whether the files do not tell if the entry is in force for
// the account.
func (e *Entry) doubtful(a account) bool {
	if e.Template {
		return hasTag(e.Domain) || a.concerns(e) != no
	}
	return a.concerns(e) == unsure
}

// entries visits every entry in the order in which pam_limits reads them.
func (l *Limits) entries(visit func(*Entry) bool) {
	for _, d := range l.Documents {
		for _, e := range d.Entries {
			if !visit(e) {
				return
			}
		}
	}
}

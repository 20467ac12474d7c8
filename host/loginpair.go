package host

import (
	"slices"

	"github.com/tunelint/tunelint/limits"
)

// A LoginPair is the soft and the hard limit of one item that the files set for
// the same sessions.
type LoginPair struct {
	// Who is the domain of the soft limit as written: a user, "*", "@group".
	Who        string
	Soft, Hard *limits.Entry
	// Alone reports that no session has the soft limit with another hard one.
	Alone bool
}

// LoginPairs returns the pairs in the order of their soft limits: for every
// domain the entries of the same domain that no other one overrules, and for a
// user what is in force in a session of his. Where nobody can tell who is
// concerned there is none.
func (h *Host) LoginPairs() []LoginPair {
	var out []LoginPair
	hards := map[string][]*limits.Entry{}
	for _, d := range h.Limits.Documents {
		for _, soft := range d.Entries {
			if _, _, ok := soft.Number(); !ok || soft.Type != "soft" || h.Limits.Overruled(soft) != nil {
				continue
			}
			if hards[soft.Item] == nil {
				hards[soft.Item] = slices.DeleteFunc(h.Limits.Entries(soft.Item), func(e *limits.Entry) bool { return e.Type == "soft" })
			}
			if hard := h.hardBeside(soft, hards[soft.Item]); hard != nil {
				out = append(out, LoginPair{Who: soft.Domain, Soft: soft, Hard: hard, Alone: h.alone(soft, hard)})
			}
		}
	}
	return out
}

// hardBeside returns the hard limit of the sessions that get a soft one, among the
// entries that set one.
func (h *Host) hardBeside(soft *limits.Entry, hards []*limits.Entry) *limits.Entry {
	user := soft.Domain
	if len(hards) == 0 {
		return nil
	}
	if soft.NamesUser() && len(h.Limits.Undecided(user, soft.Item, "-")) == 0 {
		mine := h.Limits.Login(user, soft.Item, "soft")
		if list := h.Limits.Login(user, soft.Item, "hard"); len(list) > 0 && len(mine) > 0 && mine[len(mine)-1] == soft {
			return list[len(list)-1]
		}
		return nil
	}
	for _, e := range slices.Backward(hards) {
		if e.Domain == soft.Domain && h.Limits.Overruled(e) == nil {
			return e
		}
	}
	return nil
}

// alone reports whether the hard limit is that of every session with the soft one.
func (h *Host) alone(soft, hard *limits.Entry) bool {
	if soft.NamesUser() {
		return true
	}
	for _, d := range h.Limits.Documents {
		for _, e := range d.Entries {
			if e.Template || e.Broken == "" && e.Item == soft.Item && e.Type != "soft" && e.Domain != hard.Domain {
				return false
			}
		}
	}
	return true
}

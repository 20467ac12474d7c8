package limits

import (
	"slices"
	"strings"
)

// users holds the texts of /etc/passwd and /etc/group, "" where they were not
// needed or not there.
type users struct{ passwd, group string }

// An account is what is known of a user. Without ids it is a name only.
type account struct {
	name     string
	ids      bool
	uid, gid uint32
	groups   []groupLine
}

type groupLine struct {
	name    string
	gid     uint32
	members []string
}

// account looks a user up by name. Root has its ids everywhere.
func (u users) account(name string) account {
	a := account{name: name, ids: name == "root", groups: u.groups()}
	for line := range strings.SplitSeq(u.passwd, "\n") {
		f := strings.Split(line, ":")
		if len(f) < 4 || f[0] != name {
			continue
		}
		uid, okUID := parseID(f[2])
		gid, okGID := parseID(f[3])
		if okUID && okGID {
			a.ids, a.uid, a.gid = true, uid, gid
			break
		}
	}
	return a
}

func (u users) groups() []groupLine {
	var out []groupLine
	for line := range strings.SplitSeq(u.group, "\n") {
		f := strings.Split(line, ":")
		if len(f) < 4 {
			continue
		}
		if gid, ok := parseID(f[2]); ok {
			out = append(out, groupLine{f[0], gid, strings.Split(strings.TrimRight(f[3], "\r"), ",")})
		}
	}
	return out
}

// A verdict says whether an entry concerns a user.
type verdict uint8

const (
	unsure verdict = iota
	yes
	no
)

func certain(is bool) verdict {
	if is {
		return yes
	}
	return no
}

// concerns reports whether pam_limits applies the entry to the account
// (pam_limits.c, parse_config_file). Whether "*", groups and "%" reach the
// superuser depends on the distribution: upstream yes, Debian's patch no.
func (a account) concerns(e *Entry) verdict {
	d := e.domain
	switch {
	case e.Domain == a.name:
		return yes
	case e.exempts() && d.prefix == '%':
		return a.uidIn(d) // pam_limits looks at the uid here, not at groups
	case d.prefix == 0 && d.ranged:
		return a.uidIn(d)
	case d.prefix == 0 && d.name != "*":
		return no
	case a.ids && a.uid == 0:
		return unsure
	case d.prefix == 0, d.class() == classAll:
		return yes
	}
	return a.member(d)
}

func (a account) uidIn(d domain) verdict {
	if !a.ids {
		return unsure
	}
	return certain(d.lo <= a.uid && a.uid <= d.hi)
}

// member reports whether the account belongs to the group of d.
func (a account) member(d domain) verdict {
	if !a.ids {
		return unsure
	}
	if d.ranged && !d.single {
		return certain(d.lo <= a.gid && a.gid <= d.hi)
	}
	if d.ranged && d.lo == a.gid {
		return yes
	}
	return certain(slices.ContainsFunc(a.groups, func(g groupLine) bool {
		named := d.name == g.name || d.ranged && d.lo == g.gid
		return named && (g.gid == a.gid || slices.Contains(g.members, a.name))
	}))
}

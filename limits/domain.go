package limits

import (
	"fmt"
	"strings"
)

// class is how specific the domain of an entry is: for one user the entry of
// the lowest class wins, wherever it stands (pam_limits.c, LIMITS_DEF_*).
type class uint8

const (
	classUser class = iota
	classGroup
	classAllGroup
	classAll
	classDefault
	classNone
)

// A domain says whom an entry concerns.
type domain struct {
	prefix byte   // '@' or '%', else 0
	name   string // a user, a group or "*"; "" for "%" and for a range
	ranged bool   // a range of ids
	single bool   // one id of which every group of the user counts, not only the primary
	lo, hi uint32 // inclusive
}

func (d domain) class() class {
	switch {
	case d.prefix == '@':
		return classGroup
	case d.prefix == '%' && d.name == "" && !d.ranged:
		return classAll
	case d.prefix == '%':
		return classAllGroup
	case d.name == "*":
		return classDefault
	}
	return classUser
}

// parseDomain reads the first field of an entry; broken says why pam_limits
// skips the line (pam_limits.c, parse_uid_range).
func parseDomain(text string) (d domain, broken string) {
	rest := text
	if strings.HasPrefix(rest, "@") || strings.HasPrefix(rest, "%") {
		d.prefix, rest = rest[0], rest[1:]
	}
	from, to, ranged := strings.Cut(rest, ":")
	if !ranged {
		d.name = rest
		return d, ""
	}
	d.ranged, d.single, d.hi = true, from == "", ^uint32(0)
	lo, okFrom := parseID(from)
	hi, okTo := parseID(to)
	switch {
	case from == "" && !okTo, from != "" && !okFrom, to != "" && !okTo:
		return d, fmt.Sprintf("invalid id range %q", text)
	case to != "":
		d.hi = hi
	}
	if d.lo = lo; d.single {
		d.lo = hi
	}
	return d, ""
}

func parseID(s string) (uint32, bool) {
	n, rest, overflow := strtoull(s, 10)
	return uint32(n), s != "" && rest == "" && !overflow
}

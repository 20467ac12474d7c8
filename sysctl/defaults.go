package sysctl

import "strings"

// DefaultFor returns the value the kernel itself starts with, as text. ok is
// false where no single figure holds: it depends on memory, build options or
// what systemd does at boot, or the table does not know it for this release.
// An unknown kernel ("") has the defaults that never changed.
func (k *Key) DefaultFor(kernel string) (value string, ok bool) {
	value, _, ok = k.defaultFor(kernel)
	return value, ok
}

// defaultFor also reports whether the figure is rough: it is smaller on hosts
// with little memory, unverified, or another one after a vendor's backports.
func (k *Key) defaultFor(kernel string) (value string, rough, ok bool) {
	if !k.existsIn(kernel) || k.Since == "some" {
		return "", false, false
	}
	clauses := splitClauses(k.Default)
	before := always() // what the clause read last began with
	for _, clause := range clauses {
		text, since, through := parseClause(clause, before)
		before = since
		if since.ahead(kernel) {
			continue
		}
		if !since.happened(kernel) || !through.ahead(kernel) {
			return "", false, false
		}
		value, little := strings.CutPrefix(text, "~")
		if value == "" || value[0] == '(' {
			return "", false, false
		}
		rough = little || !k.verified() || len(clauses) > 1 && backports(kernel)
		return strings.TrimSuffix(strings.TrimPrefix(value, `"`), `"`), rough, true
	}
	return "", false, false
}

// parseClause splits "VALUE [since V] [through V]" or "VALUE before"; through is
// the change that ends the clause. The clause before this one began with next.
func parseClause(clause string, next change) (value string, since, through change) {
	since, through = always(), never()
	clause, old := strings.CutSuffix(clause, " before")
	if i := strings.LastIndex(clause, " through "); i >= 0 {
		last, _ := parseRelease(clause[i+len(" through "):])
		clause, through = clause[:i], change{last + 1, last + 1}
	}
	if i := strings.LastIndex(clause, " since "); i >= 0 {
		clause, since = clause[:i], parseChange(clause[i+len(" since "):], always())
	}
	if old {
		through = next
	}
	return clause, since, through
}

// splitClauses splits at "; " outside of parentheses.
func splitClauses(text string) []string {
	var out []string
	depth, start := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ';':
			if depth == 0 {
				out = append(out, text[start:i])
				start = i + len("; ")
			}
		}
	}
	return append(out, text[min(start, len(text)):])
}

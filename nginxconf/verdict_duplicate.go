package nginxconf

import "strings"

// tellsDuplicates is the oldest release whose setters the table's column on
// repetition was confirmed for; what older ones take twice is not claimed.
var tellsDuplicates = Version{1, 22, 0}

// duplicates finds what nginx accepts once in a scope and reads again. Only
// directives that it has nothing else against count; a template may leave out
// either of the two.
func (j *judge) duplicates(s *Scope, in Context, accepted []*Directive) []Verdict {
	if j.version.Less(tellsDuplicates) {
		return nil
	}
	var out []Verdict
	first := make(map[string]*Directive, len(accepted))
	for _, d := range accepted {
		earlier := first[d.Name]
		if earlier == nil || leavesUnset(earlier) {
			first[d.Name] = d
			continue
		}
		if j.standsOnce(d, in) {
			out = append(out, Verdict{
				Kind: DuplicateDirective, Directive: d, Context: in, Earlier: earlier, Arg: -1,
				Message: quoted(`"%s" directive is duplicate`, d.Name),
			})
		}
	}
	if len(out) > 0 && anyTemplate(s.Items()) {
		return nil
	}
	return out
}

// leavesUnset reports whether a directive sets what its setter takes for not
// set yet: ngx_set_priority and ngx_http_upstream_keepalive look for a zero.
func leavesUnset(d *Directive) bool {
	n, ok := ParseNumber(strings.TrimLeft(d.Arg(0), "+-"))
	return (d.Name == "worker_priority" || d.Name == "keepalive") && ok && n == 0
}

// standsOnce reports whether every definition that the directive may be read by
// takes it once. Values that a setter takes any number of times are left out.
func (j *judge) standsOnce(d *Directive, in Context) bool {
	rows := j.rows(d.Name).rows
	found := false
	for i := range rows {
		row := &rows[i]
		fits := row.contexts&in != 0 && (row.Unchecked || row.Block == (d.Block != nil) && row.takes(len(d.Args)))
		switch {
		case !fits || row.status == rowRemoved || row.status == rowNewer:
		case row.Repeat != RepeatError && row.Repeat != RepeatOnce:
			return false
		default:
			found = found || row.status == rowHere
		}
	}
	return found
}

func anyTemplate(list []*Directive) bool {
	for _, d := range list {
		if isTemplate(d) {
			return true
		}
	}
	return false
}

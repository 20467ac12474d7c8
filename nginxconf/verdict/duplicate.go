package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// tellsDuplicates is the oldest release whose setters the table's column on
// repetition was confirmed for; what older ones take twice is not claimed.
var tellsDuplicates = nginxconf.Version{1, 22, 0}

// duplicates finds what nginx accepts once in a scope and reads again. Only
// directives that it has nothing else against count; a template may leave out
// either of the two.
func (j *judge) duplicates(s *nginxconf.Scope, in nginxconf.Context, accepted []*nginxconf.Directive) []Verdict {
	if j.version.Less(tellsDuplicates) {
		return nil
	}
	var out []Verdict
	first := j.first
	if len(accepted) > 64 {
		first = make(map[string]*nginxconf.Directive, len(accepted)) // a large one takes long to clear
	}
	clear(first)
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
// set yet: ngx_set_priority looks for a zero.
func leavesUnset(d *nginxconf.Directive) bool {
	n, ok := nginxconf.ParseNumber(strings.TrimLeft(d.Arg(0), "+-"))
	return d.Name == "worker_priority" && ok && n == 0
}

// standsOnce reports whether every definition that the directive may be read by
// takes it once. Values that a setter takes any number of times are left out.
func (j *judge) standsOnce(d *nginxconf.Directive, in nginxconf.Context) bool {
	rows := j.rows(d.Name).rows
	found := false
	for i := range rows {
		row := &rows[i]
		fits := row.contexts&in != 0 && (row.Unchecked || row.Block == (d.Block != nil) && row.takes(len(d.Args)))
		switch {
		case !fits || row.status == rowRemoved || row.status == rowNewer:
		case !row.standsOnce():
			return false
		default:
			found = found || row.status == rowHere
		}
	}
	return found
}

func anyTemplate(list []*nginxconf.Directive) bool {
	for _, d := range list {
		if isTemplate(d) {
			return true
		}
	}
	return false
}

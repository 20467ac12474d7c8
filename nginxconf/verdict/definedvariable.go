package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// definers are nginx's directives that define the variable an argument names;
// -1 is the last argument.
var definers = map[string]int{
	"set": 0, "auth_request_set": 0, "perl_set": 0, "js_set": 0, "js_var": 0, "auth_jwt_claim_set": 0, "auth_jwt_header_set": 0,
	"map": 1, "split_clients": 1, "keyval": 1, "num_map": 1, "geo": -1,
}

// definedVariables are the variables that a configuration defines, by their
// names in lower case.
type definedVariables struct {
	http, stream map[string]bool
	unsure       bool // another program writes the name of one
}

func (d *definedVariables) has(name string, in nginxconf.Context) bool {
	return d.of(isStream(in))[name]
}

func (d *definedVariables) of(stream bool) map[string]bool {
	if stream {
		return d.stream
	}
	return d.http
}

// definedVariables reads the whole configuration. Wherever they stand, variables
// are known everywhere in http, or in stream.
func (j *judge) definedVariables() *definedVariables {
	out := &definedVariables{http: map[string]bool{}, stream: map[string]bool{}}
	j.config.Root.Walk(func(s *nginxconf.Scope) {
		names := out.of(s.Enclosing(nginxconf.InStream) != nil)
		for _, d := range s.Items() {
			out.directive(names, d)
			out.unsure = out.unsure || !d.Certain()
		}
	})
	return out
}

// directive adds what one directive defines: nginx's own by their argument, those
// of other modules by any word that is a variable, and every regex by its named
// captures. An entry of a block such as geoip2 names its variable first.
func (d *definedVariables) directive(names map[string]bool, def *nginxconf.Directive) {
	addCaptures(names, def.Name)
	for _, a := range def.Args {
		addCaptures(names, a.Text)
	}
	if bodies[def.Name].check != nil && def.Block != nil {
		d.entries(names, def.Block.Directives)
	}
	if i, ok := definers[def.Name]; ok {
		if i < 0 {
			i = len(def.Args) - 1
		}
		d.add(names, def.Arg(i))
		return
	}
	if rows := nginxconf.Lookup(def.Name); len(rows) > 0 && rows[0].Edition == "oss" {
		return
	}
	if r, ok := foreignReaderOf(def.Name); ok {
		if r.defines {
			d.add(names, def.Arg(0))
		}
		return
	}
	d.add(names, def.Name)
	for _, a := range def.Args {
		d.add(names, a.Text)
	}
}

// entries adds the named captures of a map. A file that it includes is not read.
func (d *definedVariables) entries(names map[string]bool, list []*nginxconf.Directive) {
	for _, entry := range list {
		d.unsure = d.unsure || entry.Name == "include" && entry.Parent.Owner.Name == "map"
		addCaptures(names, entry.Name)
	}
}

func (d *definedVariables) add(names map[string]bool, word string) {
	name, ok := strings.CutPrefix(word, "$")
	if !ok {
		return
	}
	if isPlaceholderName(strings.Trim(name, "{}")) || hasTag(word) {
		d.unsure = true
	}
	names[strings.ToLower(name)] = true
}

// addCaptures adds the named groups of a regular expression. What only looks like
// one counts too: a name too many hides a finding, a missing one makes a false one.
func addCaptures(names map[string]bool, pattern string) {
	for {
		_, after, found := strings.Cut(pattern, "(?")
		if !found {
			return
		}
		pattern = after
		after = strings.TrimPrefix(after, "P")
		if after == "" || after[0] != '<' && after[0] != '\'' {
			continue
		}
		end := strings.IndexAny(after[1:], ">'")
		if end > 0 {
			names[strings.ToLower(after[1:1+end])] = true
		}
	}
}

// nearest returns the whole argument with the one variable put in that a
// misspelled one can mean; "" for none.
func (d *definedVariables) nearest(u *usedVariable) string {
	n := newNearness(u.name)
	for name := range variablesOf(u.context).names {
		n.consider(name)
	}
	for name := range d.of(isStream(u.context)) {
		n.consider(name)
	}
	meant, ok := n.result()
	if !ok || u.arg < 0 || strings.Count(u.Args[u.arg].Text, u.name) != 1 {
		return ""
	}
	return strings.Replace(u.Args[u.arg].Text, u.name, meant, 1)
}

package verdict

import (
	"strings"
	"sync"

	"github.com/tunelint/tunelint/nginxconf"
)

// An Obsolete is a directive that nginx still reads, with a warning.
type Obsolete struct {
	Directive *nginxconf.Directive
	Scope     *nginxconf.Scope
	Def       *nginxconf.Def
	// Since is the release from which nginx warns about it.
	Since string
	// Ignored reports that the directive has no effect any more.
	Ignored bool
}

// obsoleteNames are all directives that some nginx warns about.
var obsoleteNames = sync.OnceValue(func() []string {
	var out []string
	for d := range nginxconf.Definitions() {
		if d.ObsoleteSince() != "" {
			out = append(out, d.Name)
		}
	}
	return out
})

// ObsoleteIn returns the directives that this version of nginx reads with a
// warning, each once; without a version, what the newest one warns about.
func ObsoleteIn(c *nginxconf.Config) []Obsolete {
	if !c.Has(obsoleteNames()...) {
		return nil
	}
	j := judgeOf(c)
	seen := map[*nginxconf.Directive]bool{}
	var out []Obsolete
	c.Root.Walk(func(s *nginxconf.Scope) {
		for _, d := range s.Items() {
			if seen[d] {
				continue
			}
			if o, ok := j.obsolete(d, s); ok {
				seen[d] = true
				out = append(out, o)
			}
		}
	})
	return out
}

// obsolete judges one directive. A module of a third party that has the name
// may be what reads it.
func (j *judge) obsolete(d *nginxconf.Directive, s *nginxconf.Scope) (o Obsolete, ok bool) {
	rows := j.rows(d.Name).rows
	for i := range rows {
		row := &rows[i]
		if row.contexts&s.Context == 0 || !row.takes(len(d.Args)) {
			continue
		}
		since := row.ObsoleteSince()
		gone := row.Last != "" && !j.version.Known() // refused or not
		if row.status != rowHere || since == "" || gone || !j.version.Since(since) {
			return o, false
		}
		o, ok = Obsolete{d, s, row.Def, since, strings.Contains(row.Obsolete, "ignored")}, true
	}
	return o, ok
}

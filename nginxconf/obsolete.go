package nginxconf

import (
	"regexp"
	"strings"
)

// An Obsolete is a directive that nginx still reads, with a warning.
type Obsolete struct {
	Directive *Directive
	Scope     *Scope
	Def       *Def
	// Since is the release from which nginx warns about it.
	Since string
	// Ignored reports that the directive has no effect any more.
	Ignored bool
}

var obsoleteSince = regexp.MustCompile(`^(?:obsolete|deprecated)(?: \([^)]*\))? (\d+\.\d+\.\d+)`)

// Obsolete returns the directives that this version of nginx reads with a
// warning, each once; without a version, what the newest one warns about.
func (c *Config) Obsolete() []Obsolete {
	j := newJudge(c.Version, append(loadedModules(c.Root), c.Modules...))
	seen := map[*Directive]bool{}
	var out []Obsolete
	c.Root.Walk(func(s *Scope) {
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
func (j *judge) obsolete(d *Directive, s *Scope) (o Obsolete, ok bool) {
	rows := j.rows(d.Name).rows
	for i := range rows {
		row := &rows[i]
		if row.contexts&s.Context == 0 || !row.takes(len(d.Args)) {
			continue
		}
		since := row.ObsoleteSince()
		gone := row.Last != "" && !j.version.Known() // refused or not
		if row.status != rowHere || since == "" || gone || !j.version.since(since) {
			return o, false
		}
		o, ok = Obsolete{d, s, row.Def, since, strings.Contains(row.Obsolete, "ignored")}, true
	}
	return o, ok
}

// ObsoleteSince returns the release from which nginx warns about the directive,
// "" when it does not.
func (d *Def) ObsoleteSince() string {
	if m := obsoleteSince.FindStringSubmatch(d.Obsolete); m != nil && !d.Plus() {
		return m[1]
	}
	return ""
}

// Advice returns what to use instead of an obsolete directive, "" for nothing.
func (d *Def) Advice() string {
	_, advice, _ := strings.Cut(d.Obsolete, ": ")
	if advice == "none" || advice == "use none" || strings.HasPrefix(advice, "none ") {
		return ""
	}
	return advice
}

// NewName returns the name the directive has now; "" when more than the name
// changed.
func (d *Def) NewName() string {
	name, found := strings.CutPrefix(d.Advice(), "use ")
	renamed := strings.HasPrefix(d.Obsolete, "renamed ") || strings.HasPrefix(d.Obsolete, "misspelling ")
	if !found || !renamed || strings.ContainsAny(name, " (=/") {
		return ""
	}
	return name
}

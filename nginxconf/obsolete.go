package nginxconf

import (
	"regexp"
	"strings"
)

var obsoleteSince = regexp.MustCompile(`^(?:obsolete|deprecated)(?: \([^)]*\))? (\d+\.\d+\.\d+)`)

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

package nginxconf

import (
	"iter"
	"strconv"
	"strings"
	"sync"
)

//go:generate go run gen.go

// A Def is one row of the directive table: a directive as one module defines it.
// Contexts, arity and terminator come from the modules' ngx_command_t tables,
// defaults and inheritance from their create and merge functions, histories from
// the sources of every release and from CHANGES.
type Def struct {
	Name    string
	Module  string // as documented; "module@vendor" for a fork or a namesake
	Edition string // "oss", "plus", or "" for a third-party row

	// Contexts are the places of the newest version; see [Def.ContextsIn].
	Contexts Context
	// Opens is the context of the block's body; 0 when it does not hold directives.
	Opens Context
	// MinArgs and MaxArgs bound the number of arguments in the newest version;
	// MaxArgs is -1 when there is no bound. See [Def.Accepts].
	MinArgs, MaxArgs int
	Gap              int // a number between the bounds that is refused; 0 for none

	Flag       bool // the argument is on or off
	Block      bool // ends with a block instead of ";"
	RawBody    bool // the block holds Lua
	AnyContext bool // allowed in every block
	Unchecked  bool // only the name is known: nothing about contexts and arguments
	ThirdParty bool

	// Default is the value of the newest version where nobody sets one, "" for
	// none; "4k|8k" is one memory page. See [Def.DefaultIn].
	Default string
	// History lists earlier defaults, ContextsSince earlier contexts and arities.
	History, ContextsSince string
	// Since lists the first release of each branch that has the directive, such as
	// "1.2.2,1.3.1"; "" is always. Last is the last release that has it; "" when
	// the newest one does.
	Since, Last string
	// Obsolete says what became of the directive and what to use instead.
	Obsolete string
	// Build is the configure switch or the module it needs; "default" for none.
	Build string
	// Kinds describes the arguments, Notes what else is worth knowing.
	Kinds, Notes string
	Inherit      Inherit
	Repeat       Repeat
}

// Inherit says how a block gets the value of the block around it.
type Inherit uint8

// What merge functions do.
const (
	InheritUnknown      Inherit = iota // closed source or not read
	InheritNormal                      // the inner value wins, else the outer one
	InheritArrayReplace                // one inner entry drops the whole outer list
	InheritAppend                      // inner entries are added to the outer ones
	InheritNone                        // a value counts on its own level only
)

// Repeat says what a second occurrence in one block does.
type Repeat uint8

// What setters do with a second occurrence.
const (
	RepeatUnknown      Repeat = iota // not tested
	RepeatError                      // "is duplicate"
	RepeatAppend                     // one more entry
	RepeatAppendUnique               // one more entry, which must differ in name, address or path
	RepeatOr                         // the values add up
	RepeatLastWins                   // overrides, at most with a warning
	RepeatOnce                       // a block that may occur once in all files
	RepeatBlock                      // a block that may repeat
	RepeatIgnored                    // obsolete and without effect
)

// Lookup returns all rows of a name, nginx's own before those of third-party
// modules; nil when no module known defines it. The rows must not be changed.
func Lookup(name string) []*Def { return index()[name].defs }

// A known is what the table has of one name.
type known struct {
	defs []*Def
	id   nameID
}

// A nameID stands for a name of the table; 0 for all others.
type nameID uint16

var index = sync.OnceValue(func() map[string]known {
	all := make([]*Def, len(directives))
	out := make(map[string]known, len(directives))
	first := 0
	for i := range directives {
		all[i] = &directives[i]
		if i+1 == len(directives) || directives[i+1].Name != directives[i].Name {
			out[directives[i].Name] = known{all[first : i+1 : i+1], nameID(len(out) + 1)}
			first = i + 1
		}
	}
	return out
})

// Definitions yields every row of the table, sorted by name.
func Definitions() iter.Seq[*Def] {
	return func(yield func(*Def) bool) {
		for i := range directives {
			if !yield(&directives[i]) {
				return
			}
		}
	}
}

// Plus reports whether only NGINX Plus has the directive.
func (d *Def) Plus() bool { return d.Edition == "plus" }

// Accepts reports whether the newest version takes n arguments.
func (d *Def) Accepts(n int) bool {
	return n >= d.MinArgs && (n <= d.MaxArgs || d.MaxArgs < 0) && (n != d.Gap || n == 0)
}

// Exists reports whether a release of this version has the directive, and, when
// it does not have it yet, the first one that has. Distributions carry fixes
// back: a directive that is too new may still be there.
func (d *Def) Exists(v Version) (ok bool, since string) {
	if !v.Since(d.Since) {
		return false, highest(d.Since)
	}
	return !d.gone(v), ""
}

// gone reports whether a version no longer has the directive.
func (d *Def) gone(v Version) bool {
	last, err := ParseVersion(d.Last)
	return err == nil && last.Less(v)
}

// highest returns the last entry of a list of releases.
func highest(list string) string { return list[strings.LastIndexByte(list, ',')+1:] }

// ContextsIn returns the contexts of a version.
func (d *Def) ContextsIn(v Version) Context {
	contexts := d.Contexts
	for entry, since := range d.Changes() {
		bit := ContextNamed(entry[1:])
		switch {
		case bit == 0 || v.Since(since):
		case entry[0] == '+':
			contexts &^= bit
		case entry[0] == '-':
			contexts |= bit
		}
	}
	return contexts
}

// ArgsIn returns the bounds of the number of arguments of a version, max -1 for
// no bound. ok is false where the history does not reach back so far.
func (d *Def) ArgsIn(v Version) (low, high int, ok bool) {
	low, high, ok = d.MinArgs, d.MaxArgs, !d.Unchecked
	found := false
	for entry, since := range d.Changes() {
		spec, isArgs := strings.CutPrefix(entry, "args=")
		if !isArgs {
			continue
		}
		if v.Since(since) {
			low, high = arity(spec)
			found = true
		} else if !found {
			ok = false
		}
	}
	return low, high, ok || found
}

// arity reads "1", "1-3", "2+" or "flag".
func arity(spec string) (low, high int) {
	if spec == "flag" {
		return 1, 1
	}
	if n, ok := strings.CutSuffix(spec, "+"); ok {
		low, _ = strconv.Atoi(n)
		return low, -1
	}
	first, last, ok := strings.Cut(spec, "-")
	low, _ = strconv.Atoi(first)
	if !ok {
		return low, low
	}
	high, _ = strconv.Atoi(last)
	return low, high
}

// Changes yields the entries "+http@0.3.3", "args=1-2@1.1.4 (…)" of ContextsSince
// as entry and releases. Entries of other kinds come along; none is empty.
func (d *Def) Changes() iter.Seq2[string, string] {
	return func(yield func(entry, since string) bool) {
		for history := d.ContextsSince; history != ""; {
			var part string
			part, history, _ = strings.Cut(history, "; ")
			entry, since, ok := strings.Cut(part, "@")
			since, _, _ = strings.Cut(since, " ")
			if ok && entry != "" && !yield(entry, since) {
				return
			}
		}
	}
}

// ContextNamed returns the context that the tables call so, 0 for none.
func ContextNamed(name string) Context {
	for i, n := range contextNames {
		if n == name {
			return 1 << i
		}
	}
	return 0
}

// DefaultIn returns the default of a version, "" where there is none or the
// version does not have the directive.
func (d *Def) DefaultIn(v Version) string {
	if ok, _ := d.Exists(v); !ok {
		return ""
	}
	if !strings.HasPrefix(d.History, "<") {
		return d.Default // a history of something else than the value
	}
	value := d.Default
	for entry := range strings.SplitSeq(d.History, ";") {
		if releases, was, ok := cutRelease(entry, "<"); ok && !v.Since(releases) {
			value = was
		}
		if releases, now, ok := cutRelease(entry, ">="); ok && v.Since(releases) {
			value = now
			if strings.HasSuffix(d.History, entry) {
				return d.Default // the newest one, without a history's shorthand
			}
		}
	}
	return value
}

// cutRelease splits "<1.11.3:on" or ">=0.8.20,0.7.65:HIGH:!ADH" into releases
// and value, without a remark in parentheses.
func cutRelease(entry, sign string) (releases, value string, ok bool) {
	rest, ok := strings.CutPrefix(entry, sign)
	if !ok {
		return "", "", false
	}
	releases, value, ok = strings.Cut(rest, ":")
	value, _, _ = strings.Cut(value, " (")
	return releases, value, ok
}

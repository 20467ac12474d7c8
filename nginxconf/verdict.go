package nginxconf

import (
	"fmt"
	"strings"
)

// A VerdictKind says what nginx has against a directive.
type VerdictKind uint8

// In nginx's order of checks: name, context, terminator, argument count,
// parameters and values.
const (
	// UnknownDirective: no module that nginx has knows the name.
	UnknownDirective VerdictKind = iota + 1
	// MisplacedDirective: the name is known, but not in this context.
	MisplacedDirective
	// WrongTerminator: ";" for a block, or "{" for a simple directive.
	WrongTerminator
	// WrongArgumentCount: too few or too many arguments.
	WrongArgumentCount
	// InvalidParameter: a parameter the directive does not know, or, with Arg -1,
	// one that it needs and that is missing.
	InvalidParameter
	// InvalidValue: an argument that nginx cannot read as the directive's kind of
	// value, such as a time, a size or one of a list of words.
	InvalidValue
	// NeedsNewer: the version of nginx is too old for it. Distributions carry
	// single features back, so it may be there all the same.
	NeedsNewer
	// Removed: the version of nginx no longer has it.
	Removed
	// DuplicateDirective: what stands once in a scope stands there again.
	DuplicateDirective
	// NotEvaluated: nothing can be said, for the reason in Message.
	NotEvaluated
)

// A Verdict is what nginx would say of one directive in one context, without
// the outside world: files, names, modules that fail to load.
type Verdict struct {
	Kind      VerdictKind
	Directive *Directive
	// Context is where the directive was judged.
	Context Context
	// Scope is the block it was judged in, the first where a file is read twice.
	Scope *Scope
	// Earlier is, for DuplicateDirective, the first of its name in the scope: the
	// directive itself where the scope reads a file twice.
	Earlier *Directive
	// Arg is the index of the argument at fault; -1 when it is the directive.
	Arg int
	// Message is in nginx's own words, except for NotEvaluated.
	Message string
	// Suggestion is the only name, or for an argument the whole argument, that is
	// near enough to be meant; "" for none.
	Suggestion string
	// ThirdParty names what defines the directive where nginx alone does not:
	// modules that are neither loaded nor declared, or "NGINX Plus".
	ThirdParty []string
	// Since lists, for NeedsNewer, the first releases that have it, by branch; for
	// Removed it is the last release that has it.
	Since string
}

// A judge knows one nginx: its version and its modules. It remembers what it
// found out about a name.
type judge struct {
	version Version
	modules *moduleSet
	names   map[string]*nameRows
	near    map[nearKey]string
}

func newJudge(v Version, modules []string) *judge {
	return &judge{
		version: v,
		modules: newModuleSet(modules),
		names:   map[string]*nameRows{},
		near:    map[nearKey]string{},
	}
}

// nameRows are the table's rows of one name as this nginx sees them.
type nameRows struct {
	rows    []judgedRow
	certain bool // nginx knows the name, whatever it was built with
	lists   []*paramList
}

// A judgedRow is a row with contexts and arity of the version.
type judgedRow struct {
	*Def
	status    rowStatus
	contexts  Context
	low, high int // number of arguments; high -1 for no bound
}

type rowStatus uint8

const (
	rowHere    rowStatus = iota // this nginx has it
	rowMaybe                    // another build, module or fork has it
	rowNewer                    // a newer version has it
	rowRemoved                  // an older version had it
)

const everywhere = ^Context(0)

func (j *judge) rows(name string) *nameRows {
	if r := j.names[name]; r != nil {
		return r
	}
	r := &nameRows{lists: parameterLists()[name]}
	for _, def := range Lookup(name) {
		row, ok := j.row(def)
		if ok {
			r.rows = append(r.rows, row)
			r.certain = r.certain || row.status == rowHere
		}
	}
	j.names[name] = r
	return r
}

// row reads a row for the version; false when it says nothing about this nginx.
func (j *judge) row(def *Def) (judgedRow, bool) {
	row := judgedRow{Def: def, contexts: def.ContextsIn(j.version), low: 0, high: -1}
	if def.AnyContext || def.Unchecked {
		row.contexts = everywhere
	}
	if low, high, ok := def.ArgsIn(j.version); ok {
		row.low, row.high = low, high
	}
	switch exists, since := def.Exists(j.version); {
	case def.Contexts == InACMEIssuer:
		return row, false // entries that the module reads itself
	case def.ThirdParty && !j.modules.has(def.Module):
		row.status = rowMaybe
		if def.Unchecked || isFork(def.Module) && j.version.Known() {
			row.contexts = 0 // says who knows the name, not what else it may mean
		}
	case def.Plus() && !j.modules.plus:
		row.status = rowMaybe
	case since != "":
		row.status = rowNewer
	case !exists && j.version.Known():
		row.status = rowRemoved
	}
	return row, true
}

// takes reports whether the row fits the number of arguments.
func (r *judgedRow) takes(n int) bool {
	return n >= r.low && (n <= r.high || r.high < 0) && (r.gap == 0 || n != r.gap)
}

// judge returns what nginx has against a directive in a context; nil when it
// would accept it, or may. nginx itself stops at the first.
func (j *judge) judge(d *Directive, in Context) []Verdict {
	var out []Verdict
	names := j.rows(d.Name)
	if !names.certain {
		if v := j.unknown(d, in, names.rows); v.Kind != 0 {
			out = append(out, v)
		}
	} else if row, v := j.known(d, in, names.rows); row == nil {
		out = append(out, v)
	} else if names.lists != nil && !row.ThirdParty {
		out = j.parameters(d, in, names.lists)
	} else {
		out = j.values(d, in, row)
	}
	if out == nil {
		return nil
	}
	if isTemplate(d) {
		out = []Verdict{{Kind: NotEvaluated, Arg: -1, Message: "template"}}
	}
	for i := range out {
		out[i].Directive, out[i].Context = d, in
	}
	return out
}

// known judges a directive whose name nginx has, without its parameters. It
// returns the row that fits, or the verdict. Another module of the name may be
// there too: what fits any of them is accepted.
func (j *judge) known(d *Directive, in Context, rows []judgedRow) (*judgedRow, Verdict) {
	var placed, ended bool
	var newer *judgedRow
	for i := range rows {
		row := &rows[i]
		if row.contexts&in == 0 || row.status == rowRemoved {
			continue
		}
		fits := row.Unchecked || row.Block == (d.Block != nil)
		takes := row.takes(len(d.Args))
		switch {
		case row.status == rowNewer:
			if fits && takes {
				newer = row
			}
			continue
		case fits && takes:
			return row, Verdict{}
		}
		placed, ended = true, ended || fits
	}
	v := refusal(d, placed, ended)
	switch {
	case newer != nil:
		v.Since = newer.Since
	case v.Kind == MisplacedDirective:
		v.Since = laterContext(rows, in)
	case v.Kind == WrongArgumentCount:
		v.Since = laterArity(rows, in, len(d.Args))
	}
	if v.Since != "" {
		v.Kind = NeedsNewer
	}
	return nil, v
}

// refusal says which of nginx's checks fails: the context, the terminator, or
// the number of arguments.
func refusal(d *Directive, placed, ended bool) Verdict {
	v := Verdict{Arg: -1}
	switch {
	case !placed:
		v.Kind, v.Message = MisplacedDirective, quoted(`"%s" directive is not allowed here`, d.Name)
	case !ended && d.Block == nil:
		v.Kind, v.Message = WrongTerminator, quoted(`directive "%s" has no opening "{"`, d.Name)
	case !ended:
		v.Kind, v.Message = WrongTerminator, quoted(`directive "%s" is not terminated by ";"`, d.Name)
	default:
		v.Kind, v.Message = WrongArgumentCount, quoted(`invalid number of arguments in "%s" directive`, d.Name)
	}
	return v
}

// laterContext returns the release in which a context was added, "" for none.
func laterContext(rows []judgedRow, in Context) string {
	for i := range rows {
		if rows[i].status != rowHere || rows[i].Contexts&in == 0 {
			continue
		}
		for entry, since := range changes(rows[i].ContextsSince) {
			if entry[0] == '+' && contextNamed(entry[1:]) == in {
				return since
			}
		}
	}
	return ""
}

// laterArity returns the release from which n arguments are taken, "" for none.
func laterArity(rows []judgedRow, in Context, n int) string {
	for i := range rows {
		if rows[i].status != rowHere || rows[i].Contexts&in == 0 || !rows[i].Accepts(n) {
			continue
		}
		since := ""
		for entry, at := range changes(rows[i].ContextsSince) {
			if strings.HasPrefix(entry, "args=") {
				since = at
			}
		}
		return since
	}
	return ""
}

// unknown judges a directive whose name nginx does not have. The zero Verdict
// accepts it.
func (j *judge) unknown(d *Directive, in Context, rows []judgedRow) Verdict {
	v := Verdict{Kind: UnknownDirective, Arg: -1, Message: quoted(`unknown directive "%s"`, d.Name)}
	for i := range rows {
		row := &rows[i]
		switch {
		case row.status == rowNewer:
			v.Kind, v.Since = NeedsNewer, row.Since
			return v
		case row.status == rowRemoved:
			v.Kind, v.Since = Removed, row.Last
			return v
		case row.contexts&in == 0 && row.Plus():
			// Plus would refuse it too, for its place.
		case in&foreignContexts != 0 && row.contexts&in != 0:
			return Verdict{} // what opened this block was judged already
		case row.Plus():
			v.ThirdParty = appendNew(v.ThirdParty, "NGINX Plus")
		default:
			v.ThirdParty = appendNew(v.ThirdParty, row.Module)
		}
	}
	switch {
	case len(v.ThirdParty) > 0:
	case len(j.modules.strange) > 0:
		v.Kind, v.Message = NotEvaluated, quoted(`the directives of module "%s" are not known`, j.modules.strange[0])
	default:
		v.Suggestion = j.nearest(d, in)
	}
	return v
}

// foreignContexts are those that only third-party modules and NGINX Plus open.
const foreignContexts = InMgmt | InOIDCProvider | InRTMP | InRTMPServer | InRTMPApplication | InRTMPRecorder |
	InProcesses | InProcess

func appendNew(list []string, s string) []string {
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}

// quoted puts a word of the file into a message, cut as nginx's log line would
// be long before it gets unreadable.
func quoted(format, word string) string {
	const limit = 200
	if len(word) > limit {
		word = word[:limit] + "..."
	}
	return fmt.Sprintf(format, word)
}

// judgeAll judges every directive of the configuration once in every context it
// is read in; a place that is wrong in the same way twice is listed once.
func (c *Config) judgeAll() []Verdict {
	j := newJudge(c.Version, append(loadedModules(c.Root), c.Modules...))
	type place struct {
		directive *Directive
		kind      VerdictKind
		arg       int
	}
	seen := map[place]bool{}
	var out []Verdict
	c.Root.Walk(func(s *Scope) {
		in := j.contextOf(s)
		if in == 0 {
			return
		}
		var accepted []*Directive
		var verdicts []Verdict
		for _, d := range s.Items() {
			against := j.judge(d, in)
			if against == nil {
				accepted = append(accepted, d)
			}
			verdicts = append(verdicts, against...)
		}
		for _, v := range append(verdicts, j.duplicates(s, in, accepted)...) {
			if at := (place{v.Directive, v.Kind, v.Arg}); !seen[at] {
				seen[at] = true
				v.Scope = s
				out = append(out, v)
			}
		}
	})
	return out
}

// contextOf returns what the entries of a scope are judged as. The body of a
// block with a misspelled name is judged as what was meant.
func (j *judge) contextOf(s *Scope) Context {
	if s.Context != 0 || s.Directive == nil || Lookup(s.Directive.Name) != nil {
		return s.Context
	}
	parent := j.contextOf(s.Parent)
	if meant := j.nearest(s.Directive, parent); meant != "" {
		return opens(parent, &Directive{Name: meant})
	}
	return 0
}

package verdict

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A Kind says what nginx has against a directive.
type Kind uint8

// In nginx's order of checks: name, context, terminator, argument count,
// parameters and values.
const (
	// UnknownDirective: no module that nginx has knows the name.
	UnknownDirective Kind = iota + 1
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
	// UndefinedReference: an argument names a zone, a cache, a log format, a
	// variable or another thing that is defined nowhere.
	UndefinedReference
	// BadUpstreamServer: a server line of an upstream block that nginx cannot use,
	// or an upstream block without a server.
	BadUpstreamServer
	// DuplicateDirective: what stands once in a scope stands there again.
	DuplicateDirective
	// BufferSizes: sizes of buffers for answers that do not fit each other; see
	// [nginxconf.Buffers].
	BufferSizes
	// NotEvaluated: nothing can be said, for the reason in Message.
	NotEvaluated
)

// A Verdict is what nginx would say of one directive in one context, without
// the outside world: files, names, modules that fail to load.
type Verdict struct {
	Kind      Kind
	Directive *nginxconf.Directive
	// Context is where the directive was judged.
	Context nginxconf.Context
	// Scope is the block it was judged in, the first where a file is read twice.
	Scope *nginxconf.Scope
	// Earlier is, for DuplicateDirective, the first of its name in the scope: the
	// directive itself where the scope reads a file twice; nil where it is not known.
	Earlier *nginxconf.Directive
	// Arg is the index of the argument at fault; -1 when it is the directive.
	Arg int
	// Noticed is the byte at whose line nginx reports it; where it is not valid that
	// is the end of the directive's head. See [Verdict.Place].
	Noticed source.Span
	// At is the byte at whose line nginx reports what it notices later, at Noticed;
	// not valid where that is one.
	At source.Span
	// Late reports that nginx notices after it has read all files, and names no line.
	Late bool
	// Message is in nginx's own words, except for NotEvaluated.
	Message string
	// Suggestion is the only name, or for an argument the whole argument, that is
	// near enough to be meant; "" for none.
	Suggestion string
	// ThirdParty names what defines the directive where nginx alone does not:
	// modules that are neither loaded nor declared, or "NGINX Plus".
	ThirdParty []string
	// Lacking names the modules that define the directive and that this nginx is
	// known to be without.
	Lacking []string
	// Since lists, for NeedsNewer, the first releases that have it, by branch; for
	// Removed it is the last release that has it.
	Since string
}

// Span covers what is wrong: the argument, else the directive without its block.
func (v *Verdict) Span() source.Span {
	if v.Arg >= 0 {
		return v.Directive.ArgSpan(v.Arg)
	}
	return v.Directive.HeadSpan()
}

// Place returns the byte at whose line nginx reports the verdict.
func (v *Verdict) Place() source.Span {
	if v.At.IsValid() {
		return v.At
	}
	return v.noticed()
}

// noticed returns the byte that nginx has read when it comes across the verdict.
func (v *Verdict) noticed() source.Span {
	if v.Noticed.IsValid() {
		return v.Noticed
	}
	return v.Directive.StopSpan()
}

// A judge knows one nginx: its version and its modules. It remembers what it
// found out about a name.
type judge struct {
	config     *nginxconf.Config
	version    nginxconf.Version
	modules    *moduleSet
	build      build
	names      map[string]*nameRows
	near       map[nearKey]string
	valueSlots map[slotsKey][]valueSlot
	out        []Verdict
	listed     map[verdictKey]bool
	ends       []closing // of blockEnds

	// What judging one directive or one block needs, used again for the next.
	free     []*statement
	ending   block
	accepted []*nginxconf.Directive
	first    map[string]*nginxconf.Directive

	variables variableUse
}

// judgeOf returns the judge for a configuration.
func judgeOf(c *nginxconf.Config) *judge {
	return &judge{
		config:     c,
		version:    c.Version,
		modules:    newModuleSet(append(loadedModules(c.Root), c.Modules...)),
		build:      newBuild(c.Build),
		names:      map[string]*nameRows{},
		near:       map[nearKey]string{},
		valueSlots: map[slotsKey][]valueSlot{},
		listed:     map[verdictKey]bool{},
		ends:       slices.Concat(blockEnds()...),
		first:      map[string]*nginxconf.Directive{},
	}
}

// nameRows are the table's rows of one name as this nginx sees them.
type nameRows struct {
	rows    []judgedRow
	certain bool // nginx knows the name, whatever it was built with
	lists   []*paramList
	setters []setter
}

// A judgedRow is a row with contexts and arity of the version.
type judgedRow struct {
	*nginxconf.Def
	status    rowStatus
	contexts  nginxconf.Context
	low, high int // number of arguments; high -1 for no bound
}

type rowStatus uint8

const (
	rowHere    rowStatus = iota // this nginx has it
	rowMaybe                    // another build, module or fork has it
	rowAbsent                   // this build lacks its module, which is not loaded
	rowNewer                    // a newer version has it
	rowRemoved                  // an older version had it
)

const everywhere = ^nginxconf.Context(0)

func (j *judge) rows(name string) *nameRows {
	if r := j.names[name]; r != nil {
		return r
	}
	r := &nameRows{lists: parameterLists()[name], setters: settersByName()[name]}
	for _, def := range nginxconf.Lookup(name) {
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
func (j *judge) row(def *nginxconf.Def) (judgedRow, bool) {
	row := judgedRow{Def: def, contexts: def.ContextsIn(j.version), low: 0, high: -1}
	if def.AnyContext || def.Unchecked {
		row.contexts = everywhere
	}
	if low, high, ok := def.ArgsIn(j.version); ok {
		row.low, row.high = low, high
	}
	switch exists, since := def.Exists(j.version); {
	case def.Contexts == nginxconf.InACMEIssuer:
		return row, false // entries that the module reads itself
	case def.ThirdParty && !j.modules.has(def.Module):
		row.status = rowMaybe
		if j.lacks(def) {
			row.status = rowAbsent
		}
		if def.Unchecked || isFork(def.Module) && j.version.Known() {
			row.contexts = 0 // says who knows the name, not what else it may mean
		}
	case def.Plus() && !j.modules.plus:
		row.status = rowMaybe
	case !def.ThirdParty && j.lacks(def):
		row.status = rowAbsent
	case since != "":
		row.status = rowNewer
	case !exists && j.version.Known():
		row.status = rowRemoved
	}
	return row, true
}

// takes reports whether the row fits the number of arguments.
func (r *judgedRow) takes(n int) bool {
	return n >= r.low && (n <= r.high || r.high < 0) && (r.Gap == 0 || n != r.Gap)
}

// judge returns what nginx has against a directive in a context; nil when it
// would accept it, or may. nginx itself stops at the first.
func (j *judge) judge(d *nginxconf.Directive, at place) []Verdict {
	var out []Verdict
	names := j.rows(d.Name)
	if !names.certain {
		if v := j.unknown(d, at, names.rows); v.Kind != 0 {
			out = append(out, v)
		}
	} else if row, v := j.known(d, at.context, names.rows); row == nil {
		out = append(out, v)
	} else {
		out = j.arguments(d, at, row, names)
	}
	if out == nil {
		return nil
	}
	if isTemplate(d) {
		out = []Verdict{{Kind: NotEvaluated, Arg: -1, Message: "template"}}
	}
	for i := range out {
		out[i].Directive, out[i].Context = d, at.context
	}
	return out
}

// arguments judges the arguments of a directive whose name, place and number of
// arguments are right.
func (j *judge) arguments(d *nginxconf.Directive, at place, row *judgedRow, names *nameRows) []Verdict {
	var out []Verdict
	if names.lists != nil && !row.ThirdParty {
		out = j.parameters(d, at.context, names.lists)
	} else {
		out = j.values(d, at.context, row)
	}
	if row.ThirdParty && row.status == rowHere {
		out = append(out, j.foreignScripts(d, at)...)
	}
	if names.setters == nil || row.Edition != "oss" && !genericModules[row.Module] || nginxconf.Newest().Less(j.version) || j.readElsewise(at.context, row) {
		return out
	}
	s := j.statement()
	defer j.done(s)
	*s = statement{Directive: d, place: at, judge: j, out: out}
	s.run(names.setters)
	for i := range s.out {
		if v := &s.out[i]; v.Kind == InvalidValue && v.Suggestion != "" && v.Arg >= 0 && s.stillRefuses(v, names.setters) {
			v.Suggestion = ""
		}
	}
	return s.out
}

// known judges a directive whose name nginx has, without its parameters. It
// returns the row that fits, or the verdict. Another module of the name may be
// there too: what fits any of them is accepted.
func (j *judge) known(d *nginxconf.Directive, in nginxconf.Context, rows []judgedRow) (*judgedRow, Verdict) {
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
func refusal(d *nginxconf.Directive, placed, ended bool) Verdict {
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
func laterContext(rows []judgedRow, in nginxconf.Context) string {
	for i := range rows {
		if rows[i].status != rowHere || rows[i].Contexts&in == 0 {
			continue
		}
		for entry, since := range rows[i].Changes() {
			if entry[0] == '+' && nginxconf.ContextNamed(entry[1:]) == in {
				return since
			}
		}
	}
	return ""
}

// laterArity returns the release from which n arguments are taken, "" for none.
func laterArity(rows []judgedRow, in nginxconf.Context, n int) string {
	for i := range rows {
		if rows[i].status != rowHere || rows[i].Contexts&in == 0 || !rows[i].Accepts(n) {
			continue
		}
		since := ""
		for entry, at := range rows[i].Changes() {
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
func (j *judge) unknown(d *nginxconf.Directive, at place, rows []judgedRow) Verdict {
	v := Verdict{Kind: UnknownDirective, Arg: -1, Message: quoted(`unknown directive "%s"`, d.Name)}
	for i := range rows {
		row := &rows[i]
		switch {
		case row.status == rowAbsent:
			v.Lacking = appendNew(v.Lacking, row.Module)
		case row.status == rowNewer:
			v.Kind, v.Since = NeedsNewer, row.Since
			return v
		case row.status == rowRemoved:
			v.Kind, v.Since = Removed, row.Last
			return v
		case row.contexts&at.context == 0 && row.Plus():
			// Plus would refuse it too, for its place.
		case at.context&foreignContexts != 0 && row.contexts&at.context != 0:
			return Verdict{} // what opened this block was judged already
		case row.Plus():
			v.ThirdParty = appendNew(v.ThirdParty, "NGINX Plus")
		default:
			v.ThirdParty = appendNew(v.ThirdParty, row.Module)
		}
	}
	switch {
	case len(v.ThirdParty) > 0 || len(v.Lacking) > 0:
	case len(j.modules.strange) > 0:
		v.Kind, v.Message = NotEvaluated, quoted(`the directives of module "%s" are not known`, j.modules.strange[0])
	default:
		v.Suggestion = j.nearest(d, at)
	}
	return v
}

// foreignContexts are those that only third-party modules and NGINX Plus open.
const foreignContexts = nginxconf.InMgmt | nginxconf.InOIDCProvider | nginxconf.InRTMP | nginxconf.InRTMPServer | nginxconf.InRTMPApplication | nginxconf.InRTMPRecorder |
	nginxconf.InProcesses | nginxconf.InProcess

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

// Of returns what nginx would refuse of a configuration, and what cannot be told.
// It judges every directive once in every context it is read in; a place that is
// wrong in the same way twice is listed once.
func Of(c *nginxconf.Config) []Verdict {
	j := judgeOf(c)
	c.Root.Walk(j.block)
	if c.Whole() {
		j.finish()
	}
	return j.out
}

// block judges the directives of a scope, then the scope as a whole.
func (j *judge) block(s *nginxconf.Scope) {
	at := place{s, j.contextOf(s)}
	if at.context == 0 {
		return
	}
	accepted := j.accepted[:0]
	var verdicts []Verdict
	for _, d := range s.Items() {
		against := j.judge(d, at)
		if against == nil {
			accepted = append(accepted, d)
		}
		verdicts = append(verdicts, against...)
		if d.Block != nil {
			verdicts = append(verdicts, j.body(d, at)...)
		}
	}
	j.add(s, verdicts)
	j.accepted = accepted
	j.add(s, j.duplicates(s, at.context, accepted))
	if j.config.Whole() {
		j.add(s, j.closings(at))
	}
}

// add lists verdicts on what stands in a scope that are not listed yet.
func (j *judge) add(s *nginxconf.Scope, verdicts []Verdict) {
	for _, v := range verdicts {
		if key := (verdictKey{v.Directive, v.Kind, v.Arg}); !j.listed[key] {
			j.listed[key] = true
			v.Scope = s
			j.out = append(j.out, v)
		}
	}
}

type verdictKey struct {
	directive *nginxconf.Directive
	kind      Kind
	arg       int
}

// contextOf returns what the entries of a scope are judged as. The body of a
// block with a misspelled name is judged as what was meant.
func (j *judge) contextOf(s *nginxconf.Scope) nginxconf.Context {
	if s.Context != 0 || s.Directive == nil || nginxconf.Lookup(s.Directive.Name) != nil {
		return s.Context
	}
	parent := j.contextOf(s.Parent)
	if meant := j.nearest(s.Directive, place{s.Parent, parent}); meant != "" {
		return nginxconf.Opens(parent, meant)
	}
	return 0
}

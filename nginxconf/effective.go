package nginxconf

import (
	"slices"
	"strings"
	"time"

	"github.com/tunelint/tunelint/source"
)

// A Value is what is in force for a directive in one scope.
type Value struct {
	// Directives decide the value, in the order nginx keeps them; more than one
	// only for directives that may repeat. Empty for a default.
	Directives []*Directive
	// Level is the innermost scope they stand in; nil for a default.
	Level *Scope
	// Rest is a directive further out that decides what Directives leave open: the
	// second time of keepalive_timeout, the shared part of ssl_session_cache.
	Rest *Directive
	// Ended is a directive of another name, in Level, that ends what outer scopes
	// say: alias for root, deny for allow, proxy_store for proxy_cache.
	Ended *Directive
	// Default is the value when no directive decides it; "" where there is none.
	Default string
	// Known is false when the value may be another one, for the reason in Doubt.
	Known bool
	Doubt source.Skip

	name   string
	levels []*Scope      // of Directives, one each; nil where all stand in Level
	origin source.Origin // of Default
}

// Effective returns what is in force for a directive in the scope by nginx's
// merge rules: the innermost level that sets it decides, alone, also for
// directives that may repeat; what is not inherited counts on its own level only.
// The exceptions are in merging.go.
func (s *Scope) Effective(name string) Value {
	def := s.definition(name)
	others := partners(name)
	v := Value{Known: true, name: name, origin: s.config.origin}
	for at := s; at != nil; at = at.Parent {
		own := at.deciding(name)
		if unread := at.hiding(name, def); unread != nil && (len(own) == 0 || addsUp(name, def)) {
			v.doubt(unread.Directive.HeadSpan(), unread.Why())
		}
		if s.config.tagged {
			v.doubtTemplate(own, at)
		}
		v.Ended = at.ends(name, others)
		v.add(own, at, def)
		if !v.Known || v.Ended != nil {
			break
		}
		if !at.reachesOut(name, def, len(own) > 0) {
			break
		}
	}
	v.complete(def, s)
	return v
}

// doubtTemplate doubts a value that a template's tags decide, and every value in
// a block that may not be there.
func (v *Value) doubtTemplate(own []*Directive, at *Scope) {
	for _, d := range own {
		if why := d.Uncertain(); why != "" {
			v.doubt(d.HeadSpan(), why)
		}
	}
	if at.Directive != nil && at.Directive.Conditional() {
		v.doubt(at.Directive.HeadSpan(), at.Directive.Uncertain())
	}
}

// add takes up what one level says. What a module adds to comes before it,
// except where an "inherit" directive puts it behind.
func (v *Value) add(own []*Directive, at *Scope, def *Def) {
	if v.Level == nil && (len(own) > 0 || v.Ended != nil) {
		v.Level = at
	}
	switch {
	case len(own) == 0:
		return
	case len(v.Directives) == 0:
		v.Directives = own
		return
	}
	if v.levels == nil {
		v.levels = slices.Repeat([]*Scope{v.Level}, len(v.Directives))
	}
	levels := slices.Repeat([]*Scope{at}, len(own))
	if def != nil && def.Inherit == InheritAppend {
		v.Directives, v.levels = slices.Concat(own, v.Directives), slices.Concat(levels, v.levels)
		return
	}
	v.Directives, v.levels = slices.Concat(v.Directives, own), slices.Concat(v.levels, levels)
}

// complete adds what is no directive of the name: the rest, the default, and
// that nobody knows how a module merges.
func (v *Value) complete(def *Def, s *Scope) {
	switch {
	case len(v.Directives) > 0:
		v.Rest = v.restOf()
		if v.Known && def != nil && def.Inherit == InheritUnknown && v.Level != s {
			v.doubt(v.Directive().HeadSpan(), "it is not known how "+v.name+" passes from block to block")
		}
	case v.Ended != nil && !isRival(v.name), !v.Known:
	default:
		v.Default = s.config.defaultOf(def)
	}
}

func (v *Value) doubt(at source.Span, why string) {
	v.Known, v.Doubt = false, source.Skip{Span: at, Why: why}
}

// Release returns the version whose defaults count: that of Options, and
// [Stable] where nobody says which one runs.
func (c *Config) Release() Version {
	if c.Version.Known() {
		return c.Version
	}
	return Stable()
}

// defaultOf returns a directive's default in the version at hand; "" for none.
func (c *Config) defaultOf(def *Def) string {
	if def == nil {
		return ""
	}
	if value, ok := c.defaults.Load(def); ok {
		return value.(string)
	}
	value := def.DefaultIn(c.Release())
	c.defaults.Store(def, value)
	return value
}

// mayHide reports whether a file that the scope includes and that could not be
// read may hold a directive.
func (s *Scope) mayHide(name string, def *Def) bool { return s.hiding(name, def) != nil }

// hiding returns an include of the scope that could not be followed and may
// hold the directive, or another that ends it; nil for none.
func (s *Scope) hiding(name string, def *Def) *IncludeError {
	if def != nil && def.Contexts&s.Context == 0 {
		return nil
	}
	for _, unread := range s.unread {
		if unread.mayHold(name) || slices.ContainsFunc(partners(name), unread.mayHold) {
			return unread
		}
	}
	return nil
}

// Shadowed returns the directives of outer scopes that would be in force but
// for what the value's own level says, and those of that level which another
// one there makes void.
func (v Value) Shadowed() []Placed {
	if v.Level == nil {
		return nil
	}
	var out []Placed
	add := func(outer Value) {
		for _, p := range outer.Placed() {
			if d := p.Directive; !slices.Contains(v.Directives, d) && d != v.Rest && d != v.Ended {
				out = append(out, p)
			}
		}
	}
	add(Value{Directives: v.Level.Own(v.name), Level: v.Level})
	def := v.Level.definition(v.name)
	if v.Level.Parent == nil || !inherited(v.name, def, v.Level) {
		return out
	}
	for _, name := range append([]string{v.name}, partners(v.name)...) {
		outer := v.Level.Parent.Effective(name)
		if name == v.name || !isRival(name) {
			add(outer)
		}
	}
	return out
}

// A Placed is a directive in one scope: in a file that is included several
// times it stands in several.
type Placed struct {
	*Directive
	Scope *Scope
}

// Placed returns Directives with the scopes they stand in.
func (v Value) Placed() []Placed {
	out := make([]Placed, len(v.Directives))
	for i, d := range v.Directives {
		out[i] = Placed{d, v.Level}
		if v.levels != nil {
			out[i].Scope = v.levels[i]
		}
	}
	return out
}

// definition returns the table row of a directive for the scope: nginx's own
// where there is one, however far out, before a namesake of a third party.
func (s *Scope) definition(name string) *Def {
	var other *Def
	defs := Lookup(name)
	for at := s; at != nil; at = at.Parent {
		for _, def := range defs {
			switch {
			case def.Contexts&at.Context == 0:
			case !def.ThirdParty:
				return def
			case other == nil:
				other = def
			}
		}
	}
	return other
}

// Directive returns the deciding directive, the last one where several do; nil
// for a default.
func (v Value) Directive() *Directive {
	if n := len(v.Directives); n > 0 {
		return v.Directives[n-1]
	}
	return nil
}

// Text returns the value's arguments joined by blanks, or the default.
func (v Value) Text() string {
	if d := v.Directive(); d != nil {
		return d.ArgText()
	}
	return v.Default
}

// First returns the first argument, or the first word of the default.
func (v Value) First() string {
	if d := v.Directive(); d != nil {
		return d.Arg(0)
	}
	first, _, _ := strings.Cut(v.Default, " ")
	return first
}

// Origin returns what decided the value.
func (v Value) Origin() source.Origin {
	if d := v.Directive(); d != nil {
		return source.Origin{Span: d.HeadSpan()}
	}
	return v.origin
}

// Time reads the value as a time in milliseconds; unknown when it holds a
// variable or nginx would refuse it.
func (v Value) Time() source.Setting[time.Duration] {
	if d, ok := ParseTime(v.First(), false); ok && v.Known {
		return source.Known(d, v.Origin())
	}
	return source.Setting[time.Duration]{Origin: v.Origin()}
}

// Number reads the value as a plain number.
func (v Value) Number() source.Setting[int64] {
	if n, ok := ParseNumber(v.First()); ok && v.Known {
		return source.Known(n, v.Origin())
	}
	return source.Setting[int64]{Origin: v.Origin()}
}

// Size reads the value as a size in bytes.
func (v Value) Size() source.Setting[int64] {
	if n, ok := ParseSize(v.First(), true); ok && v.Known {
		return source.Known(n, v.Origin())
	}
	return source.Setting[int64]{Origin: v.Origin()}
}

// On reads the value as a flag; a flag is off unless it says "on".
func (v Value) On() source.Setting[bool] {
	return source.Setting[bool]{Value: strings.EqualFold(v.First(), "on"), Known: v.Known, Origin: v.Origin()}
}

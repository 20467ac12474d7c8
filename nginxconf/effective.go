package nginxconf

import (
	"strings"
	"time"

	"github.com/tunelint/tunelint/source"
)

// A Value is what is in force for a directive in one scope.
type Value struct {
	// Directives decide the value, in order; more than one only for directives
	// that may repeat. Empty for a default.
	Directives []*Directive
	// Level is the scope they stand in; nil for a default.
	Level *Scope
	// Default is the value when no directive decides it; "" where there is none.
	Default string
	// Known is false when a file that could not be read might decide the value.
	Known bool

	version Version
}

// Effective returns what is in force for a directive in the scope by nginx's
// merge rules: the innermost level that sets it decides, alone, also for
// directives that may repeat; what is not inherited counts on its own level only.
func (s *Scope) Effective(name string) Value {
	def := s.definition(name)
	v := Value{Known: true, version: s.config.Version}
	for at := s; at != nil; at = at.Parent {
		v.Known = !at.mayHide(name, def)
		if own := at.Own(name); len(own) > 0 {
			v.Directives, v.Level = own, at
			v.Known = v.Known || !repeats(name)
			return v
		}
		if !v.Known {
			return v
		}
		if !inherited(def, at) {
			break
		}
	}
	v.Default = s.config.defaultOf(def)
	return v
}

// defaultOf returns a directive's default in the version at hand; "" for none.
func (c *Config) defaultOf(def *Def) string {
	if def == nil {
		return ""
	}
	if value, ok := c.defaults.Load(def); ok {
		return value.(string)
	}
	value := def.DefaultIn(c.Version)
	c.defaults.Store(def, value)
	return value
}

// mayHide reports whether a file that the scope includes and that could not be
// read may hold a directive.
func (s *Scope) mayHide(name string, def *Def) bool {
	if def != nil && def.Contexts&s.Context == 0 {
		return false
	}
	for _, unread := range s.unread {
		if unread.mayHold(name) {
			return true
		}
	}
	return false
}

// inherited reports whether a directive's value passes from the parent of a
// scope into it. The contents of "if" and "limit_except" belong to the location
// around them.
func inherited(def *Def, at *Scope) bool {
	if def == nil || def.Inherit != InheritNone {
		return true
	}
	return at.Context&(InLocationIf|InLimitExcept) != 0
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
	return source.Origin{Default: "nginx " + v.version.String() + " default"}
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

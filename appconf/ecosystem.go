package appconf

import (
	"math"
	"strings"

	"github.com/tdewolff/parse/v2/js"

	"github.com/tunelint/tunelint/appconf/jsexpr"
	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
)

// ecosystemApp returns the entry that is the application: the only one, or the one
// of its name.
func (s *script) ecosystemApp() (app *js.ObjectExpr, why string) {
	var list *js.ArrayExpr
	for _, p := range s.Places {
		n, ok := p.Node.(*js.BinaryExpr)
		if !ok || n.Op != js.EqToken {
			continue
		}
		if object, name, isMember := jsexpr.Member(n.X); !isMember || name != "exports" || !jsexpr.IsNamed(object, "module") {
			continue
		}
		if o := s.object(n.Y); o != nil {
			list, _ = s.entry(o, "apps").(*js.ArrayExpr)
		}
	}
	if list == nil {
		return nil, "the list of applications is not written here"
	}
	for i := range list.List {
		o := s.object(list.List[i].Value)
		switch {
		case o == nil:
			return nil, "the list of applications is not written here"
		case len(list.List) == 1:
			return o, ""
		}
		if name := s.entry(o, "name"); name != nil && s.Eval(name, 0).Text == s.app {
			return o, ""
		}
	}
	return nil, "several applications: name the application like one of them"
}

// entry returns the value of a property of an object literal, nil for none.
func (s *script) entry(o *js.ObjectExpr, name string) js.IExpr {
	for i := range o.List {
		p := &o.List[i]
		if p.Name != nil && !p.Name.IsComputed() && strings.Trim(string(p.Name.Literal.Data), `'"`) == name {
			return p.Value
		}
	}
	return nil
}

// ecosystemOptions reads the entries that decide something: instances, kill_timeout
// in milliseconds, env and the options of node.
func (s *script) ecosystemOptions(o *js.ObjectExpr) {
	for i := range o.List {
		p := &o.List[i]
		if p.Name == nil || p.Name.IsComputed() {
			s.puzzle("workers", s.SpanOf(0), rankOption, "the options are not written here")
			continue
		}
		at := s.OptionSpan(p)
		switch strings.Trim(string(p.Name.Literal.Data), `'"`) {
		case "kill_timeout":
			s.number(property{name: "stop_grace_period", millis: true}, s.Eval(p.Value, 0), at, rankCommand+1)
		case "instances":
			s.ecosystemInstances(p, s.Eval(p.Value, 0))
		case "env":
			s.ecosystemEnvironment(p.Value)
		case "node_args", "interpreter_args":
			if v := s.Eval(p.Value, 0); v.Kind == jsexpr.Text {
				for _, w := range shellwords.Split(v.Text, nil) {
					s.nodeOption(shellwords.Word{Text: w.Text, At: at, Why: w.Why})
				}
			}
		}
	}
}

// ecosystemInstances reads how many processes PM2 starts: "max", 0 and less leave
// it to the number of CPUs.
func (s *script) ecosystemInstances(p *js.Property, v jsexpr.Value) {
	at := s.OptionSpan(p)
	n := v.ToNumber()
	switch {
	case v.Kind == jsexpr.Unknown:
		s.puzzle("workers", at, rankAssigned, v.Why)
	case v.Text == "max" || n <= 0:
		n += float64(s.cpus)
		if v.Text == "max" {
			n = float64(s.cpus)
		}
		if s.cpus == 0 || n < 1 {
			s.puzzle("workers", at, rankAssigned, "it depends on the number of CPUs")
			return
		}
		s.declare("workers", int64(n), at, rankAssigned)
	case n != math.Trunc(n) || n > 1<<20 || math.IsNaN(n):
		s.puzzle("workers", at, rankAssigned, "not a number that is understood")
	default:
		s.declare("workers", int64(n), at, rankAssigned)
	}
}

// ecosystemEnvironment notes the variables PM2 sets.
func (s *script) ecosystemEnvironment(e js.IExpr) {
	o := s.object(e)
	if o == nil {
		return
	}
	for i := range o.List {
		p := &o.List[i]
		if p.Name == nil || p.Name.IsComputed() {
			continue
		}
		v := s.Eval(p.Value, 0)
		text := syntax.Variable{Text: v.String(), At: s.OptionSpan(p), Why: v.Why}
		if v.Kind == jsexpr.Bool || v.Kind == jsexpr.Undefined {
			text.Why = "not a text"
		}
		s.env[strings.Trim(string(p.Name.Literal.Data), `'"`)] = text
	}
	s.nodeEnvironment()
}

package rubyexpr

import (
	"strings"
	"testing"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

func TestValues(t *testing.T) {
	env := map[string]syntax.Variable{"N": {Text: "7"}, "HIDDEN": {Why: "not known"}}
	for text, want := range map[string]Value{
		"5":                               {Text: "5"},
		"1_000 * (2 + 3) - 1":             {Text: "4999"},
		"'a b'":                           {Text: "a b"},
		":auto":                           {Text: ":auto"},
		"nil || false || 3":               {Text: "3"},
		"ENV['N'].to_i + 1":               {Text: "8"},
		"ENV['NONE']":                     {IsNil: true},
		"ENV['NONE'].to_i":                {Text: "0"},
		"Integer(ENV.fetch('NONE', '4'))": {Text: "4"},
		"ENV.fetch('NONE') { 9 }":         {Text: "9"},
		"Integer(ENV['NONE'])":            {Why: "it has no value unless the environment gives one"},
		"ENV['HIDDEN']":                   {Why: "it depends on the environment variable HIDDEN"},
		"here":                            {Text: "local"},
		"elsewhere":                       {Why: NotPlain},
		`"a#{b}"`:                         {Why: NotPlain},
		"010":                             {Why: NotPlain},
		strings.Repeat("(", 9999) + "5":   {Why: NotPlain},
		"Etc.nprocessors":                 {Why: NotPlain},
	} {
		e := &Expr{Env: env, Locals: map[string]Value{"here": {Text: "local"}}, Text: text}
		if got := e.Value(); got != want {
			t.Errorf("%.40s: %+v, want %+v", text, got, want)
		}
	}
	e := &Expr{Env: env, Unread: true, Text: "ENV['NONE']"}
	if got := e.Value(); got.Why == "" {
		t.Errorf("a variable that something unread may set is %+v", got)
	}
}

func TestStatements(t *testing.T) {
	all, why := Statements(source.NewFile("/puma.rb", "workers 2 # two\nbind 'a',\n  'b'\nthreads 1 if x\nbefore_fork do\n  port 80\nend\n__END__\nworkers 3\n"))
	var got []string
	for _, s := range all {
		line := s.At.Text()
		if s.Conditional {
			line += " (conditional)"
		}
		got = append(got, s.Name+"|"+line)
	}
	want := "workers|workers 2; bind|bind 'a',\n  'b'; threads|threads 1 if x (conditional); before_fork|before_fork do; port|port 80 (conditional); end|end"
	if text := strings.Join(got, "; "); text != want || why != "" {
		t.Errorf("%s, %q", text, why)
	}
	if _, why := Statements(source.NewFile("/puma.rb", "end\n")); why == "" {
		t.Error("an end without a beginning is understood")
	}
}

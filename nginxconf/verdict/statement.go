package verdict

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/tunelint/tunelint/nginxconf"
)

// A place is where a directive is judged. Where a block's name is misspelled,
// context is what was meant.
type place struct {
	scope   *nginxconf.Scope
	context nginxconf.Context
}

// A setter is what nginx does with the arguments of a directive beyond the
// generic readers and the closed lists of parameters.
type setter struct {
	names string // the directives, separated by "|"
	in    nginxconf.Context
	check func(s *statement)
}

// setters are all of them, one list for each file of checks.
func setters() [][]setter {
	return [][]setter{
		cacheSetters, limitSetters, sessionCacheSetters, logSetters, processSetters, boundSetters, proxySetters, thirdPartySetters,
		compiledSetters, variableSetters, formatSetters,
		locationSetters, rewriteSetters, coreSetters, nameSetters, contentSetters,
		upstreamSetters, passSetters, listenSetters, networkSetters, resolverSetters, syslogSetters, mailSetters, stickySetters,
	}
}

var settersByName = sync.OnceValue(func() map[string][]setter {
	out := map[string][]setter{}
	for _, list := range setters() {
		for _, s := range list {
			for name := range strings.SplitSeq(s.names, "|") {
				out[name] = append(out[name], s)
			}
		}
	}
	return out
})

// A statement is one directive as its setter sees it: name, place, number of
// arguments and terminator are right.
type statement struct {
	*nginxconf.Directive
	place
	judge *judge
	out   []Verdict
}

// refuse adds what nginx has against the value of an argument; arg is -1 for
// the directive as a whole.
func (s *statement) refuse(arg int, format string, words ...any) {
	s.refuseAs(InvalidValue, arg, format, words...)
}

// refuseAs adds a verdict of another kind.
func (s *statement) refuseAs(kind Kind, arg int, format string, words ...any) {
	s.out = append(s.out, Verdict{Kind: kind, Arg: arg, Message: fmt.Sprintf(format, words...)})
}

// statement returns one to be filled; done takes it back.
func (j *judge) statement() *statement {
	if n := len(j.free); n > 0 {
		s := j.free[n-1]
		j.free = j.free[:n-1]
		return s
	}
	return &statement{}
}

func (j *judge) done(s *statement) { j.free = append(j.free, s) }

// run lets the setters of the directive judge it.
func (s *statement) run(setters []setter) {
	for _, setter := range setters {
		if setter.in&s.context != 0 {
			setter.check(s)
		}
	}
}

// stillRefuses reports whether a setter has something against what a verdict
// suggests.
func (s *statement) stillRefuses(v *Verdict, setters []setter) bool {
	meant := *s.Directive
	meant.Args = slices.Clone(meant.Args)
	meant.Args[v.Arg].Text = v.Suggestion
	corrected := statement{Directive: &meant, place: s.place, judge: s.judge}
	corrected.run(setters)
	return corrected.refused(v.Arg)
}

package verdict

import "strings"

// A parameterValue is how a setter reads what stands after a parameter's name.
type parameterValue struct {
	prefix  string
	reads   valueSlot
	refusal string // nginx's words, with the parameter
	bare    bool   // with the value alone
	check   func(value string) string
}

// The readers of parameters' values.
var (
	aNumber      = valueSlot{kind: numberValue}
	aCount       = valueSlot{kind: numberValue, nonzero: true}
	aLevel       = valueSlot{kind: numberValue, low: 1, high: 9}
	someBytes    = valueSlot{kind: sizeValue, nonzero: true}
	anOffset     = valueSlot{kind: offsetValue}
	seconds      = valueSlot{kind: secValue}
	milliseconds = valueSlot{kind: msecValue}
	onOrOff      = valueSlot{kind: wordValue, words: []string{"on", "off"}, exact: true}
)

// parameterValues judges the values of parameters from argument first on.
// Parameters that are not listed are judged elsewhere.
func (s *statement) parameterValues(first int, known []parameterValue) {
	for i := first; i < len(s.Args); i++ {
		word := s.Args[i].Text
		for k := range known {
			if p := &known[k]; strings.HasPrefix(word, p.prefix) {
				s.parameterValue(i, p, word[len(p.prefix):])
				break
			}
		}
	}
}

func (s *statement) parameterValue(i int, p *parameterValue, value string) {
	message := p.refusal
	if p.check != nil {
		message = p.check(value)
	} else if p.reads.listed(value) || p.reads.reads(value) || p.reads.readsWord(value) {
		return
	}
	if message == "" {
		return
	}
	shown := s.Args[i].Text
	if p.bare {
		shown = value
	}
	if s.refuseWord(i, message, shown) && p.reads.kind != 0 {
		if meant := p.reads.meant("", value); meant != "" {
			s.out[len(s.out)-1].Suggestion = p.prefix + meant
		}
	}
}

// refuseWord refuses an argument, with a message that has a place for a word or
// none, and reports whether it did: not where the argument is refused already or
// may be another one when nginx reads it.
func (s *statement) refuseWord(arg int, message, word string) bool {
	switch {
	case s.refused(arg):
		return false
	case isPlaceholder(s.Args[arg].Text):
		s.out = append(s.out, Verdict{Kind: NotEvaluated, Arg: arg, Message: "template"})
		return false
	case hasTag(s.Args[arg].Text):
		return false
	}
	if strings.Contains(message, "%s") {
		message = quoted(message, word)
	}
	s.refuse(arg, "%s", message)
	return true
}

// refused reports whether there is a verdict on an argument.
func (s *statement) refused(arg int) bool {
	for i := range s.out {
		if s.out[i].Arg == arg {
			return true
		}
	}
	return false
}

// plain reports whether nginx reads an argument as it stands, to its end.
func (s *statement) plain(arg int) bool {
	text := s.Args[arg].Text
	return !isReplaced(text) && !strings.Contains(text, "\x00")
}

package verdict

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// A valueKind is one of nginx's own readers of an argument
// (src/core/ngx_conf_file.c, "generic setters").
type valueKind uint8

const (
	flagValue   valueKind = iota + 1 // on or off
	wordValue                        // one of a list, or several, in any case
	numberValue                      // digits
	sizeValue                        // bytes, with k or m
	offsetValue                      // bytes, with k, m or g
	msecValue                        // a time down to milliseconds
	secValue                         // a time in whole seconds
	codeValue                        // a status of HTTP
)

// valueKinds are the kinds as the directive table names them.
var valueKinds = map[string]valueKind{
	"flag": flagValue, "enum": wordValue, "bitmask": wordValue, "number": numberValue,
	"size": sizeValue, "off": offsetValue, "msec": msecValue, "sec": secValue,
}

// A valueSlot is how a directive reads an argument.
type valueSlot struct {
	kind  valueKind
	words []string // what a wordValue may be; what others may be instead of a value
	exact bool     // the words count in lower case only

	variables bool // a value with variables is read for each request
	nonzero   bool
	signed    bool
	byBuild   bool   // which of the words there are depends on the build
	low, high int64  // bounds of a number; high 0 for none
	refusal   string // nginx's words, with the directive's name or, for words, the value

	now *valueSlot // with the words of the version
}

// values judges the arguments that nginx's generic setters read; nothing is said
// of a directive that reads its arguments itself.
func (j *judge) values(d *nginxconf.Directive, in nginxconf.Context, row *judgedRow) []Verdict {
	if !row.readsGenerically() || row.Repeat == nginxconf.RepeatIgnored || nginxconf.Newest().Less(j.version) || j.readElsewise(in, row) {
		return nil
	}
	var out []Verdict
	slots := j.slots(row.Def, len(d.Args))
	for i := range slots {
		if v := slots[i].judge(d, i, row.Def, j.version); v.Kind != 0 {
			out = append(out, v)
		}
	}
	return out
}

type slotsKey struct {
	def  *nginxconf.Def
	args int
}

// slots returns valueSlots with the words that the version has.
func (j *judge) slots(def *nginxconf.Def, args int) []valueSlot {
	key := slotsKey{def, args}
	slots, known := j.valueSlots[key]
	if !known {
		slots = valueSlots(def, args)
		for i := range slots {
			slots[i].now = slots[i].of(def, j.version)
		}
		j.valueSlots[key] = slots
	}
	return slots
}

// readElsewise reports whether a third-party module or a fork that may be there
// has the directive too and reads it in another way.
func (j *judge) readElsewise(in nginxconf.Context, row *judgedRow) bool {
	for _, other := range j.rows(row.Name).rows {
		if other.ThirdParty && (isFork(other.Module) || j.modules.has(other.Module)) && other.contexts&in != 0 && other.Kinds != row.Kinds {
			return true
		}
	}
	return false
}

// valueSlots returns how a directive with so many arguments reads them; nil
// where it reads one of them in a way of its own.
func valueSlots(def *nginxconf.Def, args int) []valueSlot {
	var slots []valueSlot
	switch def.Kinds {
	case "number size": // ngx_conf_set_bufs_slot
		slots = []valueSlot{newValueSlot(numberValue), newValueSlot(sizeValue)}
		slots[0].nonzero, slots[0].refusal = true, slots[1].refusal
		slots[1].nonzero = true
	case "msec [sec]": // keepalive_timeout
		slots = []valueSlot{newValueSlot(msecValue), newValueSlot(secValue)}
	case "[code|any]... sec": // ngx_http_file_cache_valid_set_slot
		slots = slices.Repeat([]valueSlot{newValueSlot(codeValue)}, args)
		slots[args-1] = newValueSlot(secValue)
		slots[args-1].refusal = `invalid time value "%s"`
	default:
		slots = oneSlot(def, args)
	}
	return slots[:min(len(slots), args)]
}

// oneSlot returns the slots of a directive whose arguments are all of one kind.
func oneSlot(def *nginxconf.Def, args int) []valueSlot {
	kind, list, listed := strings.Cut(def.Kinds, "(")
	list, closed := strings.CutSuffix(list, ")")
	if listed != closed || strings.ContainsAny(list, "() ") || def.Name == "protocol" {
		return nil
	}
	name, beside := strings.CutSuffix(kind, "|enum")
	name, variables := strings.CutSuffix(name, "+var")
	known := valueKinds[name]
	if known == 0 || variables && known != sizeValue {
		return nil
	}
	slot := newValueSlot(known)
	slot.variables, slot.exact = variables, beside
	if listed {
		slot.words = strings.Split(list, "|")
	}
	slot.customize(def)
	if kind == "bitmask" {
		return slices.Repeat([]valueSlot{slot}, args)
	}
	return []valueSlot{slot}
}

func newValueSlot(kind valueKind) valueSlot {
	s := valueSlot{kind: kind, refusal: `"%s" directive invalid value`}
	switch kind {
	case flagValue:
		s.words = []string{"on", "off"}
	case wordValue:
		s.refusal = `invalid value "%s"`
	case numberValue:
		s.refusal = `"%s" directive invalid number`
	case codeValue:
		s.words, s.exact, s.low, s.refusal = []string{"any"}, true, 100, `invalid status "%s"`
	}
	return s
}

// customize adds what single setters do differently.
func (s *valueSlot) customize(def *nginxconf.Def) {
	switch def.Name {
	case "aio":
		s.exact, s.refusal = true, `"%s" directive invalid value`
	case "use":
		s.exact, s.byBuild, s.refusal = true, true, `invalid event type "%s"`
	case "worker_connections":
		s.refusal = `invalid number "%s"`
	case "worker_priority":
		s.signed = true
	case "worker_processes":
		s.refusal = `"%s" directive invalid value`
	}
	if bounds, ok := strings.CutPrefix(def.Notes, "range "); ok {
		if _, err := fmt.Sscanf(bounds, "%d..%d", &s.low, &s.high); err != nil {
			s.low, s.high = 0, 0
		}
	}
}

// judge returns what nginx has against an argument.
func (s *valueSlot) judge(d *nginxconf.Directive, i int, def *nginxconf.Def, v nginxconf.Version) Verdict {
	word := d.Args[i].Text
	here := s.now
	message := here.refuse(d.Name, word)
	if before, _, cut := strings.Cut(word, "\x00"); cut && s.kind <= wordValue {
		message = strings.Replace(message, word, before, 1)
	}
	switch {
	case message == "":
		return Verdict{}
	case s.variables && strings.Contains(word, "$"):
		if since := wordSince(def, "variables"); !v.Since(since) {
			return Verdict{Kind: NeedsNewer, Arg: i, Message: message, Since: since}
		}
		return Verdict{}
	case here.readsWord(word):
		return Verdict{}
	case isPlaceholder(word):
		return Verdict{Kind: NotEvaluated, Arg: i, Message: "template"}
	case s.listed(word):
		return Verdict{Kind: NeedsNewer, Arg: i, Message: message, Since: wordSince(def, word)}
	case dropped(def, word):
		return Verdict{}
	}
	return Verdict{Kind: InvalidValue, Arg: i, Message: message, Suggestion: here.meant(d.Name, word)}
}

// of returns the slot with the words that a version has. With on and off alone
// the directive was a flag.
func (s *valueSlot) of(def *nginxconf.Def, v nginxconf.Version) *valueSlot {
	if len(s.words) == 0 || def.ContextsSince == "" {
		return s
	}
	here := *s
	here.words = slices.DeleteFunc(slices.Clone(s.words), func(word string) bool { return !v.Since(wordSince(def, word)) })
	if s.kind == wordValue && len(here.words) == 2 && len(s.words) > 2 && here.listed("on") && here.listed("off") {
		here.kind = flagValue
	}
	return &here
}

// wordSince returns the releases that added a word, "" for always.
func wordSince(def *nginxconf.Def, word string) string {
	for entry, since := range def.Changes() {
		if strings.EqualFold(strings.TrimPrefix(entry, "value:"), word) {
			return since
		}
	}
	return ""
}

// dropped reports whether a release, or a build, has had the word.
func dropped(def *nginxconf.Def, word string) bool {
	if def.Name == "use" && word == "rtsig" {
		return true // before 1.9.1
	}
	for entry := range def.Changes() {
		if was, ok := strings.CutPrefix(entry, "-value:"); ok && strings.EqualFold(was, word) {
			return true
		}
	}
	return false
}

// listed reports whether a word is one of the slot's own.
func (s *valueSlot) listed(word string) bool {
	return slices.ContainsFunc(s.words, func(known string) bool {
		if stem, ok := strings.CutSuffix(known, "POOL"); ok {
			return strings.HasPrefix(word, stem)
		}
		return word == known || !s.exact && strings.EqualFold(word, known)
	})
}

// refuse returns nginx's message on a word, "" when it takes it.
func (s *valueSlot) refuse(name, word string) string {
	if s.listed(word) || s.reads(word) {
		return ""
	}
	switch n, ok := nginxconf.ParseNumber(word); {
	case s.kind == flagValue:
		return quoted(`invalid value "%s"`, word) + quoted(` in "%s" directive, it must be "on" or "off"`, name)
	case ok && s.high > 0 && (n < s.low || n > s.high):
		return fmt.Sprintf("value must be between %d and %d", s.low, s.high)
	case strings.Contains(s.refusal, `"%s" directive`):
		return quoted(s.refusal, name)
	}
	return quoted(s.refusal, word)
}

// reads reports whether a word is a value of the slot's kind.
func (s *valueSlot) reads(word string) bool {
	switch s.kind {
	case numberValue:
		if s.signed && word != "" && (word[0] == '-' || word[0] == '+') {
			word = word[1:]
		}
		n, ok := nginxconf.ParseNumber(word)
		if s.signed && int32(n) == -1 {
			return false // kept as an int, it is nginx's own sign of an error
		}
		return ok && (n > 0 || !s.nonzero) && (s.high == 0 || n >= s.low && n <= s.high)
	case codeValue:
		n, ok := nginxconf.ParseNumber(word)
		return ok && n >= s.low
	case sizeValue, offsetValue:
		n, ok := nginxconf.ParseSize(word, s.kind == offsetValue)
		return ok && (n > 0 || !s.nonzero)
	case msecValue, secValue:
		return nginxconf.ReadsTime(word, s.kind == secValue)
	}
	return false
}

// isPlaceholder reports whether a word holds what another program replaces
// before nginx reads the file: ${NAME}, $NAME, @NAME@ or %NAME%.
func isPlaceholder(word string) bool {
	if i := strings.IndexByte(word, '$'); i >= 0 && i+1 < len(word) {
		return word[i+1] == '{' || word[i+1] >= 'A' && word[i+1] <= 'Z'
	}
	return strings.Count(word, "@") >= 2 || strings.Count(word, "%") >= 2
}

// meant returns the value that a refused word can only mean; "" for none.
func (s *valueSlot) meant(name, word string) string {
	value := ""
	switch s.kind {
	case flagValue:
		value = flagMeant(word)
	case sizeValue, offsetValue:
		value = s.sizeMeant(word)
	case msecValue, secValue:
		value = timeMeant(word)
	}
	if value == "" && !s.byBuild {
		value = s.nearestWord(word)
	}
	if value == "" || s.refuse(name, value) != "" {
		return ""
	}
	return value
}

// readsWord reports whether what stands before a zero byte is one of the slot's
// words: single words are compared as strings of C, where lists and values count
// with their length.
func (s *valueSlot) readsWord(word string) bool {
	before, _, cut := strings.Cut(word, "\x00")
	return cut && (s.exact || s.kind != wordValue) && s.listed(before)
}

// nearestWord returns the slot's own word with one typo put right.
func (s *valueSlot) nearestWord(word string) string {
	n := newNearness(strings.ToLower(word))
	n.limit = min(n.limit, 1)
	n.distance = n.limit + 1
	for _, known := range s.words {
		if strings.EqualFold(known, word) {
			return known
		}
		n.consider(strings.ToLower(known))
	}
	near, _ := n.result()
	for _, known := range s.words {
		if strings.EqualFold(known, near) {
			return known
		}
	}
	return ""
}

func flagMeant(word string) string {
	switch strings.ToLower(word) {
	case "yes", "true", "1", "enable", "enabled":
		return "on"
	case "no", "false", "0", "disable", "disabled":
		return "off"
	}
	return ""
}

// timeMeant reads a number with a unit that nginx spells otherwise. "M" alone
// may be months or minutes.
func timeMeant(word string) string {
	digits, unit := splitUnit(word)
	if unit == "m" {
		return digits + "m"
	}
	switch strings.ToLower(unit) {
	case "ms", "msec", "msecs", "millisecond", "milliseconds":
		return digits + "ms"
	case "s", "sec", "secs", "second", "seconds":
		return digits + "s"
	case "min", "mins", "minute", "minutes":
		return digits + "m"
	case "h", "hr", "hrs", "hour", "hours":
		return digits + "h"
	case "d", "day", "days":
		return digits + "d"
	case "w", "week", "weeks":
		return digits + "w"
	}
	return ""
}

// sizeMeant reads a number with a unit that nginx spells otherwise, or that
// sizes lack.
func (s *valueSlot) sizeMeant(word string) string {
	digits, unit := splitUnit(word)
	switch strings.ToLower(unit) {
	case "b", "byte", "bytes":
		return digits
	case "k", "kb", "kib":
		return digits + "k"
	case "m", "mb", "mib":
		return digits + "m"
	case "g", "gb", "gib":
		if s.kind == offsetValue {
			return digits + "g"
		}
		if n, err := strconv.ParseInt(digits, 10, 32); err == nil {
			return strconv.FormatInt(n*1024, 10) + "m"
		}
	}
	return ""
}

// splitUnit splits "60 sec" into the number and the unit.
func splitUnit(word string) (digits, unit string) {
	unit = strings.TrimLeft(word, "0123456789")
	return word[:len(word)-len(unit)], strings.TrimSpace(unit)
}

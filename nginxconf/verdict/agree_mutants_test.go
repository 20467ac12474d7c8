package verdict

import (
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A mutation damages a configuration at one place, as people do.
type mutation struct {
	name  string
	apply func(r *rand.Rand, text string, all []*nginxconf.Directive) string
}

var mutations = []mutation{
	{"misspell a name", func(r *rand.Rand, text string, all []*nginxconf.Directive) string {
		d := pick(r, all)
		return splice(text, d.NameSpan(), misspelled(r, d.Name))
	}},
	{"move a directive", moveDirective},
	{"drop an argument", func(r *rand.Rand, text string, all []*nginxconf.Directive) string {
		d, i := pickArg(r, all)
		return splice(text, d.ArgSpan(i), "")
	}},
	{"add an argument", func(r *rand.Rand, text string, all []*nginxconf.Directive) string {
		at := pick(r, all).StopSpan()
		at.End = at.Start
		return splice(text, at, " "+someValue(r, all))
	}},
	{"change a value", func(r *rand.Rand, text string, all []*nginxconf.Directive) string {
		d, i := pickArg(r, all)
		return splice(text, d.ArgSpan(i), someValue(r, all))
	}},
	{"change a unit", changeUnit},
	{"drop punctuation", func(r *rand.Rand, text string, _ []*nginxconf.Directive) string {
		at := pick(r, punctuation.FindAllStringIndex(text, -1))
		return text[:at[0]] + text[at[1]:]
	}},
	{"insert a byte", func(r *rand.Rand, text string, _ []*nginxconf.Directive) string {
		const strays = ";{}\"'\\#$ \n\t\x00\xff=/a1~@"
		at, stray := r.IntN(len(text)+1), r.IntN(len(strays))
		return text[:at] + strays[stray:stray+1] + text[at:]
	}},
	{"repeat a directive", func(r *rand.Rand, text string, all []*nginxconf.Directive) string {
		s := pick(r, all).Span()
		return splice(text, s, s.Text()+" "+s.Text())
	}},
	{"change a parameter", changeParameter},
	{"change quotes", changeQuotes},
	{"insert a statement", func(r *rand.Rand, text string, all []*nginxconf.Directive) string {
		at := pick(r, all).Span()
		at.End = at.Start
		return splice(text, at, someStatement(r)+" ")
	}},
	{"exchange a name", func(r *rand.Rand, text string, all []*nginxconf.Directive) string {
		return splice(text, pick(r, all).NameSpan(), pick(r, plainDefinitions()).Name)
	}},
}

// plainDefinitions are the rows of nginx's own simple directives.
var plainDefinitions = sync.OnceValue(func() []*nginxconf.Def {
	var out []*nginxconf.Def
	for d := range nginxconf.Definitions() {
		if d.Edition == "oss" && !d.Block {
			out = append(out, d)
		}
	}
	return out
})

// someStatement returns a directive of the table with plausible arguments.
func someStatement(r *rand.Rand) string {
	d := pick(r, plainDefinitions())
	samples := sampleArguments(d)
	if len(samples) == 0 {
		return d.Name + ";"
	}
	return strings.TrimSpace(d.Name+" "+pick(r, samples)) + ";"
}

// changeQuotes puts an argument into quotes, takes them away or exchanges them.
func changeQuotes(r *rand.Rand, text string, all []*nginxconf.Directive) string {
	d, i := pickArg(r, all)
	word := d.ArgSpan(i).Text()
	bare := strings.Trim(word, `"'`)
	return splice(text, d.ArgSpan(i), pick(r, []string{bare, `"` + bare + `"`, "'" + bare + "'", bare + `"`, `"` + bare, `\` + bare}))
}

var punctuation = regexp.MustCompile(`[;{}"']`)

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// pickArg returns a directive with arguments and the index of one.
func pickArg(r *rand.Rand, all []*nginxconf.Directive) (*nginxconf.Directive, int) {
	for {
		if d := pick(r, all); len(d.Args) > 0 {
			return d, r.IntN(len(d.Args))
		}
	}
}

func splice(text string, s source.Span, with string) string {
	return text[:s.Start] + with + text[s.End:]
}

// misspelled drops, doubles, swaps or replaces one letter.
func misspelled(r *rand.Rand, word string) string {
	if len(word) < 2 {
		return word + "x"
	}
	i := r.IntN(len(word) - 1)
	switch r.IntN(4) {
	case 0:
		return word[:i] + word[i+1:]
	case 1:
		return word[:i+1] + word[i:]
	case 2:
		return word[:i] + word[i+1:i+2] + word[i:i+1] + word[i+2:]
	}
	return word[:i] + string(rune('a'+r.IntN(26))) + word[i+1:]
}

// moveDirective puts a directive in front of another one.
func moveDirective(r *rand.Rand, text string, all []*nginxconf.Directive) string {
	for {
		from, to := pick(r, all).Span(), pick(r, all).Span()
		switch rest := splice(text, from, ""); {
		case to.Start >= from.End:
			at := to.Start - (from.End - from.Start)
			return rest[:at] + from.Text() + " " + rest[at:]
		case to.Start < from.Start:
			return rest[:to.Start] + from.Text() + " " + rest[to.Start:]
		}
	}
}

var values = []string{
	"0", "1", "-1", "on", "off", "ON", "yes", "true", "10x", "1k", "1m", "1g", "3s", "3ms", "1h30m", "60sec", "10MB", "1.5", "1 2", `""`, "$host", "$nothing_of_that_name",
	"abc", "a=b", "=", "99999999999999999999", "127.0.0.1:80", "all", "any", "none", "default", "unix:/a", "http://a", "200", "999",
}

// someValue returns a value that has nothing to do with the place, or one that
// stands elsewhere in the file.
func someValue(r *rand.Rand, all []*nginxconf.Directive) string {
	if r.IntN(2) == 0 {
		return pick(r, values)
	}
	d, i := pickArg(r, all)
	return d.ArgSpan(i).Text()
}

var quantity = regexp.MustCompile(`(^|[=:])(\d+)([a-zA-Z%/]*)$`)

func changeUnit(r *rand.Rand, text string, all []*nginxconf.Directive) string {
	for {
		d, i := pickArg(r, all)
		if m := quantity.FindStringSubmatchIndex(d.ArgSpan(i).Text()); m != nil {
			at := d.ArgSpan(i)
			at.Start += m[6]
			return splice(text, at, pick(r, []string{"", "k", "K", "m", "M", "g", "s", "ms", "h", "d", "w", "y", "kb", "sec", "%", "0", ".5"}))
		}
	}
}

// changeParameter damages the name or the value of a "name=value" where there
// is one, else another argument.
func changeParameter(r *rand.Rand, text string, all []*nginxconf.Directive) string {
	for try := 0; ; try++ {
		d, i := pickArg(r, all)
		word := d.ArgSpan(i).Text()
		name, value, ok := strings.Cut(word, "=")
		if !ok && try < 20 {
			continue
		}
		switch r.IntN(4) {
		case 0:
			word = name + "=" + someValue(r, all)
		case 1:
			word = name + value
		case 2:
			word = name + "="
		default:
			word = misspelled(r, name) + "=" + value
		}
		return splice(text, d.ArgSpan(i), word)
	}
}

// A mutant is a damaged configuration of the corpus.
type mutant struct {
	base, how, text string
}

// mutants returns n of them, the first ones the same whatever n is.
func mutants(corpus map[string]string, seed uint64, n int) []mutant {
	names := slices.Sorted(maps.Keys(corpus))
	all := map[string][]*nginxconf.Directive{}
	for _, name := range names {
		all[name] = below(nil, nginxconf.Parse(source.NewFile(name, corpus[name])).Directives)
	}
	r := rand.New(rand.NewPCG(20, 26+seed))
	out := make([]mutant, 0, n)
	for len(out) < n {
		base, m := pick(r, names), pick(r, mutations)
		if text := m.apply(r, corpus[base], all[base]); text != corpus[base] {
			out = append(out, mutant{base, m.name, text})
		}
	}
	return out
}

// below adds directives and all within them to a list.
func below(list, directives []*nginxconf.Directive) []*nginxconf.Directive {
	for _, d := range directives {
		list = append(list, d)
		if d.Block != nil {
			list = below(list, d.Block.Directives)
		}
	}
	return list
}

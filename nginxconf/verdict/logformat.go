package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// formatSetters judge what a format is made of.
var formatSetters = []setter{
	{"log_format", nginxconf.InHTTP | nginxconf.InStream, checkLogFormat},
	{"access_log", anyStream, func(s *statement) {
		if len(s.Args) == 1 && s.Arg(0) != "off" && !isPlaceholder(s.Arg(0)) {
			s.refuse(-1, "log format is not specified")
		}
	}},
}

// checkLogFormat reads the variables of a format. It has no captures: $1 is a
// variable like any other.
func checkLogFormat(s *statement) {
	for i := 1; i < len(s.Args); i++ {
		text := s.Args[i].Text
		if i == 1 && strings.HasPrefix(text, "escape=") && s.judge.version.Since("1.11.8") {
			continue
		}
		for refusal := ""; refusal == ""; {
			var name, rest string
			name, rest, refusal = nextVariable(text, false)
			switch {
			case refusal != "" && isPlaceholderName(name):
			case refusal == invalidVariable:
				s.refuse(i, "%s", quoted(invalidParameter, text[strings.IndexByte(text, '$'):]))
			case refusal != "":
				s.refuse(i, "%s", refusal)
			case name == "":
				refusal = "none left"
			default:
				s.judge.use(name, usedVariable{Directive: s.Directive, arg: i, place: s.place})
				text = rest
			}
		}
	}
}

// logFormats reads the whole configuration in nginx's order: a format has a name
// of its own and stands before the logs that use it.
func logFormats(j *judge) []Verdict {
	var out []Verdict
	for _, area := range j.config.Root.Children {
		if area.Context&(nginxconf.InHTTP|nginxconf.InStream) == 0 {
			continue
		}
		r := formatReader{exact: map[string]*nginxconf.Directive{}, folded: map[string]bool{}}
		if area.Context == nginxconf.InHTTP {
			r.define("combined", nil)
		}
		r.scope(area)
		out = append(out, r.out...)
	}
	return out
}

// A formatReader knows the formats of http or of stream so far. nginx compares a
// name that is defined exactly, and a name that is used in any case.
type formatReader struct {
	exact  map[string]*nginxconf.Directive // nil for nginx's own
	folded map[string]bool
	unsure bool
	out    []Verdict
}

func (r *formatReader) define(name string, d *nginxconf.Directive) {
	r.exact[name] = d
	r.folded[lowered(name)] = true
}

// scope reads the directives of a block and, where they stand, the blocks within.
func (r *formatReader) scope(s *nginxconf.Scope) {
	children := s.Children
	r.unsure = r.unsure || s.MayHold("log_format")
	for _, d := range s.Items() {
		if len(children) > 0 && children[0].Directive == d {
			r.scope(children[0])
			children = children[1:]
			continue
		}
		switch d.Name {
		case "log_format":
			r.format(s, d)
		case "access_log":
			r.log(s, d)
		}
	}
}

func (r *formatReader) format(s *nginxconf.Scope, d *nginxconf.Directive) {
	name := d.Arg(0)
	if isPlaceholder(name) || !isKnown(d) {
		r.unsure = true
		return
	}
	earlier, known := r.exact[name]
	if !known {
		r.define(name, d)
		return
	}
	v := Verdict{Kind: DuplicateDirective, Directive: d, Context: s.Context, Scope: s, Earlier: earlier,
		Message: quoted(`duplicate "log_format" name "%s"`, name)}
	if earlier == nil {
		v.Kind = InvalidValue
	}
	r.out = append(r.out, v)
}

func (r *formatReader) log(s *nginxconf.Scope, d *nginxconf.Directive) {
	name := d.Arg(1)
	if arg, _ := optionForFormat(d, nginxconf.Version{}); arg >= 0 {
		return // judged as a parameter
	}
	if len(d.Args) < 2 || d.Arg(0) == "off" || r.unsure || r.folded[lowered(name)] || isPlaceholder(name) || !isKnown(d) {
		return
	}
	r.out = append(r.out, Verdict{Kind: UndefinedReference, Directive: d, Context: s.Context, Scope: s, Arg: 1,
		Message: quoted(`unknown log format "%s"`, name), Suggestion: r.nearest(name)})
}

func (r *formatReader) nearest(name string) string {
	n := newNearness(name)
	for known := range r.exact {
		n.consider(known)
	}
	meant, _ := n.result()
	return meant
}

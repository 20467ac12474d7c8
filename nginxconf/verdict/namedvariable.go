package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// variableSetters are directives that take the name of a variable, or read one
// that their arguments do not name.
var variableSetters = []setter{
	{"set|auth_request_set|js_set|js_var", anyHTTP | anyStream | nginxconf.InServerIf, definesFirst},
	{"perl_set", nginxconf.InHTTP, definesFirst},
	{"map|split_clients", nginxconf.InHTTP | nginxconf.InStream, func(s *statement) { s.defines(1) }},
	{"geo", nginxconf.InHTTP | nginxconf.InStream, checkGeo},
	{"map_hash_max_size|map_hash_bucket_size", nginxconf.InHTTP | nginxconf.InStream, checkMapHash},
	{"charset|source_charset", anyHTTP, checkCharset},
	{"if", nginxconf.InServer | nginxconf.InLocation, checkConditionValues},
	{"memcached_pass", nginxconf.InLocation | nginxconf.InLocationIf, func(s *statement) {
		s.judge.use("memcached_key", usedVariable{Directive: s.Directive, arg: -1, place: s.place})
	}},
}

func definesFirst(s *statement) { s.defines(0) }

// defines judges an argument that names a variable to define: with a "$", and not
// one of nginx's own that are fixed.
func (s *statement) defines(arg int) {
	word := s.Arg(arg)
	name, ok := s.variable(arg)
	if !ok || isFilled(word) {
		return
	}
	own := variablesOf(s.context).names[strings.ToLower(name)]
	if own != nil && !own.changeable && !own.foreign && (own.needs == "" || s.judge.build.has(own.needs)) && s.judge.version.Since(own.since) && (own.since == "" || s.judge.version.Known()) {
		s.refuse(arg, duplicatedVariable, name)
	}
}

// variable returns the name that an argument holds behind its "$".
func (s *statement) variable(arg int) (name string, ok bool) {
	word := s.Arg(arg)
	name, ok = strings.CutPrefix(word, "$")
	if ok && name != "" {
		return name, true
	}
	if !isFilled(word) {
		s.refuse(arg, "%s", quoted(invalidNamed, word))
	}
	return "", false
}

// reads notes that the variable an argument names is read.
func (s *statement) reads(arg int) {
	if name, ok := s.variable(arg); ok {
		s.judge.use(name, usedVariable{Directive: s.Directive, arg: arg, place: s.place})
	}
}

// checkMapHash refuses what comes after a map: the map has set the default.
func checkMapHash(s *statement) {
	for _, d := range s.scope.Items() {
		switch {
		case d.NameSpan() == s.NameSpan():
			return
		case d.Name == "map" && d.Block != nil && d.Certain() && s.Certain():
			s.refuseAs(MisplacedDirective, -1, `"%s" directive is duplicate`, s.Name)
			return
		}
	}
}

func checkGeo(s *statement) {
	if len(s.Args) == 2 {
		s.reads(0)
	}
	s.defines(len(s.Args) - 1)
}

func checkCharset(s *statement) {
	if strings.HasPrefix(s.Arg(0), "$") {
		s.reads(0)
	}
}

// checkConditionValues reads the variables of a condition. What has not the form
// of one is not its business.
func checkConditionValues(s *statement) {
	at, words := conditionWords(s.Directive)
	switch {
	case len(words) == 0:
		return
	case len(words) == 2 && strings.HasPrefix(strings.TrimPrefix(words[0], "!"), "-"):
		s.script(at+1, words[1]+"\x00") // nginx reads on to the end of the string
	case len(words[0]) < 2 || words[0][0] != '$' || len(words) != 1 && len(words) != 3:
		return
	default:
		s.judge.use(words[0][1:], usedVariable{Directive: s.Directive, arg: at, place: s.place})
		if len(words) == 3 && (words[1] == "=" || words[1] == "!=") {
			s.script(at+2, words[2])
		}
	}
}

// conditionWords returns the words between the parentheses of an "if", and the index
// of the argument with the first.
func conditionWords(d *nginxconf.Directive) (at int, words []string) {
	n := len(d.Args)
	first, opened := strings.CutPrefix(d.Arg(0), "(")
	if !opened || !strings.HasSuffix(d.Args[n-1].Text, ")") || n == 1 && len(first) == 0 {
		return 0, nil
	}
	for _, a := range d.Args {
		words = append(words, a.Text)
	}
	words[0] = first
	words[n-1] = strings.TrimSuffix(words[n-1], ")")
	if words[n-1] == "" {
		words = words[:n-1]
	}
	if len(words) > 0 && words[0] == "" {
		return 1, words[1:]
	}
	return 0, words
}

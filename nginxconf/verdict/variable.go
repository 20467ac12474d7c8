package verdict

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/tunelint/tunelint/nginxconf"
)

//go:embed variables.tsv
var variablesTSV string

// A builtIn is a variable, or a prefix of variables, that a module defines by
// itself.
type builtIn struct {
	since      string
	needs      string // the configure switch or the module; "" for none
	changeable bool   // "map", "set" and others may define it again
	foreign    bool   // nginx itself lacks the module
}

// builtIns are the variables of http or of stream.
type builtIns struct {
	names    map[string]*builtIn
	prefixes []namedPrefix
}

type namedPrefix struct {
	prefix string
	*builtIn
}

var httpVariables = sync.OnceValue(func() *builtIns { return readVariables("http") })
var streamVariables = sync.OnceValue(func() *builtIns { return readVariables("stream") })

func readVariables(area string) *builtIns {
	out := &builtIns{names: map[string]*builtIn{}}
	for _, cells := range tableRows(variablesTSV) {
		if cells[0] != area {
			continue
		}
		name, traits := cells[1], cells[4]
		v := &builtIn{since: cells[2], needs: cells[3], changeable: traits == "changeable", foreign: strings.HasPrefix(traits, "foreign")}
		if strings.HasSuffix(traits, "prefix") {
			out.prefixes = append(out.prefixes, namedPrefix{name, v})
		} else if out.names[name] == nil {
			out.names[name] = v
		}
	}
	return out
}

// find returns what a lower-case name is; nil for a variable that no module
// known defines. A variable of nginx's own comes before a foreign prefix.
func (b *builtIns) find(name string) *builtIn {
	if v := b.names[name]; v != nil {
		return v
	}
	var found *builtIn
	for _, p := range b.prefixes {
		if strings.HasPrefix(name, p.prefix) && (found == nil || found.foreign) {
			found = p.builtIn
		}
	}
	return found
}

// isStream reports whether a context belongs to stream, whose variables are its
// own.
func isStream(in nginxconf.Context) bool {
	return in&(nginxconf.InStream|nginxconf.InStreamServer|nginxconf.InStreamUpstream) != 0
}

// variablesOf returns the variables that nginx has in a context.
func variablesOf(in nginxconf.Context) *builtIns {
	if isStream(in) {
		return streamVariables()
	}
	return httpVariables()
}

// firstKnown is the release from which the table of variables is complete.
const firstKnown = "1.11.4"

const (
	invalidVariable    = "invalid variable name"
	invalidNamed       = `invalid variable name "%s"`
	missingBracket     = `the closing bracket in "%s" variable is missing`
	unknownVariable    = `unknown "%s" variable`
	duplicatedVariable = `the duplicate "%s" variable`
)

// nextVariable finds the first variable of a word as ngx_http_script_compile and
// its twin in stream do. rest is what follows it; name is "" where there is
// none; refusal is what nginx has against it. With captures $1 to $9
// are none.
func nextVariable(word string, captures bool) (name, rest, refusal string) {
	for {
		i := strings.IndexByte(word, '$')
		if i < 0 {
			return "", "", ""
		}
		word = word[i+1:]
		if !captures || word == "" || word[0] < '1' || word[0] > '9' {
			break
		}
		word = word[1:]
	}
	bracket := word != "" && word[0] == '{'
	if bracket {
		word = word[1:]
		if word == "" {
			return "", "", invalidVariable
		}
	}
	end := 0
	for end < len(word) && isNameByte(word[end]) {
		end++
	}
	name, rest = word[:end], word[end:]
	if bracket {
		if rest == "" || rest[0] != '}' {
			return name, "", quoted(missingBracket, name)
		}
		rest = rest[1:]
	}
	if name == "" {
		return "", "", invalidVariable
	}
	return name, rest, ""
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

// isPlaceholderName reports whether a variable's name is written as the names of
// the environment are, which another program replaces before nginx reads them.
func isPlaceholderName(name string) bool {
	upper := false
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'a' && c <= 'z':
			return false
		case c >= 'A' && c <= 'Z':
			upper = true
		}
	}
	return upper
}

// isFilled reports whether another program replaces a part of a word that names
// a variable.
func isFilled(word string) bool {
	for rest := word; rest != ""; {
		name, after, _ := nextVariable(rest, false)
		if isPlaceholderName(name) {
			return true
		}
		rest = after
	}
	return strings.Count(word, "@") >= 2 || strings.Count(word, "%") >= 2 || hasTag(word)
}

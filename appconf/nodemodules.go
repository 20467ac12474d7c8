package appconf

import (
	"strings"

	"github.com/tunelint/tunelint/appconf/syntax"
)

// Where JavaScript and TypeScript give names to modules. The parts are: a name for
// the whole, names of members, the module, a member of require('module').member.
var (
	importWhole   = syntax.Pattern(`\bimport\s+(?:\*\s+as\s+)?([\w$]+)\s*(?:,\s*\{([^{}]*)\}\s*)?from\s*['"](?:node:)?([^'"]+)['"]`)
	importMembers = syntax.Pattern(`\bimport\s*\{([^{}]*)\}\s*from\s*['"](?:node:)?([^'"]+)['"]`)
	requireWhole  = syntax.Pattern(`\b(?:const|let|var|import)\s+([\w$]+)\s*=\s*require\(\s*['"](?:node:)?([^'"]+)['"]\s*\)(?:\s*\.\s*([\w$]+))?`)
	requireParts  = syntax.Pattern(`\b(?:const|let|var)\s*\{([^{}]*)\}\s*=\s*require\(\s*['"](?:node:)?([^'"]+)['"]\s*\)`)
	madeBy        = syntax.Pattern(`([\w$]+)(?:\s*:\s*[\w$.<>]+)?\s*=\s*(?:await\s+)?(?:new\s+)?(?:require\(\s*['"]([^'"]+)['"]\s*\)|([\w$]+))(?:\.[\w$]+)?\s*(?:<[^<>]*>)?\s*\(`)
)

// A moduleNames says which module, or module.member, a name of a script stands for:
// "http", "http.createServer". A name that stands for several is "".
type moduleNames map[string]string

// modulesOf finds the names that a script imports.
func modulesOf(text string) moduleNames {
	names := moduleNames{}
	for _, m := range importWhole().FindAllStringSubmatch(text, -1) {
		names.note(m[1], m[3])
		names.members(m[2], m[3])
	}
	for _, m := range importMembers().FindAllStringSubmatch(text, -1) {
		names.members(m[1], m[2])
	}
	for _, m := range requireWhole().FindAllStringSubmatch(text, -1) {
		names.note(m[1], strings.TrimSuffix(m[2]+"."+m[3], "."))
	}
	for _, m := range requireParts().FindAllStringSubmatch(text, -1) {
		names.members(m[1], m[2])
	}
	return names
}

func (n moduleNames) note(name, module string) {
	if old, ok := n[name]; ok && old != module {
		module = ""
	}
	n[name] = module
}

// members notes "a, b as c, d: e".
func (n moduleNames) members(list, module string) {
	for _, item := range strings.Split(list, ",") {
		words := strings.FieldsFunc(item, func(r rune) bool { return r == ' ' || r == ':' || r == '\n' || r == '\r' || r == '\t' })
		if len(words) > 0 && words[0] == "type" {
			continue
		}
		switch {
		case len(words) == 1:
			n.note(words[0], module+"."+words[0])
		case len(words) == 2 || (len(words) == 3 && words[1] == "as"):
			n.note(words[len(words)-1], module+"."+words[0])
		}
	}
}

// frameworks says of the names that hold something made by a call which module
// made it; "" where several did.
func (n moduleNames) frameworks(text string) map[string]string {
	out := map[string]string{}
	for _, m := range madeBy().FindAllStringSubmatch(text, -1) {
		module := m[2]
		if module == "" {
			module, _, _ = cutMember(n[m[3]])
		}
		if old, ok := out[m[1]]; ok && old != module {
			module = ""
		}
		out[m[1]] = module
	}
	return out
}

// cutMember takes "module.member" apart; a module may have a scope and a path.
func cutMember(s string) (module, member string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 || strings.Contains(s[i:], "/") {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// isKnown reports whether nginx reads a directive, and reads it as it stands
// here. In a file that is no template a word that looks like a tag is doubt
// enough.
func isKnown(d *nginxconf.Directive) bool { return d.Certain() && !isTemplate(d) }

// isReplaced reports whether another program puts something else in the place
// of a word, or of a part of it, before nginx reads it.
func isReplaced(word string) bool { return isPlaceholder(word) || hasTag(word) }

// isTemplate reports whether a directive holds a tag of a template language, so
// that what nginx will read is not known.
func isTemplate(d *nginxconf.Directive) bool {
	if hasTag(d.Name) || strings.HasPrefix(d.Name, "$") && (isPlaceholder(d.Name) || d.Doc.Template()) {
		return true
	}
	for _, a := range d.Args {
		if hasTag(a.Text) {
			return true
		}
	}
	return false
}

// hasTag looks for "<%", "%>", "{{", "}}", "{%", "%}" or "@@", and for __NAME__.
func hasTag(word string) bool {
	for i := 0; i+1 < len(word); i++ {
		switch next := word[i+1]; word[i] {
		case '<':
			if next == '%' {
				return true
			}
		case '%':
			if next == '>' || next == '}' {
				return true
			}
		case '{':
			if next == '{' || next == '%' {
				return true
			}
		case '}', '@':
			if next == word[i] {
				return true
			}
		}
	}
	return len(word) > 4 && word[0] == '_' && strings.HasPrefix(word, "__") && strings.HasSuffix(word, "__")
}

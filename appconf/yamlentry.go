package appconf

import (
	"go.yaml.in/yaml/v3"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// A yamlEntry is one "key: value" of a file; the zero entry is none.
type yamlEntry struct {
	text       *syntax.YAMLText
	key, value *yaml.Node
}

// entryOf follows the keys of nested mappings, through aliases and merge keys.
func entryOf(text *syntax.YAMLText, n *yaml.Node, names ...string) yamlEntry {
	e := yamlEntry{text: text, value: n}
	for _, name := range names {
		e.key, e.value = syntax.Find(e.value, name, 0)
	}
	return e
}

// declared reports whether there is such an entry, with a value.
func (e yamlEntry) declared() bool { return e.key != nil && e.value != nil && !syntax.IsNull(e.value) }

// span returns the place of "key: value".
func (e yamlEntry) span() source.Span { return e.text.Entry(e.key, e.value) }

// plain returns a single value as written, with the place of "key: value".
func (e yamlEntry) plain() shellwords.Word { return shellwords.Word{Text: e.value.Value, At: e.span()} }

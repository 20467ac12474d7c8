package appconf

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-multierror"
	"go.yaml.in/yaml/v3"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

// A decoder reads YAML strictly: every error has a place, and one error does
// not hide the next.
type decoder struct {
	text *syntax.YAMLText
	errs *multierror.Error
	// aliases is how many more aliases may be followed; it stops files that
	// multiply a few bytes without end.
	aliases int
}

// maxAliases is far more than a person writes.
const maxAliases = 1000

// An entry is one "key: value" of a mapping.
type entry struct {
	key, value *yaml.Node
	span       source.Span
}

// keys says what each key of a mapping does with its value.
type keys map[string]func(entry)

func (d *decoder) fail(n *yaml.Node, format string, args ...any) {
	d.failAt(d.text.Span(n), format, args...)
}

// maxErrors bounds what is reported of one file.
const maxErrors = 100

func (d *decoder) failAt(at source.Span, format string, args ...any) {
	if d.errs != nil && len(d.errs.Errors) >= maxErrors {
		return
	}
	d.errs = multierror.Append(d.errs, &source.Error{Span: at, Message: fmt.Sprintf(format, args...)})
}

// follow returns the node an alias stands for, nil when there are too many.
func (d *decoder) follow(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		if d.aliases--; d.aliases <= 0 {
			if d.aliases == 0 {
				d.fail(n, "more than %d aliases", maxAliases)
			}
			return nil
		}
		n = n.Alias
	}
	return n
}

// mapping reads a mapping; nothing at all is an empty one. It returns the keys
// that were there.
func (d *decoder) mapping(n *yaml.Node, what string, known keys) map[string]bool {
	seen := map[string]bool{}
	n = d.follow(n)
	if n == nil || syntax.IsNull(n) {
		return seen
	}
	if n.Kind != yaml.MappingNode {
		d.fail(n, "%s: want keys and values, not %s", what, syntax.KindName(n))
		return seen
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], d.follow(n.Content[i+1])
		read := d.key(key, known, seen)
		if read != nil && value != nil {
			read(entry{key, value, d.text.Entry(key, n.Content[i+1])})
		}
	}
	return seen
}

// key checks one key and returns what reads its value, nil for a bad key.
func (d *decoder) key(key *yaml.Node, known keys, seen map[string]bool) func(entry) {
	name := key.Value
	read, ok := known[name]
	switch {
	case key.Kind != yaml.ScalarNode:
		d.fail(key, "a key must be a word")
		return nil
	case name == "<<" && !ok:
		d.fail(key, `"<<" is not supported: write the keys out`)
		return nil
	case !ok && known[""] == nil:
		names := slices.Collect(maps.Keys(known))
		d.fail(key, "unknown key %q%s", spelling.Abbreviate(name), spelling.Hint(name, names))
		return nil
	case seen[name]:
		d.fail(key, "duplicate key %q", spelling.Abbreviate(name))
		return nil
	}
	seen[name] = true
	if !ok {
		return known[""]
	}
	return read
}

// require reports a mapping that lacks a key.
func (d *decoder) require(n *yaml.Node, seen map[string]bool, name string) {
	if !seen[name] {
		at := d.text.Span(n)
		at.End = at.Start
		d.failAt(at, "%s is missing", name)
	}
}

// list calls read for every element of a list; nothing at all is an empty one.
func (d *decoder) list(e entry, read func(*yaml.Node)) {
	if syntax.IsNull(e.value) {
		return
	}
	if e.value.Kind != yaml.SequenceNode {
		d.fail(e.value, "%s: want a list, not %s", e.key.Value, syntax.KindName(e.value))
		return
	}
	for _, n := range e.value.Content {
		if n = d.follow(n); n != nil {
			read(n)
		}
	}
}

// scalar returns the text of a single value whose type is one of tags; no tags
// means any but nothing.
func (d *decoder) scalar(n *yaml.Node, name, want string, tags ...string) (string, bool) {
	tag := n.ShortTag()
	if n.Kind != yaml.ScalarNode || tag == "!!null" || (len(tags) > 0 && !slices.Contains(tags, tag)) {
		d.fail(n, "%s: want %s, not %s", name, want, syntax.KindName(n))
		return "", false
	}
	return n.Value, true
}

// setting reads one value with parse and keeps its place.
func setting[T any](d *decoder, into *source.Setting[T], want string, parse func(string) (T, error), tags ...string) func(entry) {
	return func(e entry) {
		text, ok := d.scalar(e.value, e.key.Value, want, tags...)
		if !ok {
			return
		}
		v, err := parse(text)
		if err != nil {
			d.fail(e.value, "%s: %v", e.key.Value, err)
			return
		}
		*into = source.Known(v, source.Origin{Span: e.span})
	}
}

func (d *decoder) textual(into *source.Setting[string]) func(entry) {
	return setting(d, into, "text", func(s string) (string, error) { return s, nil })
}

func (d *decoder) duration(into *source.Setting[time.Duration]) func(entry) {
	return setting(d, into, "a duration such as 90s or 250ms", ParseDuration, "!!str", "!!int")
}

func (d *decoder) size(into *source.Setting[int64]) func(entry) {
	return setting(d, into, "a size such as 64k or 16GiB", ParseSize, "!!str", "!!int", "!!float")
}

func (d *decoder) flag(into *source.Setting[bool]) func(entry) {
	parse := func(s string) (bool, error) { return strings.EqualFold(s, "true"), nil }
	return setting(d, into, "true or false", parse, "!!bool")
}

func (d *decoder) count(into *source.Setting[int], least int) func(entry) {
	return setting(d, into, "a whole number", func(s string) (int, error) { return parseCount(s, least) }, "!!int")
}

// parseCount reads a plain whole number of at least least.
func parseCount(s string, least int) (int, error) {
	v, err := strconv.Atoi(s)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is not a plain whole number", spelling.Abbreviate(s))
	case v < least:
		return 0, fmt.Errorf("%d is less than %d", v, least)
	}
	return v, nil
}

// word reads text whose place nobody asks for.
func (d *decoder) word(into *string) func(entry) {
	return func(e entry) {
		if text, ok := d.scalar(e.value, e.key.Value, "text"); ok {
			*into = text
		}
	}
}

// choice reads one of a few words.
func (d *decoder) choice(into *string, words ...string) func(entry) {
	return func(e entry) {
		text, ok := d.scalar(e.value, e.key.Value, "one of "+strings.Join(words, ", "))
		switch {
		case !ok:
		case !slices.Contains(words, text):
			hint := spelling.Hint(text, words)
			if hint == "" {
				hint = ": want one of " + strings.Join(words, ", ")
			}
			d.fail(e.value, "%s: unknown value %q%s", e.key.Value, spelling.Abbreviate(text), hint)
		default:
			*into = text
		}
	}
}

// words reads a list of texts.
func (d *decoder) words(into *[]string) func(entry) {
	return func(e entry) {
		d.list(e, func(n *yaml.Node) {
			if text, ok := d.scalar(n, e.key.Value, "text"); ok {
				*into = append(*into, text)
			}
		})
	}
}

package syntax

import (
	"errors"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/tunelint/tunelint/source"
)

// YAMLDocuments returns the entries of every document of a YAML file, with the
// keys of nested mappings joined by dots. Text that is no YAML and aliases that
// multiply are an error.
func YAMLDocuments(f *source.File) ([][]KeyValue, error) {
	t := NewYAMLText(f)
	nodes, err := YAMLNodes(f)
	if err != nil {
		return nil, err
	}
	var docs [][]KeyValue
	for _, n := range nodes {
		flat := yamlKeys{text: t, left: maxYAMLKeys}
		flat.add("", n, 0)
		if flat.left <= 0 {
			return nil, errors.New("too many keys")
		}
		docs = append(docs, flat.out)
	}
	return docs, nil
}

// YAMLNodes returns the top node of every document of a YAML file. The error is
// that of the library.
func YAMLNodes(f *source.File) ([]*yaml.Node, error) {
	dec := yaml.NewDecoder(strings.NewReader(f.Text))
	var out []*yaml.Node
	for {
		var doc yaml.Node
		switch err := dec.Decode(&doc); {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, err
		}
		out = append(out, doc.Content...)
	}
}

// maxYAMLKeys is far more than a person writes; it stops aliases that multiply.
const maxYAMLKeys = 100_000

type yamlKeys struct {
	text *YAMLText
	left int
	out  []KeyValue
}

// add collects what a mapping holds; merged keys come first, so own ones win.
func (y *yamlKeys) add(prefix string, n *yaml.Node, depth int) {
	n = ResolveAlias(n)
	if y.left--; y.left <= 0 || n == nil || n.Kind != yaml.MappingNode || depth > MaxMerges {
		return
	}
	for _, merged := range []bool{true, false} {
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			switch {
			case (key.Value == "<<") != merged:
			case merged:
				y.merge(prefix, value, depth)
			default:
				y.entry(prefix+key.Value, key, value, depth)
			}
		}
	}
}

// merge adds the mappings of a merge key; the first of a list wins.
func (y *yamlKeys) merge(prefix string, value *yaml.Node, depth int) {
	list := ResolveAlias(value)
	if list == nil || list.Kind != yaml.SequenceNode {
		y.add(prefix, value, depth+1)
		return
	}
	for i := len(list.Content) - 1; i >= 0; i-- {
		y.add(prefix, list.Content[i], depth+1)
	}
}

func (y *yamlKeys) entry(name string, key, value *yaml.Node, depth int) {
	target := ResolveAlias(value)
	switch {
	case target == nil:
	case target.Kind == yaml.MappingNode:
		y.add(name+".", target, depth+1)
	default:
		if y.left--; y.left > 0 {
			y.out = append(y.out, KeyValue{Key: name, Text: scalarText(target), At: y.text.Entry(key, value)})
		}
	}
}

// scalarText returns a scalar, and the scalars of a list with commas between them.
func scalarText(n *yaml.Node) string {
	switch {
	case IsNull(n):
		return ""
	case n.Kind != yaml.SequenceNode:
		return n.Value
	}
	var out []string
	for _, item := range n.Content {
		if item = ResolveAlias(item); item != nil && item.Kind == yaml.ScalarNode {
			out = append(out, item.Value)
		}
	}
	return strings.Join(out, ",")
}

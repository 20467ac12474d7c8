package appconf

import (
	"errors"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/tunelint/tunelint/source"
)

// yamlDocuments returns the entries of every document of a YAML file, with the
// keys of nested mappings joined by dots.
func yamlDocuments(f *source.File) ([][]keyValue, error) {
	t := newYAMLText(f)
	nodes, err := yamlNodes(f)
	if err != nil {
		return nil, err
	}
	var docs [][]keyValue
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

// yamlNodes returns the top node of every document of a YAML file.
func yamlNodes(f *source.File) ([]*yaml.Node, error) {
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
	text *yamlText
	left int
	out  []keyValue
}

// add collects what a mapping holds; merged keys come first, so own ones win.
func (y *yamlKeys) add(prefix string, n *yaml.Node, depth int) {
	n = resolveAlias(n)
	if y.left--; y.left <= 0 || n == nil || n.Kind != yaml.MappingNode || depth > maxMerges {
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
	list := resolveAlias(value)
	if list == nil || list.Kind != yaml.SequenceNode {
		y.add(prefix, value, depth+1)
		return
	}
	for i := len(list.Content) - 1; i >= 0; i-- {
		y.add(prefix, list.Content[i], depth+1)
	}
}

func (y *yamlKeys) entry(name string, key, value *yaml.Node, depth int) {
	target := resolveAlias(value)
	switch {
	case target == nil:
	case target.Kind == yaml.MappingNode:
		y.add(name+".", target, depth+1)
	default:
		if y.left--; y.left > 0 {
			y.out = append(y.out, keyValue{key: name, text: scalarText(target), at: y.text.entry(key, value)})
		}
	}
}

// scalarText returns a scalar, and the scalars of a list with commas between them.
func scalarText(n *yaml.Node) string {
	switch {
	case isNull(n):
		return ""
	case n.Kind != yaml.SequenceNode:
		return n.Value
	}
	var out []string
	for _, item := range n.Content {
		if item = resolveAlias(item); item != nil && item.Kind == yaml.ScalarNode {
			out = append(out, item.Value)
		}
	}
	return strings.Join(out, ",")
}

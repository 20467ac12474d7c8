package syntax

import "go.yaml.in/yaml/v3"

// MaxMerges bounds how far aliases and merge keys are followed.
const MaxMerges = 20

// Find returns an entry of a YAML mapping, through aliases and merge keys; own keys
// win over merged ones. Both are nil where there is none. depth is how many merge
// keys have been followed: 0 for a start.
func Find(n *yaml.Node, name string, depth int) (key, value *yaml.Node) {
	n = ResolveAlias(n)
	if n == nil || n.Kind != yaml.MappingNode || depth > MaxMerges {
		return nil, nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i], ResolveAlias(n.Content[i+1])
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != "<<" {
			continue
		}
		sources := []*yaml.Node{n.Content[i+1]}
		if list := ResolveAlias(sources[0]); list != nil && list.Kind == yaml.SequenceNode {
			sources = list.Content
		}
		for _, m := range sources[:min(len(sources), MaxMerges)] {
			if k, v := Find(m, name, depth+1); k != nil {
				return k, v
			}
		}
	}
	return nil, nil
}

// ResolveAlias returns the node that a YAML alias stands for, any other node as it is,
// and nil for a chain of aliases without end.
func ResolveAlias(n *yaml.Node) *yaml.Node {
	for range MaxMerges {
		if n == nil || n.Kind != yaml.AliasNode {
			return n
		}
		n = n.Alias
	}
	return nil
}

package appconf

import (
	"go.yaml.in/yaml/v3"

	"github.com/tunelint/tunelint/appconf/syntax"
)

// variables notes the environment of the container: what ConfigMaps of the same
// files hold is known, Secrets and objects elsewhere are not.
func (p podReading) variables(all cluster) {
	if e := p.entry("envFrom"); e.declared() && e.value.Kind == yaml.SequenceNode {
		for _, item := range e.value.Content {
			if !p.wholeMap(all, syntax.ResolveAlias(item)) {
				unread := syntax.Variable{At: e.span(), Why: "what envFrom names is not read"}
				p.env["WEB_CONCURRENCY"] = unread
				p.unreadEnvironment = unread.At
			}
		}
	}
	env := descend(p.node, "env")
	if env == nil || env.Kind != yaml.SequenceNode {
		return
	}
	for _, item := range env.Content {
		item = syntax.ResolveAlias(item)
		if name := text(item, "name"); name != "" {
			p.env[name] = p.variable(all, item)
		}
	}
}

// variable reads one entry of env.
func (p podReading) variable(all cluster, item *yaml.Node) syntax.Variable {
	if _, value := syntax.Find(item, "value", 0); value != nil {
		v := syntax.Variable{At: p.text.Span(item)}
		v.Text, v.Why = p.substitute(value.Value)
		return v
	}
	ref := descend(item, "valueFrom", "configMapKeyRef")
	if data, ok := p.configMap(all, text(ref, "name")); ok {
		if e := entryOf(data.text, data.object, "data", text(ref, "key")); e.declared() {
			return syntax.Variable{Text: e.value.Value, At: e.span()}
		}
	}
	return syntax.Variable{At: p.text.Span(item), Why: "its value comes from another object"}
}

// wholeMap notes all that an entry of envFrom brings in; false when it is not at hand.
func (p podReading) wholeMap(all cluster, item *yaml.Node) bool {
	m, ok := p.configMap(all, text(item, "configMapRef", "name"))
	if !ok {
		return false
	}
	data := entryOf(m.text, m.object, "data")
	if !data.declared() {
		return true
	}
	for i := 0; i+1 < len(data.value.Content); i += 2 {
		key, value := data.value.Content[i], syntax.ResolveAlias(data.value.Content[i+1])
		if value != nil && value.Kind == yaml.ScalarNode {
			p.env[text(item, "prefix")+key.Value] = syntax.Variable{Text: value.Value, At: m.text.Entry(key, value)}
		}
	}
	return true
}

// configMap returns the only ConfigMap of a name, in the namespace of the workload
// where both say theirs.
func (p podReading) configMap(all cluster, name string) (found manifest, ok bool) {
	own := text(p.object, "metadata", "namespace")
	for _, o := range all.objects {
		other := text(o.object, "metadata", "namespace")
		if name == "" || text(o.object, "kind") != "ConfigMap" || text(o.object, "metadata", "name") != name || own != "" && other != "" && own != other {
			continue
		}
		if ok {
			return manifest{}, false
		}
		found, ok = o, true
	}
	return found, ok
}

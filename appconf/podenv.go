package appconf

import (
	"go.yaml.in/yaml/v3"
)

// variables notes the environment of the container: what ConfigMaps of the same
// files hold is known, Secrets and objects elsewhere are not.
func (p podReading) variables(all cluster) {
	if e := p.entry("envFrom"); e.declared() && e.value.Kind == yaml.SequenceNode {
		for _, item := range e.value.Content {
			if !p.wholeMap(all, resolveAlias(item)) {
				unread := variable{at: e.span(), why: "what envFrom names is not read"}
				p.env["WEB_CONCURRENCY"] = unread
				p.unreadEnvironment = unread.at
			}
		}
	}
	env := descend(p.node, "env")
	if env == nil || env.Kind != yaml.SequenceNode {
		return
	}
	for _, item := range env.Content {
		item = resolveAlias(item)
		if name := text(item, "name"); name != "" {
			p.env[name] = p.variable(all, item)
		}
	}
}

// variable reads one entry of env.
func (p podReading) variable(all cluster, item *yaml.Node) variable {
	if _, value := find(item, "value", 0); value != nil {
		v := variable{at: p.text.span(item)}
		v.text, v.why = p.substitute(value.Value)
		return v
	}
	ref := descend(item, "valueFrom", "configMapKeyRef")
	if data, ok := p.configMap(all, text(ref, "name")); ok {
		if e := entryOf(data.text, data.object, "data", text(ref, "key")); e.declared() {
			return variable{text: e.value.Value, at: e.span()}
		}
	}
	return variable{at: p.text.span(item), why: "its value comes from another object"}
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
		key, value := data.value.Content[i], resolveAlias(data.value.Content[i+1])
		if value != nil && value.Kind == yaml.ScalarNode {
			p.env[text(item, "prefix")+key.Value] = variable{text: value.Value, at: m.text.entry(key, value)}
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

package appconf

import (
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/tunelint/tunelint/source"
)

// isCompose recognises compose files by their usual names.
func isCompose(_ *reading, name string) bool {
	return strings.Contains(name, "compose") && hasSuffix(name, ".yml", ".yaml")
}

// A composeFile is one compose file (compose-spec, 05-services.md).
type composeFile struct {
	*reading
	text *yamlText
}

// readCompose reads the service that runs the application.
func readCompose(r *reading, f *source.File) {
	c := composeFile{r, newYAMLText(f)}
	top, err := c.text.parse()
	if err != nil {
		r.giveUp(source.Span{File: f}, "not valid YAML")
		return
	}
	_, services := find(top, "services", 0)
	service, why := c.service(services)
	if service == nil {
		r.giveUp(source.Span{File: f}, why)
		return
	}
	c.environment(service)
	c.memory(service)
	c.stopGrace(service)
	c.start(service)
	c.nodeEnvironment()
}

// maxMerges bounds how far aliases and merge keys are followed.
const maxMerges = 20

// find returns an entry of a mapping, through aliases and merge keys; own keys
// win over merged ones.
func find(n *yaml.Node, name string, depth int) (key, value *yaml.Node) {
	n = resolveAlias(n)
	if n == nil || n.Kind != yaml.MappingNode || depth > maxMerges {
		return nil, nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i], resolveAlias(n.Content[i+1])
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != "<<" {
			continue
		}
		sources := []*yaml.Node{n.Content[i+1]}
		if list := resolveAlias(sources[0]); list != nil && list.Kind == yaml.SequenceNode {
			sources = list.Content
		}
		for _, m := range sources[:min(len(sources), maxMerges)] {
			if k, v := find(m, name, depth+1); k != nil {
				return k, v
			}
		}
	}
	return nil, nil
}

func resolveAlias(n *yaml.Node) *yaml.Node {
	for range maxMerges {
		if n == nil || n.Kind != yaml.AliasNode {
			return n
		}
		n = n.Alias
	}
	return nil
}

// service returns the service that is the application: the only one, the one of
// its name, or the only one whose command runs its runtime.
func (c composeFile) service(services *yaml.Node) (service *yaml.Node, why string) {
	if services == nil || services.Kind != yaml.MappingNode || len(services.Content) == 0 {
		return nil, "no services in this file"
	}
	if len(services.Content) == 2 {
		return resolveAlias(services.Content[1]), "the service is empty"
	}
	if _, own := find(services, c.app, 0); own != nil {
		return own, ""
	}
	for i := 0; i+1 < len(services.Content); i += 2 {
		s := resolveAlias(services.Content[i+1])
		probe := composeFile{&reading{runtime: c.runtime, env: map[string]variable{}}, c.text}
		if words, _ := probe.argv(s); !probe.runsRuntime(probe.commands(words)) {
			continue
		}
		if service != nil {
			return nil, fmt.Sprintf("several services run %s: name the application like its service", c.runtimeName())
		}
		service = s
	}
	return service, fmt.Sprintf("no service is named %s or runs %s", c.app, c.runtimeName())
}

// start reads the command that the service runs.
func (c composeFile) start(service *yaml.Node) {
	words, declared := c.argv(service)
	if k, _ := find(service, "extends", 0); k != nil && !declared {
		c.giveUp(c.text.span(k), "the command may come from another service")
		return
	}
	if img := c.built(service); img != nil {
		c.startBuilt(service, img)
	} else if declared {
		c.runCommand(words)
	}
}

// argv returns the words of entrypoint and command, and whether the service
// declares either.
func (c composeFile) argv(service *yaml.Node) (words []word, declared bool) {
	for _, name := range []string{"entrypoint", "command"} {
		k, v := find(service, name, 0)
		if k == nil || v == nil || isNull(v) {
			continue
		}
		declared = true
		words = append(words, c.words(v)...)
	}
	return words, declared
}

// words reads a command: a text is split like a shell does, a list is taken as it is.
func (c composeFile) words(n *yaml.Node) []word {
	if n.Kind == yaml.ScalarNode {
		words := splitCompose(n.Value)
		place(words, c.text.span(n), len(c.text.file.Text))
		return words
	}
	var out []word
	for _, item := range n.Content {
		if item = resolveAlias(item); item == nil || item.Kind != yaml.ScalarNode {
			continue
		}
		text, why := c.interpolate(item.Value)
		at := c.text.span(item)
		out = append(out, word{text: text, at: at, raw: item.Value, why: why})
	}
	return out
}

// interpolate replaces ${NAME:-default} as compose does, from the environment of
// whoever runs it, which is not known.
func (c composeFile) interpolate(s string) (text, why string) {
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '$' {
			b.WriteByte(s[i])
			i++
			continue
		}
		value, n, unknown := expand(s[i+1:], nil)
		b.WriteString(value)
		i += 1 + n
		if unknown != "" {
			why = unknown
		}
	}
	return b.String(), why
}

// environment notes the variables of the service: a mapping or a list of NAME=value.
func (c composeFile) environment(service *yaml.Node) {
	if k, v := find(service, "env_file", 0); v != nil {
		unread := variable{at: c.text.entry(k, v), why: "the file that env_file names is not read"}
		c.env["WEB_CONCURRENCY"] = unread
		c.unreadEnvironment = unread.at
	}
	_, env := find(service, "environment", 0)
	if env == nil {
		return
	}
	c.setVariables(env)
}

// setVariables reads a mapping or a list of NAME=value.
func (c composeFile) setVariables(list *yaml.Node) {
	for i, n := range list.Content {
		switch n = resolveAlias(n); {
		case n == nil:
		case list.Kind == yaml.SequenceNode:
			name, value, ok := strings.Cut(n.Value, "=")
			c.setVariable(name, value, ok, c.text.span(n))
		case i%2 == 0 && i+1 < len(list.Content):
			if v := resolveAlias(list.Content[i+1]); v != nil {
				c.setVariable(n.Value, v.Value, !isNull(v), c.text.entry(n, list.Content[i+1]))
			}
		}
	}
}

func (c composeFile) setVariable(name, value string, declared bool, at source.Span) {
	text, why := c.interpolate(value)
	if !declared {
		why = "it is passed on from the environment compose runs in"
	}
	c.env[name] = variable{text, at, why}
}

const (
	rankMemLimit = iota + 1
	rankDeploy   // deploy.resources.limits wins over mem_limit
)

// memory reads the limit of the container.
func (c composeFile) memory(service *yaml.Node) {
	key, value := find(service, "mem_limit", 0)
	c.number("memory_limit", key, value, rankMemLimit, readComposeSize)
	n := service
	for _, name := range []string{"deploy", "resources", "limits"} {
		_, n = find(n, name, 0)
	}
	key, value = find(n, "memory", 0)
	c.number("memory_limit", key, value, rankDeploy, readComposeSize)
}

// number declares a setting from one "key: value"; 0 declares nothing.
func (c composeFile) number(name string, key, value *yaml.Node, rank int, read func(string) (int64, bool)) {
	if key == nil || value == nil || isNull(value) {
		return
	}
	text, why := c.interpolate(value.Value)
	at := c.text.entry(key, value)
	d := optionValue(&flag{name: name, read: read}, word{text: text, why: why}, at, rank)
	if d.why != "" || d.number != 0 {
		c.declared = append(c.declared, d)
	}
}

// readComposeSize reads a byte value (compose-spec, 11-extension.md): b, k or kb,
// m or mb, g or gb, all binary.
func readComposeSize(s string) (int64, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if trimmed := strings.TrimSuffix(s, "b"); trimmed != s && strings.TrimRight(trimmed, "kmgt") != trimmed {
		s = trimmed
	}
	v, err := ParseSize(s)
	return v, err == nil
}

// composeStopGrace is how long docker compose waits before it kills a service
// that declares no stop_grace_period (compose-spec, 05-services.md).
const composeStopGrace = 10 * time.Second

func (c composeFile) stopGrace(service *yaml.Node) {
	key, value := find(service, "stop_grace_period", 0)
	if key == nil {
		c.declared = append(c.declared, declaration{name: "stop_grace_period", number: int64(composeStopGrace), text: "docker compose default"})
		return
	}
	c.number("stop_grace_period", key, value, rankCommand, func(s string) (int64, bool) {
		d, err := time.ParseDuration(s)
		return int64(d), err == nil && d >= 0
	})
}

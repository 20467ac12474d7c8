package appconf

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/tunelint/tunelint/source"
)

// isKubernetes recognises manifests: every YAML file that is nothing else.
func isKubernetes(r *reading, name string) bool {
	return hasSuffix(name, ".yml", ".yaml") && !isCompose(r, name) && !springFileName.MatchString(name) && !strings.Contains(name, "uwsgi")
}

// workloads are the kinds that run containers without end, with the way from the
// object to its pod.
var workloads = map[string][]string{
	"Deployment": {"spec", "template", "spec"}, "StatefulSet": {"spec", "template", "spec"},
	"DaemonSet": {"spec", "template", "spec"}, "ReplicaSet": {"spec", "template", "spec"},
	"Pod": {"spec"},
}

// A manifest is one file of Kubernetes objects.
type manifest struct {
	*reading
	text *yamlText
}

// A podContainer is one container with its pod and the name of its workload.
type podContainer struct {
	workload       string
	pod, container *yaml.Node
}

// readKubernetes reads the container that runs the application.
func readKubernetes(r *reading, f *source.File) {
	m := manifest{r, newYAMLText(f)}
	objects, err := yamlNodes(f)
	if err != nil {
		r.giveUp(source.Span{File: f}, "not valid YAML")
		return
	}
	c, why := m.choose(podContainers(objects))
	if why != "" {
		r.giveUp(source.Span{File: f}, why)
		return
	}
	m.variables(c.container)
	m.memory(c.container)
	m.stopGrace(c)
	if words := m.argv(c.container); len(words) > 0 {
		m.runCommand(words)
	}
}

// podContainers returns the containers of all workloads.
func podContainers(objects []*yaml.Node) []podContainer {
	var out []podContainer
	for _, o := range objects {
		_, kind := find(o, "kind", 0)
		if kind == nil || workloads[kind.Value] == nil {
			continue
		}
		pod := descend(o, workloads[kind.Value]...)
		list := descend(pod, "containers")
		if list == nil || list.Kind != yaml.SequenceNode {
			continue
		}
		for _, c := range list.Content {
			out = append(out, podContainer{text(o, "metadata", "name"), pod, resolveAlias(c)})
		}
	}
	return out
}

// descend follows the keys of nested mappings; nil when one is not there.
func descend(n *yaml.Node, names ...string) *yaml.Node {
	for _, name := range names {
		_, n = find(n, name, 0)
	}
	return n
}

// text returns the scalar at the end of nested keys, "" when there is none.
func text(n *yaml.Node, names ...string) string {
	if n = descend(n, names...); n != nil && n.Kind == yaml.ScalarNode {
		return n.Value
	}
	return ""
}

// choose returns the application's container: the only one, the one that bears
// its name or whose workload does, or the only one that runs its runtime.
func (m manifest) choose(all []podContainer) (podContainer, string) {
	for _, fits := range []func(podContainer) bool{
		func(podContainer) bool { return true },
		func(c podContainer) bool { return text(c.container, "name") == m.app },
		func(c podContainer) bool { return c.workload == m.app },
		func(c podContainer) bool {
			probe := manifest{&reading{runtime: m.runtime, env: map[string]variable{}}, m.text}
			return probe.runsRuntime(probe.commands(probe.argv(c.container)))
		},
	} {
		rest := slices.DeleteFunc(slices.Clone(all), func(c podContainer) bool { return !fits(c) })
		if len(rest) == 1 {
			return rest[0], ""
		}
	}
	if len(all) == 0 {
		return podContainer{}, "no container of a Kubernetes workload in this file"
	}
	return podContainer{}, fmt.Sprintf("several containers: name the application like the one that runs %s", m.runtimeName())
}

// variables notes the environment of the container.
func (m manifest) variables(container *yaml.Node) {
	if k, v := find(container, "envFrom", 0); v != nil {
		unread := variable{at: m.text.entry(k, v), why: "what envFrom names is not read"}
		m.env["WEB_CONCURRENCY"] = unread
		m.unreadEnvironment = unread.at
	}
	env := descend(container, "env")
	if env == nil || env.Kind != yaml.SequenceNode {
		return
	}
	for _, item := range env.Content {
		item = resolveAlias(item)
		name := text(item, "name")
		if name == "" {
			continue
		}
		v := variable{at: m.text.span(item), why: "its value comes from another object"}
		if _, value := find(item, "value", 0); value != nil {
			v.text, v.why = m.substitute(value.Value)
		}
		m.env[name] = v
	}
}

var dependentVariable = regexp.MustCompile(`\$\$|\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)`)

// substitute replaces $(NAME) by what the container declares before; $$ is a dollar.
func (m manifest) substitute(s string) (out, why string) {
	out = dependentVariable.ReplaceAllStringFunc(s, func(match string) string {
		if match == "$$" {
			return "$"
		}
		name := match[2 : len(match)-1]
		v, known := m.env[name]
		if !known || v.why != "" {
			why = "it depends on the environment variable " + name
		}
		return v.text
	})
	return out, why
}

// argv returns the words of command and args.
func (m manifest) argv(container *yaml.Node) []word {
	var out []word
	for _, name := range []string{"command", "args"} {
		list := descend(container, name)
		if list == nil || list.Kind != yaml.SequenceNode {
			continue
		}
		for _, item := range list.Content {
			if item = resolveAlias(item); item != nil && item.Kind == yaml.ScalarNode {
				value, why := m.substitute(item.Value)
				out = append(out, word{text: value, at: m.text.span(item), raw: item.Value, why: why})
			}
		}
	}
	return out
}

// memory reads resources.limits.memory.
func (m manifest) memory(container *yaml.Node) {
	key, value := find(descend(container, "resources", "limits"), "memory", 0)
	if key != nil && value != nil && !isNull(value) {
		d := optionValue(&flag{name: "memory_limit", read: readQuantity}, word{text: value.Value}, m.text.entry(key, value), rankCommand)
		m.declared = append(m.declared, d)
	}
}

// readQuantity reads bytes: Ki, Mi, Gi and Ti are binary, k, M, G and T decimal.
func readQuantity(s string) (int64, bool) {
	units := map[string]int64{"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40}
	digits := s[:len(s)-len(strings.TrimLeft(s, "0123456789"))]
	unit, known := units[s[len(digits):]]
	n, err := strconv.ParseInt(digits, 10, 64)
	return n * unit, known && err == nil && n > 0 && n <= math.MaxInt64/unit
}

// podStopGrace is terminationGracePeriodSeconds where a pod declares none.
const podStopGrace = 30 * time.Second

// stopGrace reads when the container is killed after it was told to stop: what a
// preStop hook takes counts, and comes before.
func (m manifest) stopGrace(c podContainer) {
	d := declaration{name: "stop_grace_period", number: int64(podStopGrace), text: "Kubernetes default"}
	if key, value := find(c.pod, "terminationGracePeriodSeconds", 0); key != nil && value != nil {
		d = optionValue(&flag{name: d.name, read: readSeconds}, word{text: value.Value}, m.text.entry(key, value), rankCommand)
	}
	key, hook := find(descend(c.container, "lifecycle"), "preStop", 0)
	if key != nil && hook != nil {
		slept, ok := m.sleep(hook)
		switch {
		case !ok:
			d.at, d.why = m.text.entry(key, hook), firstText(d.why, "how long the preStop hook takes is not known")
		case !d.at.IsValid():
			d.at, d.rank, d.text = m.text.entry(key, hook), rankCommand, ""
		}
		d.number = max(d.number-slept, 0)
	}
	m.declared = append(m.declared, d)
}

// sleep returns how long a preStop hook waits that does nothing else.
func (m manifest) sleep(hook *yaml.Node) (int64, bool) {
	if s := text(hook, "sleep", "seconds"); s != "" {
		return readSeconds(s)
	}
	words := m.argv(descend(hook, "exec"))
	var run []command
	if len(words) > 0 {
		run = m.commands(m.shellScript(words))
	}
	if len(run) != 1 || run[0].program != "sleep" || len(run[0].args) != 1 || run[0].args[0].why != "" {
		return 0, false
	}
	return readSeconds(strings.TrimSuffix(run[0].args[0].text, "s"))
}

package appconf

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// isKubernetes recognises manifests: every YAML file that is nothing else.
func isKubernetes(r *reading, name string) bool {
	return hasSuffix(name, ".yml", ".yaml") && !isCompose(r, name) && !springFileName().MatchString(name) && !strings.Contains(name, "uwsgi")
}

// workloads are the kinds that run containers without end, with the way from the
// object to its pod.
var workloads = map[string][]string{
	"Deployment": {"spec", "template", "spec"}, "StatefulSet": {"spec", "template", "spec"},
	"DaemonSet": {"spec", "template", "spec"}, "ReplicaSet": {"spec", "template", "spec"},
	"Rollout": {"spec", "template", "spec"}, "ReplicationController": {"spec", "template", "spec"},
	"Pod": {"spec"},
}

// A manifest is one Kubernetes object with the file it stands in.
type manifest struct {
	text   *syntax.YAMLText
	object *yaml.Node
}

// A cluster is all Kubernetes objects in the files of an application.
type cluster struct {
	*reading
	objects []manifest
}

// A podContainer is one container with its pod and its workload.
type podContainer struct {
	manifest
	workload  string
	pod, node *yaml.Node
}

// readKubernetes reads the container that runs the application, and what leads to
// it, from all manifests together.
func readKubernetes(r *reading, files []*source.File) {
	c := cluster{reading: r}
	for _, f := range files {
		if !c.add(f) {
			return
		}
	}
	chosen, why := c.choose(c.containers())
	if why != "" {
		r.giveUp(source.Span{File: files[0]}, why)
		return
	}
	p := podReading{r, chosen}
	p.variables(c)
	p.memory()
	p.stopGrace()
	img := p.image()
	entry, args := p.words("command"), p.words("args")
	if entry != nil || args != nil || img != nil {
		r.startContainer(img, entry, args)
	}
	p.describe(c)
	p.stopped(img, entry, args)
	r.nodeEnvironment()
}

// add reads the objects of a file; false when it cannot be read.
func (c *cluster) add(f *source.File) bool {
	text := syntax.NewYAMLText(f)
	objects, err := syntax.YAMLNodes(f)
	if err != nil {
		c.giveUp(source.Span{File: f}, "not valid YAML")
		return false
	}
	kinds := false
	for _, o := range objects {
		c.objects = append(c.objects, manifest{text, o})
		kinds = kinds || descend(o, "kind") != nil
		if items := descend(o, "items"); items != nil && items.Kind == yaml.SequenceNode {
			for _, item := range items.Content {
				c.objects = append(c.objects, manifest{text, syntax.ResolveAlias(item)})
			}
		}
	}
	if !kinds {
		c.giveUp(source.Span{File: f}, "no Kubernetes object in this file")
	}
	return kinds
}

// containers returns the containers of all workloads.
func (c cluster) containers() (out []podContainer) {
	for _, o := range c.objects {
		kind := descend(o.object, "kind")
		if kind == nil || workloads[kind.Value] == nil {
			continue
		}
		pod := descend(o.object, workloads[kind.Value]...)
		list := descend(pod, "containers")
		if list == nil || list.Kind != yaml.SequenceNode {
			continue
		}
		for _, n := range list.Content {
			out = append(out, podContainer{o, text(o.object, "metadata", "name"), pod, syntax.ResolveAlias(n)})
		}
	}
	return out
}

// descend follows the keys of nested mappings; nil when one is not there.
func descend(n *yaml.Node, names ...string) *yaml.Node {
	for _, name := range names {
		_, n = syntax.Find(n, name, 0)
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
func (c cluster) choose(all []podContainer) (podContainer, string) {
	for _, fits := range []func(podContainer) bool{
		func(podContainer) bool { return true },
		func(p podContainer) bool { return text(p.node, "name") == c.app },
		func(p podContainer) bool { return p.workload == c.app },
		func(p podContainer) bool {
			probe := podReading{&reading{runtime: c.runtime, env: map[string]syntax.Variable{}}, p}
			return probe.runsRuntime(probe.commands(slices.Concat(probe.words("command"), probe.words("args"))))
		},
	} {
		rest := slices.DeleteFunc(slices.Clone(all), func(p podContainer) bool { return !fits(p) })
		if len(rest) == 1 {
			return rest[0], ""
		}
	}
	if len(all) == 0 {
		return podContainer{}, "no container of a Kubernetes workload in this file"
	}
	return podContainer{}, fmt.Sprintf("several containers: name the application like the one that runs %s", c.runtimeName())
}

// A podReading reads one container.
type podReading struct {
	*reading
	podContainer
}

// entry returns what the container says under a key, podEntry what its pod says.
func (p podReading) entry(names ...string) yamlEntry    { return entryOf(p.text, p.node, names...) }
func (p podReading) podEntry(names ...string) yamlEntry { return entryOf(p.text, p.pod, names...) }

// image returns the image of the application's Dockerfile, nil without one.
func (p podReading) image() *image {
	if p.dockerfile == nil {
		return nil
	}
	img, why := p.dockerfile.image("", nil)
	if why != "" {
		p.giveUp(source.Span{File: p.dockerfile.file}, why)
		return nil
	}
	return img
}

var dependentVariable = syntax.Pattern(`\$\$|\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)`)

// substitute replaces $(NAME) by what the container declares before; $$ is a dollar.
func (p podReading) substitute(s string) (out, why string) {
	out = dependentVariable().ReplaceAllStringFunc(s, func(match string) string {
		if match == "$$" {
			return "$"
		}
		name := match[2 : len(match)-1]
		v, known := p.env[name]
		if !known || v.Why != "" {
			why = "it depends on the environment variable " + name
		}
		return v.Text
	})
	return out, why
}

// words returns the words of command or args, nil where the container has none.
func (p podReading) words(name string) []shellwords.Word { return p.list(descend(p.node, name)) }

// list returns the words of a list.
func (p podReading) list(n *yaml.Node) (out []shellwords.Word) {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	for _, item := range n.Content {
		if item = syntax.ResolveAlias(item); item != nil && item.Kind == yaml.ScalarNode {
			value, why := p.substitute(item.Value)
			out = append(out, shellwords.Word{Text: value, At: p.text.Span(item), Raw: item.Value, Why: why})
		}
	}
	return out
}

// memory reads resources.limits.memory.
func (p podReading) memory() {
	if e := p.entry("resources", "limits", "memory"); e.declared() {
		d := optionValue(&flag{name: "memory_limit", read: readQuantity}, shellwords.Word{Text: e.value.Value}, e.span(), rankCommand)
		p.declared = append(p.declared, d)
	}
}

// quantityUnits are those of Kubernetes: Ki, Mi, Gi and Ti are binary, k, M, G and T
// decimal.
var quantityUnits = map[string]int64{"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40}

// readQuantity reads bytes such as "512Mi" and "1.5Gi".
func readQuantity(s string) (int64, bool) {
	digits := s[:len(s)-len(strings.TrimLeft(s, "0123456789."))]
	unit, known := quantityUnits[s[len(digits):]]
	n, err := strconv.ParseFloat(digits, 64)
	bytes := math.Ceil(n * float64(unit)) // parts of a byte are rounded up
	return int64(bytes), known && err == nil && n > 0 && bytes < math.MaxInt64
}

// podStopGrace is terminationGracePeriodSeconds where a pod declares none.
const podStopGrace = 30 * time.Second

// podDefault names what Kubernetes does where nothing is declared.
const podDefault = "Kubernetes default"

// stopGrace reads when the container is killed after it was told to stop: what a
// preStop hook takes counts, and comes before.
func (p podReading) stopGrace() {
	d := declaration{name: "stop_grace_period", number: int64(podStopGrace), text: podDefault}
	if e := p.podEntry("terminationGracePeriodSeconds"); e.declared() {
		d = optionValue(&flag{name: d.name, read: readSeconds}, shellwords.Word{Text: e.value.Value}, e.span(), rankCommand)
	}
	p.reading.stop.PreStop = source.Known(time.Duration(0), source.Origin{Default: podDefault})
	if e := p.entry("lifecycle", "preStop"); e.declared() {
		slept, ok := p.sleep(e.value)
		p.reading.stop.PreStop = source.Setting[time.Duration]{}
		switch {
		case !ok:
			d.at, d.why = e.span(), firstText(d.why, "how long the preStop hook takes is not known")
		case !d.at.IsValid():
			d.at, d.rank, d.text = e.span(), rankCommand, ""
		}
		if ok {
			p.reading.stop.PreStop = source.Known(time.Duration(slept), source.Origin{Span: e.span()})
		}
		d.number = max(d.number-slept, 0)
	}
	p.declared = append(p.declared, d)
}

// sleep returns how long a preStop hook waits that does nothing else.
func (p podReading) sleep(hook *yaml.Node) (int64, bool) {
	if s := text(hook, "sleep", "seconds"); s != "" {
		return readSeconds(s)
	}
	words := p.list(descend(hook, "exec", "command"))
	var run []command
	if len(words) > 0 {
		run = p.commands(p.shellScript(words))
	}
	if len(run) != 1 || run[0].program != "sleep" || len(run[0].args) != 1 || run[0].args[0].Why != "" {
		return 0, false
	}
	return readSeconds(strings.TrimSuffix(run[0].args[0].Text, "s"))
}

package appconf

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// describe reads what the container runs in.
func (p podReading) describe(all cluster) {
	c := &p.reading.container
	c.Kind, c.Span = "kubernetes", p.text.Span(p.node)
	if name := p.entry("name"); name.declared() {
		c.Span = name.span()
	}
	c.HostNetwork = source.Known(false, source.Origin{Default: podDefault})
	if e := p.podEntry("hostNetwork"); e.declared() {
		c.HostNetwork = settingAt(p.reading, e.plain(), readYAMLFlag)
	}
	if e := p.entry("resources", "limits", "cpu"); e.declared() {
		c.CPUs = settingAt(p.reading, e.plain(), readMilliCores)
	}
	p.sysctls(c)
	p.beside(c)
	p.replicas(c, all)
	p.probes(c)
	p.hostPorts(c)
	for _, o := range all.objects {
		p.service(c, o)
	}
}

// beside notes the other containers of the pod. What cannot be read of them is no
// matter of this one.
func (p podReading) beside(c *Container) {
	for _, n := range descend(p.pod, "containers").Content {
		n = syntax.ResolveAlias(n)
		image := text(n, "image")
		if n == p.node || image == "" {
			continue
		}
		other := Neighbour{Span: entryOf(p.text, n, "image").span(), Image: image}
		if e := entryOf(p.text, n, "resources", "limits", "cpu"); e.declared() {
			other.CPUs = settingAt(&reading{}, e.plain(), readMilliCores)
		}
		c.Beside = append(c.Beside, image)
		c.Neighbours = append(c.Neighbours, other)
	}
}

// readYAMLFlag reads true and false.
func readYAMLFlag(s string) (value, ok bool) { return s == "true", s == "true" || s == "false" }

// readMilliCores reads a quantity of processors: "2", "1.5", "500m".
func readMilliCores(s string) (float64, bool) {
	if milli, ok := strings.CutSuffix(s, "m"); ok {
		n, err := strconv.ParseUint(milli, 10, 32)
		return float64(n) / 1000, err == nil && n > 0
	}
	v, ok := readCores(s)
	return v, ok && v > 0
}

// sysctls reads the kernel settings that the pod asks for.
func (p podReading) sysctls(c *Container) {
	list := descend(p.pod, "securityContext", "sysctls")
	if list == nil || list.Kind != yaml.SequenceNode {
		return
	}
	for _, item := range list.Content {
		item = syntax.ResolveAlias(item)
		if key, e := text(item, "name"), entryOf(p.text, item, "value"); key != "" && e.declared() {
			c.setSysctl(p.reading, key, e.plain())
		}
	}
}

// replicas reads how many pods there are: one for each node is not known, nor is
// what a HorizontalPodAutoscaler makes of it.
func (p podReading) replicas(c *Container, all cluster) {
	kind := text(p.object, "kind")
	if kind == "DaemonSet" {
		return
	}
	c.Replicas = source.Known(1, source.Origin{Default: podDefault})
	if e := entryOf(p.text, p.object, "spec", "replicas"); e.declared() && kind != "Pod" {
		c.Replicas = settingAt(p.reading, e.plain(), readReplicas)
	}
	for _, o := range all.objects {
		target := descend(o.object, "spec", "scaleTargetRef")
		if text(target, "name") == p.workload && text(target, "kind") == kind && p.workload != "" {
			c.Replicas = source.Setting[int]{}
		}
	}
}

// hostPorts reads the ports of the node that lead to the container.
func (p podReading) hostPorts(c *Container) {
	for _, port := range p.ports() {
		if host := text(port, "hostPort"); host != "" && host != "0" {
			address := text(port, "hostIP")
			if address != "" && address != "0.0.0.0" {
				host = address + ":" + host
			}
			c.publish(host, text(port, "containerPort"))
		}
	}
}

// ports returns the entries of the container's ports.
func (p podReading) ports() (out []*yaml.Node) {
	list := descend(p.node, "ports")
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil
	}
	for _, port := range list.Content {
		if protocol := text(port, "protocol"); protocol == "" || protocol == "TCP" {
			out = append(out, syntax.ResolveAlias(port))
		}
	}
	return out
}

// publish notes a port of the host.
func (c *Container) publish(port, target string) {
	if port == "" || target == "" {
		return
	}
	if c.Published == nil {
		c.Published = map[string]string{}
	}
	c.Published[port] = target
}

// service adds the names and ports of an object that is a Service of the pod.
func (p podReading) service(c *Container, o manifest) {
	if text(o.object, "kind") != "Service" || !p.selected(o) {
		return
	}
	name, namespace := text(o.object, "metadata", "name"), p.namespace(o)
	if name == "" {
		return
	}
	c.addName(shellwords.Word{Text: name})
	if namespace != "" {
		for _, suffix := range []string{"", ".svc", ".svc.cluster.local"} {
			c.addName(shellwords.Word{Text: name + "." + namespace + suffix})
		}
	}
	list := descend(o.object, "spec", "ports")
	if list == nil || list.Kind != yaml.SequenceNode || text(o.object, "spec", "clusterIP") == "None" {
		return // a headless Service gives the addresses of the pods: ports are theirs
	}
	for _, port := range list.Content {
		p.servicePort(c, syntax.ResolveAlias(port))
	}
}

// servicePort notes where a port of a Service leads.
func (p podReading) servicePort(c *Container, port *yaml.Node) {
	number := text(port, "port")
	if protocol := text(port, "protocol"); number == "" || protocol != "" && protocol != "TCP" {
		return
	}
	target := firstText(text(port, "targetPort"), number)
	if _, err := strconv.Atoi(target); err != nil {
		target = p.namedPort(target)
	}
	if c.Ports == nil {
		c.Ports = map[string]string{}
	}
	c.Ports[number] = target
	c.publish(text(port, "nodePort"), target)
}

// namedPort returns the number of a port of the container, "" when it has none of
// the name.
func (p podReading) namedPort(name string) string {
	for _, port := range p.ports() {
		if text(port, "name") == name {
			return text(port, "containerPort")
		}
	}
	return ""
}

// namespace returns the namespace of a Service: its own, or that of the workload.
func (p podReading) namespace(o manifest) string {
	return firstText(text(o.object, "metadata", "namespace"), text(p.object, "metadata", "namespace"))
}

// selected reports whether a Service selects the pod: all of its labels are there,
// and both are of one namespace where both say so.
func (p podReading) selected(o manifest) bool {
	own, other := text(p.object, "metadata", "namespace"), text(o.object, "metadata", "namespace")
	if own != "" && other != "" && own != other {
		return false
	}
	labels := labelsOf(descend(p.template(), "metadata", "labels"))
	wanted := labelsOf(descend(o.object, "spec", "selector"))
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if value, ok := labels[name]; !ok || value != wanted[name] {
			return false
		}
	}
	return len(wanted) > 0
}

// template returns the object that holds the labels of the pod.
func (p podReading) template() *yaml.Node {
	if text(p.object, "kind") == "Pod" {
		return p.object
	}
	return descend(p.object, "spec", "template")
}

// labelsOf reads a mapping of labels.
func labelsOf(n *yaml.Node) map[string]string {
	out := map[string]string{}
	if n == nil || n.Kind != yaml.MappingNode {
		return out
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if v := syntax.ResolveAlias(n.Content[i+1]); v != nil && v.Kind == yaml.ScalarNode {
			out[n.Content[i].Value] = v.Value
		}
	}
	return out
}

// stopped reads the signal that stops the container, and what process 1 is.
func (p podReading) stopped(img *image, entry, args []shellwords.Word) {
	p.stopSignal(img, podDefault)
	if e := p.entry("lifecycle", "stopSignal"); e.declared() {
		p.reading.stop.Signal = settingAt(p.reading, e.plain(), readSignalName)
	}
	below := false
	for _, key := range []string{"shareProcessNamespace", "hostPID"} { // process 1 is another one
		if e := p.podEntry(key); e.declared() {
			below = below || e.value.Value == "true"
		}
	}
	p.startedAs(img, entry, args, below)
}

package appconf

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// container reads what the service runs in and how it is stopped.
func (s composeService) container(img *image) {
	last := s.layers[len(s.layers)-1]
	c := &s.reading.container
	c.Kind, c.Span = "compose", last.text.Span(last.key)
	s.network(c)
	s.sysctls(c)
	c.NoFileSoft, c.NoFileHard = s.descriptors()
	s.processors(c)
	s.tasks(c)
	s.replicas(c)
	s.published(c)
	s.neighbours(c)
	s.probes(img)
	s.stopped(img)
}

// byDefault is a value that holds where the service declares nothing; unknown
// where what it extends may declare it.
func byDefault[T any](s composeService, value T) source.Setting[T] {
	if s.unfollowed.declared() {
		return source.Setting[T]{}
	}
	return source.Known(value, source.Origin{Default: composeDefault})
}

// network reads whose network it is and the names on it. A service on the network
// of another container or of the host has none of its own.
func (s composeService) network(c *Container) {
	c.HostNetwork = byDefault(s, false)
	if e := s.entry("network_mode"); e.declared() {
		mode := e.word()
		shared := strings.HasPrefix(mode.Text, "service:") || strings.HasPrefix(mode.Text, "container:")
		if mode.Why == "" && shared {
			mode.Why = "it is on the network of another container"
		}
		c.HostNetwork = settingAt(s.reading, mode, func(text string) (bool, bool) { return text == "host", true })
		if mode.Why != "" || mode.Text == "host" {
			return
		}
	}
	c.Names = append(c.Names, s.name)
	s.beside(c)
	for _, key := range []string{"container_name", "hostname"} {
		if e := s.entry(key); e.declared() {
			c.addName(e.word())
		}
	}
	for _, networks := range s.entries("networks") {
		s.aliases(c, networks)
	}
}

// beside notes the services that compose puts on the network of this one.
func (s composeService) beside(c *Container) {
	for _, name := range s.project.allNames() {
		other := s.project.service(name)
		mode, image := other.entry("network_mode"), other.entry("image")
		if mode.declared() && mode.value.Value == "service:"+s.name && image.declared() {
			c.Beside = append(c.Beside, image.value.Value)
		}
	}
}

// neighbours notes the other services with what they run. What cannot be read of
// them is no matter of this one.
func (s composeService) neighbours(c *Container) {
	for _, name := range s.project.allNames() {
		if name == s.name {
			continue
		}
		other := s.project.service(name)
		other.reading = &reading{}
		if image := other.entry("image"); image.declared() {
			var limits Container
			other.processors(&limits)
			n := Neighbour{Span: image.span(), Image: image.value.Value, CPUs: limits.CPUs, MayRaise: other.mayRaise()}
			n.NoFileSoft, n.NoFileHard = other.descriptors()
			c.Neighbours = append(c.Neighbours, n)
		}
	}
}

// aliases adds the names that the service has on some of its networks.
func (s composeService) aliases(c *Container, networks yamlEntry) {
	if networks.value.Kind != yaml.MappingNode {
		return
	}
	for i := 1; i < len(networks.value.Content); i += 2 {
		key, list := syntax.Find(networks.value.Content[i], "aliases", 0)
		if list == nil || list.Kind != yaml.SequenceNode {
			continue
		}
		for _, w := range (yamlEntry{networks.text, key, list}).words() {
			c.addName(w)
		}
	}
}

// addName adds a name that is known, once.
func (c *Container) addName(w shellwords.Word) {
	if w.Why == "" && w.Text != "" && !slices.Contains(c.Names, w.Text) {
		c.Names = append(c.Names, w.Text)
	}
}

// sysctls reads the kernel settings that the container asks for.
func (s composeService) sysctls(c *Container) {
	for _, e := range s.entries("sysctls") {
		for _, p := range e.pairs() {
			c.setSysctl(s.reading, p.name, shellwords.Word{Text: p.text, At: p.at, Why: p.why})
		}
	}
}

// setSysctl notes a kernel setting, with dots whatever its key is written with.
func (c *Container) setSysctl(r *reading, key string, w shellwords.Word) {
	if c.Sysctls == nil {
		c.Sysctls = map[string]source.Setting[string]{}
	}
	c.Sysctls[strings.ReplaceAll(key, "/", ".")] = settingAt(r, w, func(text string) (string, bool) {
		return strings.TrimSpace(text), true
	})
}

// descriptors reads ulimits.nofile: one number, or soft and hard.
func (s composeService) descriptors() (soft, hard source.Setting[int64]) {
	if e := s.entry("ulimits", "nofile"); e.declared() && e.value.Kind == yaml.ScalarNode {
		soft = settingAt(s.reading, e.word(), syntax.ReadPlain)
		return soft, soft
	}
	if e := s.entry("ulimits", "nofile", "soft"); e.declared() {
		soft = settingAt(s.reading, e.word(), syntax.ReadPlain)
	}
	if e := s.entry("ulimits", "nofile", "hard"); e.declared() {
		hard = settingAt(s.reading, e.word(), syntax.ReadPlain)
	}
	return soft, hard
}

// mayRaise reports whether the container is given CAP_SYS_RESOURCE, which the
// engine takes away otherwise.
func (s composeService) mayRaise() bool {
	if e := s.entry("privileged"); e.declared() && e.value.Value == "true" {
		return true
	}
	for _, e := range s.entries("cap_add") {
		for _, w := range e.words() {
			if name := strings.TrimPrefix(strings.ToUpper(w.Text), "CAP_"); name == "SYS_RESOURCE" || name == "ALL" {
				return true
			}
		}
	}
	return false
}

// processors reads the limit in cores: deploy.resources.limits wins over cpus, and
// 0 is none.
func (s composeService) processors(c *Container) {
	for _, e := range []yamlEntry{s.entry("deploy", "resources", "limits", "cpus"), s.entry("cpus")} {
		if !e.declared() {
			continue
		}
		if c.CPUs = settingAt(s.reading, e.word(), readCores); c.CPUs.Value == 0 {
			c.CPUs = source.Setting[float64]{}
		}
		return
	}
}

// tasks reads the limit on processes and threads: deploy.resources.limits wins over
// pids_limit, and what is not above 0 is none.
func (s composeService) tasks(c *Container) {
	for _, e := range []yamlEntry{s.entry("deploy", "resources", "limits", "pids"), s.entry("pids_limit")} {
		if !e.declared() {
			continue
		}
		w := e.word()
		if n, err := strconv.ParseInt(w.Text, 10, 64); w.Why == "" && err == nil && n <= 0 {
			return
		}
		c.Tasks = settingAt(s.reading, w, syntax.ReadPlain)
		return
	}
}

// readCores reads a number of cores such as 1.5.
func readCores(s string) (float64, bool) {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return v, err == nil && v >= 0 && v < 1<<20
}

// replicas reads how many containers there are of the service.
func (s composeService) replicas(c *Container) {
	c.Replicas = byDefault(s, 1)
	for _, e := range []yamlEntry{s.entry("deploy", "replicas"), s.entry("scale")} {
		if e.declared() {
			c.Replicas = settingAt(s.reading, e.word(), readReplicas)
			return
		}
	}
}

// readReplicas reads a number of containers.
func readReplicas(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0
}

// shortPort is "[address:]port:port[/tcp]", without ranges.
var shortPort = syntax.Pattern(`^(?:(\[[^]]*\]|[\d.]+):)?(\d+):(\d+)(/tcp)?$`)

// published reads the ports of the host that lead to the container. Ranges and
// ports that the engine chooses are left out.
func (s composeService) published(c *Container) {
	for _, e := range s.entries("ports") {
		if e.value.Kind != yaml.SequenceNode {
			continue
		}
		for _, item := range e.value.Content {
			address, port, target := publishedPort(syntax.ResolveAlias(item))
			if address != "" && address != "0.0.0.0" && address != "[::]" && port != "" {
				port = address + ":" + port
			}
			c.publish(port, target)
		}
	}
}

// publishedPort reads an entry of ports in its short or long form.
func publishedPort(n *yaml.Node) (address, port, target string) {
	if n == nil {
		return "", "", ""
	}
	if n.Kind == yaml.MappingNode {
		if p := text(n, "protocol"); p != "" && p != "tcp" {
			return "", "", ""
		}
		return text(n, "host_ip"), plainPort(text(n, "published")), plainPort(text(n, "target"))
	}
	value, why := interpolate(n.Value)
	if m := shortPort().FindStringSubmatch(value); m != nil && why == "" {
		return m[1], m[2], m[3]
	}
	return "", "", ""
}

// plainPort returns a port that is a number, "" for anything else.
func plainPort(s string) string {
	value, why := interpolate(s)
	if n, err := strconv.Atoi(value); why != "" || err != nil || n < 1 || n > 65535 {
		return ""
	}
	return value
}

// stopped reads the signal that stops the service, and what process 1 is.
func (s composeService) stopped(img *image) {
	s.stopSignal(img, composeDefault)
	if e := s.entry("stop_signal"); e.declared() {
		s.reading.stop.Signal = settingAt(s.reading, e.word(), readSignalName)
	}
	below := false
	if e := s.entry("init"); e.declared() {
		below = e.value.Value == "true"
	}
	if e := s.entry("pid"); e.declared() { // the namespace of the host or of another container
		below = true
	}
	entry, args, _ := s.argv()
	s.startedAs(img, entry, args, below)
}

// startedAs notes process 1 of a container: entry and args take the place of those
// of its image, nil declares nothing.
func (r *reading) startedAs(img *image, entry, args []shellwords.Word, below bool) {
	switch {
	case entry != nil:
		r.process(slices.Concat(entry, args), below, true)
	case img != nil:
		argv, complete := img.argv(args)
		r.process(argv, below, complete)
	case args != nil:
		r.process(args, below, false)
	}
}

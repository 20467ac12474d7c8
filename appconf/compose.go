package appconf

import (
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// isCompose recognises compose files by their usual names.
func isCompose(_ *reading, name string) bool {
	return strings.Contains(name, "compose") && hasSuffix(name, ".yml", ".yaml")
}

// readCompose reads the service that runs the application (compose-spec,
// 05-services.md), from all compose files together.
func readCompose(r *reading, files []*source.File) {
	p, ok := r.composeProject(files)
	if !ok {
		return
	}
	s, why := p.choose()
	if why != "" {
		r.giveUp(source.Span{File: files[0]}, why)
		return
	}
	s.environment()
	s.memory()
	s.stopGrace()
	img := s.built()
	s.start(img)
	s.container(img)
	s.nodeEnvironment()
}

// argv returns the words of entrypoint and command, and whether the service
// declares either.
func (s composeService) argv() (entry, args []shellwords.Word, declared bool) {
	if e := s.entry("entrypoint"); e.declared() {
		entry, declared = e.words(), true
	}
	if e := s.entry("command"); e.declared() {
		args, declared = e.words(), true
	}
	return entry, args, declared
}

// words reads a command: a text is split like a shell does, a list is taken as it is.
func (e yamlEntry) words() []shellwords.Word {
	if e.value.Kind == yaml.ScalarNode {
		words := shellwords.SplitCompose(e.value.Value)
		shellwords.Place(words, e.text.Span(e.value), len(e.text.File.Text))
		return words
	}
	out := []shellwords.Word{}
	for _, item := range e.value.Content {
		if item = syntax.ResolveAlias(item); item == nil || item.Kind != yaml.ScalarNode {
			continue
		}
		text, why := interpolate(item.Value)
		out = append(out, shellwords.Word{Text: text, At: e.text.Span(item), Raw: item.Value, Why: why})
	}
	return out
}

// interpolate replaces ${NAME:-default} as compose does, from the environment of
// whoever runs it, which is not known.
func interpolate(s string) (text, why string) {
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '$' {
			b.WriteByte(s[i])
			i++
			continue
		}
		value, n, unknown := shellwords.Expand(s[i+1:], nil)
		b.WriteString(value)
		i += 1 + n
		if unknown != "" {
			why = unknown
		}
	}
	return b.String(), why
}

// environment notes the variables of the service: files of them, and a mapping or a
// list of NAME=value.
func (s composeService) environment() {
	s.namedFiles()
	for _, e := range s.entries("environment") {
		setVariables(s.env, e)
	}
}

// setVariables reads a mapping or a list of NAME=value.
func setVariables(into map[string]syntax.Variable, e yamlEntry) {
	for _, p := range e.pairs() {
		if p.why == "" && !p.hasValue {
			p.why = "it is passed on from the environment compose runs in"
		}
		into[p.name] = syntax.Variable{Text: p.text, At: p.at, Why: p.why}
	}
}

const (
	rankMemLimit = iota + 1
	rankDeploy   // deploy.resources.limits wins over mem_limit
)

// memory reads the limit of the container.
func (s composeService) memory() {
	s.number("memory_limit", s.entry("mem_limit"), rankMemLimit, readComposeSize)
	s.number("memory_limit", s.entry("deploy", "resources", "limits", "memory"), rankDeploy, readComposeSize)
}

// number declares a setting from one "key: value"; 0 declares nothing.
func (s composeService) number(name string, e yamlEntry, rank int, read func(string) (int64, bool)) {
	if !e.declared() {
		return
	}
	text, why := interpolate(e.value.Value)
	d := optionValue(&flag{name: name, read: read}, shellwords.Word{Text: text, Why: why}, e.span(), rank)
	if d.why != "" || d.number != 0 {
		s.declared = append(s.declared, d)
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

func (s composeService) stopGrace() {
	e := s.entry("stop_grace_period")
	switch {
	case e.declared():
		s.number("stop_grace_period", e, rankCommand, func(text string) (int64, bool) {
			d, ok := readGoDuration(text)
			return int64(d), ok
		})
	case !s.unfollowed.declared():
		s.declared = append(s.declared, declaration{name: "stop_grace_period", number: int64(composeStopGrace), text: composeDefault})
	}
}

// composeDefault names what compose does where nothing is declared.
const composeDefault = "docker compose default"

// readGoDuration reads a duration that the container engine takes: "1m30s".
func readGoDuration(s string) (time.Duration, bool) {
	d, err := time.ParseDuration(s)
	return d, err == nil && d >= 0
}

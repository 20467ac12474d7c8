package appconf

import (
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// engineDefault names what the container engine does where nothing is declared.
const engineDefault = "docker default"

// engineProbe is a HEALTHCHECK without options: interval and timeout 30s, 3
// failures, no time in which failures do not count (Dockerfile reference).
func engineProbe(at source.Span) Probe {
	byDefault := source.Origin{Default: engineDefault}
	return Probe{
		Kind: "healthcheck", Span: at,
		InitialDelay: source.Known(time.Duration(0), byDefault),
		Interval:     source.Known(30*time.Second, byDefault),
		Timeout:      source.Known(30*time.Second, byDefault),
		Failures:     source.Known(3, byDefault),
		Successes:    source.Known(1, byDefault),
	}
}

// healthcheck reads HEALTHCHECK --interval=1m CMD …; ok is false for NONE.
func (r *reading) healthcheck(i *instruction) (p Probe, ok bool) {
	p = engineProbe(i.at)
	rest := strings.TrimLeft(i.text, " \t\r\n")
	for strings.HasPrefix(rest, "--") {
		option, _, _ := strings.Cut(rest, " ")
		option = strings.TrimRight(option, "\t\r\n")
		start := i.at.Start + len(i.text) - len(rest)
		at := source.Span{File: i.at.File, Start: start, End: start + len(option)}
		name, value, _ := strings.Cut(option, "=")
		r.probeOption(&p, strings.TrimPrefix(name, "--"), shellwords.Word{Text: value, At: at})
		rest = strings.TrimLeft(rest[len(option):], " \t\r\n")
	}
	n := syntax.NameLength(rest)
	if strings.ToUpper(rest[:n]) != "CMD" {
		return p, false
	}
	command := strings.TrimLeft(rest[n:], " \t\r\n")
	start := i.at.Start + len(i.text) - len(command)
	test := instruction{name: "CMD", text: command, at: source.Span{File: i.at.File, Start: start, End: i.at.End}}
	words, isExec := test.execForm()
	if !isExec {
		words = test.shellForm(nil)
	}
	p.Path = healthPath(words)
	return p, true
}

// probeOption reads one option of HEALTHCHECK, or a key of compose with dashes.
func (r *reading) probeOption(p *Probe, name string, w shellwords.Word) {
	switch name {
	case "interval":
		p.Interval = settingAt(r, w, readGoDuration)
	case "timeout":
		p.Timeout = settingAt(r, w, readGoDuration)
	case "start-period":
		p.InitialDelay = settingAt(r, w, readGoDuration)
	case "retries":
		p.Failures = settingAt(r, w, readAttempts)
	}
}

// readAttempts reads how many checks in a row count, at least 1.
func readAttempts(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n > 0
}

// ownURL is an address of the container itself; what follows is the path.
var ownURL = syntax.Pattern(`^(?:https?://)?(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0)(?::\d+)?(/[^?#]*)?(?:[?#].*)?$`)

// healthPath returns what a check asks for over HTTP: it runs curl or wget once.
func healthPath(words []shellwords.Word) source.Setting[string] {
	probe := &reading{env: map[string]syntax.Variable{}}
	var found source.Setting[string]
	for _, c := range probe.commands(probe.shellScript(words)) {
		if c.program != "curl" && c.program != "wget" {
			continue
		}
		for _, w := range c.args {
			m := ownURL().FindStringSubmatch(w.Text)
			switch {
			case m == nil || w.Why != "":
			case found.Known:
				return source.Setting[string]{}
			default:
				found = source.Known(firstText(m[1], "/"), source.Origin{Span: w.At})
			}
		}
	}
	return found
}

// probes reads the healthcheck of a service, which takes the place of that of its
// image key by key.
func (s composeService) probes(img *image) {
	var p Probe
	var fromImage bool
	if img != nil && img.healthcheck != nil {
		p, fromImage = s.healthcheck(img.healthcheck)
	}
	own := s.entry("healthcheck")
	switch {
	case own.declared():
		if !fromImage {
			p = engineProbe(own.span())
		}
		p.Span = own.span()
		if !s.composeProbe(&p) {
			return
		}
	case !fromImage:
		return
	}
	s.reading.container.Probes = append(s.reading.container.Probes, p)
}

// composeProbe reads the keys of a healthcheck; false when it is switched off.
func (s composeService) composeProbe(p *Probe) bool {
	if e := s.entry("healthcheck", "disable"); e.declared() && e.value.Value == "true" {
		return false
	}
	if e := s.entry("healthcheck", "test"); e.declared() {
		words, none := e.healthTest()
		if none {
			return false
		}
		p.Path = healthPath(words)
	}
	for _, name := range []string{"interval", "timeout", "start_period", "retries"} {
		if e := s.entry("healthcheck", name); e.declared() {
			s.probeOption(p, strings.ReplaceAll(name, "_", "-"), e.word())
		}
	}
	return true
}

// healthTest reads a test: a text for the shell, or a list that starts with CMD,
// CMD-SHELL or NONE.
func (e yamlEntry) healthTest() (words []shellwords.Word, none bool) {
	if e.value.Kind == yaml.ScalarNode {
		return e.words(), false
	}
	words = e.words()
	if len(words) == 0 {
		return nil, false
	}
	kind, words := words[0].Text, words[1:]
	if kind == "CMD-SHELL" && len(words) == 1 {
		script := words[0]
		words = shellwords.Split(script.Text, nil)
		shellwords.Place(words, script.At, script.At.End)
	}
	return words, kind == "NONE"
}

// word returns a single value with the place of "key: value".
func (e yamlEntry) word() shellwords.Word {
	text, why := interpolate(e.value.Value)
	return shellwords.Word{Text: text, At: e.span(), Why: why}
}

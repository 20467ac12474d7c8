package appconf

import (
	"strconv"
	"strings"
	"time"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// isService recognises units of systemd that start a service.
func isService(_ *reading, name string) bool { return hasSuffix(name, ".service") }

// readService reads the variables, the command, and the time and signal to stop of
// a unit.
func readService(r *reading, f *source.File) {
	var start, files []syntax.KeyValue
	r.stop.Signal = source.Known(defaultStopSignal, source.Origin{Default: "systemd default"})
	for _, a := range serviceAssignments(f) {
		switch a.Key {
		case "Environment":
			r.serviceVariables(a)
		case "EnvironmentFile":
			if files = append(files, a); a.Text == "" {
				files = nil
			}
		case "ExecStart":
			if start = append(start, a); a.Text == "" {
				start = nil
			}
		case "KillSignal":
			r.killSignal(a)
		case "TimeoutStopSec", "TimeoutSec": // which sets the time to start, too
			r.forget("stop_grace_period", f)
			r.declared = append(r.declared, optionValue(&flag{name: "stop_grace_period", read: readUnitTime}, shellwords.Word{Text: a.Text}, a.At, rankCommand))
		}
	}
	r.unitStopGrace()
	for _, a := range files { // they win over Environment=
		r.unitFile(a)
	}
	r.doubtVariables()
	if len(start) != 1 {
		r.giveUp(source.Span{File: f}, "not one ExecStart")
		return
	}
	r.runService(start[0])
}

// killSignal reads KillSignal=; an empty one stands for the default.
func (r *reading) killSignal(a syntax.KeyValue) {
	if a.Text == "" {
		r.stop.Signal = source.Known(defaultStopSignal, source.Origin{Default: "systemd default"})
		return
	}
	r.stop.Signal = settingAt(r, shellwords.Word{Text: a.Text, At: a.At, Why: specifier(a.Text)}, readSignalName)
}

// serviceAssignments reads the lines of the section [Service]. A value goes on
// after a backslash at the end of its line, which stays in the text.
func serviceAssignments(f *source.File) (out []syntax.KeyValue) {
	section := ""
	for n := 1; n <= f.Lines(); n++ {
		at := f.Line(n)
		text := strings.TrimSpace(at.Text())
		if text == "" || text[0] == '#' || text[0] == ';' {
			continue
		}
		for strings.HasSuffix(strings.TrimRight(f.Line(n).Text(), "\r\n"), `\`) && n < f.Lines() {
			n++
			at.End = f.Line(n).End
		}
		whole := at.Text()
		text = strings.TrimSpace(whole)
		at.Start += strings.Index(whole, text)
		at.End = at.Start + len(text)
		key, value, ok := strings.Cut(text, "=")
		switch {
		case text[0] == '[':
			section = text
		case ok && section == "[Service]":
			out = append(out, syntax.KeyValue{Key: strings.TrimSpace(key), Text: strings.TrimSpace(value), At: at})
		}
	}
	return out
}

// serviceVariables reads "Environment=A=1 'B=2 3'"; an empty one forgets the others.
func (r *reading) serviceVariables(a syntax.KeyValue) {
	if a.Text == "" {
		r.env = map[string]syntax.Variable{}
		return
	}
	for _, w := range shellwords.Split(strings.ReplaceAll(a.Text, "$", `\$`), nil) {
		name, value, _ := strings.Cut(w.Text, "=")
		r.env[name] = syntax.Variable{Text: value, At: a.At, Why: firstText(w.Why, specifier(value))}
	}
}

// doubtVariables makes the variables unknown that a file may set again: it wins
// over Environment=.
func (r *reading) doubtVariables() {
	if !r.unreadEnvironment.IsValid() {
		return
	}
	why := "variables come from a file that is not read"
	for name, v := range r.env {
		v.Why = firstText(v.Why, why)
		r.env[name] = v
	}
	r.env["WEB_CONCURRENCY"] = syntax.Variable{At: r.unreadEnvironment, Why: why}
}

// runService reads ExecStart (systemd.service(5), command lines).
func (r *reading) runService(a syntax.KeyValue) {
	line := strings.TrimLeft(a.Text, "-:+!|")
	if strings.HasPrefix(line, "@") || strings.Contains(line, "\\\r\n") {
		r.giveUp(a.At, "this form of ExecStart is not read")
		return
	}
	at := a.At
	at.Start = at.End - len(line)
	words := shellwords.Split(line, r.env)
	shellwords.Place(words, at, at.End)
	for i := range words {
		words[i].Why = firstText(words[i].Why, specifier(words[i].Text))
	}
	r.runCommand(words)
}

// specifier says why a text with a specifier such as %i is not known.
func specifier(text string) string {
	if strings.Contains(strings.ReplaceAll(text, "%%", ""), "%") {
		return "it depends on the name of the unit or the host"
	}
	return ""
}

// unitStopGrace is DefaultTimeoutStopSec as systemd is built (systemd-system.conf(5));
// distributions build it with other values, and system.conf may set one.
const unitStopGrace = 90 * time.Second

// unitStopGrace declares the default where no unit and no compose file says more.
func (r *reading) unitStopGrace() {
	if !r.composed && !r.pick("stop_grace_period").at.IsValid() {
		r.declared = append(r.declared, declaration{name: "stop_grace_period", number: int64(unitStopGrace), text: "systemd default", assumed: true})
	}
}

// spanUnits are systemd's units of time (systemd.time(7)) up to hours.
var spanUnits = map[string]time.Duration{
	"": time.Second, "s": time.Second, "sec": time.Second, "second": time.Second, "seconds": time.Second,
	"ms": time.Millisecond, "msec": time.Millisecond,
	"m": time.Minute, "min": time.Minute, "minute": time.Minute, "minutes": time.Minute,
	"h": time.Hour, "hr": time.Hour, "hour": time.Hour, "hours": time.Hour,
}

// readUnitTime reads a time of a unit such as "90", "1min 30s" or "infinity"; 0
// never ends either.
func readUnitTime(s string) (int64, bool) {
	if strings.TrimSpace(s) == "infinity" {
		return int64(Infinite), true
	}
	var total time.Duration
	rest := strings.TrimSpace(s)
	for rest != "" {
		n := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		v, err := strconv.ParseInt(rest[:n], 10, 32)
		rest = strings.TrimLeft(rest[n:], " \t")
		n = len(rest) - len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz"))
		unit, known := spanUnits[rest[:n]]
		if err != nil || !known || v > 1<<20 {
			return 0, false
		}
		total += time.Duration(v) * unit
		rest = strings.TrimLeft(rest[n:], " \t")
	}
	if total == 0 {
		return int64(Infinite), s != ""
	}
	return int64(total), true
}

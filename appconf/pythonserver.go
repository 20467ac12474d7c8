package appconf

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf/pyexpr"
	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/source"
)

// pythonStarters are the functions by which a program starts a server itself, by
// family; their arguments are named like the options of the command line
// (uvicorn/main.py, waitress/adjustments.py).
var pythonStarters = map[string][]string{"uvicorn": {"run", "Config"}, "waitress": {"serve"}}

// isPythonProgram recognises the programs that start a server themselves.
func isPythonProgram(r *reading, name string) bool {
	return pythonStarters[r.family()] != nil && hasSuffix(name, ".py")
}

// readPythonProgram collects the calls that start a server.
func readPythonProgram(r *reading, f *source.File) {
	if len(f.Text) > maxScript {
		r.giveUp(source.Span{File: f}, "too large to be read as source")
		return
	}
	r.pythonPrograms = append(r.pythonPrograms, f)
	m := &pyexpr.Module{File: f, Env: r.env, CPUs: r.cpus, Values: map[string]pyexpr.Value{}}
	r.pythonHandlers(m)
	names := pythonNames(f.Text, r.family(), pythonStarters[r.family()])
	r.pythonCalls = append(r.pythonCalls, m.Calls(names, maxEndpoints+1)...)
}

// pythonNames returns the names by which a file calls functions of a module:
// "uvicorn.run", and what "from uvicorn import run" and "import uvicorn as u" make
// of it.
func pythonNames(text, module string, functions []string) []string {
	code := pyexpr.PlainCode(text)
	var out []string
	modules := []string{module}
	for _, m := range regexp.MustCompile(`(?m)^[ \t]*import[ \t]+`+module+`[ \t]+as[ \t]+(\w+)`).FindAllStringSubmatch(code, maxEndpoints) {
		modules = append(modules, m[1])
	}
	for _, name := range modules {
		for _, f := range functions {
			out = append(out, name+"."+f)
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^[ \t]*from[ \t]+`+module+`(?:\.\w+)?[ \t]+import[ \t]+\(?([^()\n]*)`).FindAllStringSubmatch(code, maxEndpoints) {
		for _, item := range strings.Split(m[1], ",") {
			words := strings.Fields(item)
			if len(words) > 0 && slices.Contains(functions, words[0]) {
				out = append(out, words[len(words)-1])
			}
		}
	}
	return out
}

// startsProgram returns what reads "python PROGRAM", nil where no program of the
// application was given.
func (r *reading) startsProgram(program string) func(*reading, command) {
	if !isPython(program) || !r.hasPrograms {
		return nil
	}
	return readPythonCommand
}

// readPythonCommand notes that a program that is among the files starts the server.
func readPythonCommand(r *reading, c command) {
	for _, w := range c.args {
		if strings.HasPrefix(w.Text, "-") && w.Why == "" {
			continue
		}
		r.pythonCommand = w
		return
	}
	r.giveUp(c.whole, "which program it runs is not known")
}

// finishPythonCalls declares what the calls of the programs set, unless the
// command line starts the server.
func (r *reading) finishPythonCalls() {
	if len(r.pythonPrograms) == 0 || (r.commanded && r.pythonCommand == (shellwords.Word{})) {
		return
	}
	if len(r.pythonCalls) == 0 {
		r.giveUp(source.Span{File: r.pythonPrograms[0]}, "no server is started here")
		return
	}
	var all []endpoint
	for _, c := range r.pythonCalls {
		switch {
		case c.Spread.IsValid():
			r.giveUp(c.Spread, "options come from a mapping that is not read")
		case c.Conditional:
			r.giveUp(c.At, "the server is started under a condition")
		}
		all = append(all, r.pythonEndpoint(c))
	}
	r.endpoints(all)
}

// pythonEndpoint reads the arguments of a call that starts a server.
func (r *reading) pythonEndpoint(c pyexpr.Call) endpoint {
	out := endpoint{at: c.At}
	flags := commandServers[r.family()].flags
	for i := range flags {
		f := &flags[i]
		a, ok := c.Named[strings.ReplaceAll(f.long, "-", "_")]
		if !ok || f.name == "" {
			continue
		}
		d := pythonOption(f, a)
		switch {
		case c.Conditional || c.Spread.IsValid():
			d.why = firstText(d.why, "the options are not all known")
		case f.name == "ping_interval" && a.Raw == "None": // none are sent
		case a.Raw == "None":
			continue
		}
		out.declared = append(out.declared, d)
	}
	if a, ok := c.Named["ssl_context_factory"]; ok && a.Raw != "None" {
		out.declared = append(out.declared, declaration{name: "speaks", at: a.At, rank: rankFile, why: "a program decides about TLS"})
	}
	if a, ok := c.Named["http2"]; ok && a.Raw != "False" {
		out.declared = append(out.declared, declaration{name: "h2c", text: strings.ToLower(a.Raw), at: a.At, rank: rankFile})
	}
	out.listen = pythonListen(c)
	return out.withoutSockets()
}

// pythonOption reads one argument.
func pythonOption(f *flag, a pyexpr.Argument) declaration {
	w := shellwords.Word{Why: a.Value.Why}
	switch {
	case a.Raw == "None":
		w = shellwords.Word{Text: "0"}
	case w.Why == "" && len(a.Value.Texts) != 1:
		w.Why = "not a single value"
	case w.Why == "":
		w.Text = a.Value.Texts[0]
	}
	return optionValue(f, w, a.At, rankFile)
}

// pythonListen returns where a call makes the server listen, "" when it does not
// say so.
func pythonListen(c pyexpr.Call) string {
	text := func(name string) string {
		if a, ok := c.Named[name]; ok && a.Value.Why == "" && len(a.Value.Texts) == 1 {
			return a.Value.Texts[0]
		}
		return ""
	}
	if unix := firstText(text("uds"), text("unix_socket")); unix != "" {
		return "unix:" + unix
	}
	if list := strings.Fields(text("listen")); len(list) == 1 {
		return list[0]
	}
	port := readable(text("port"))
	if host := text("host"); host != "" && port != "" {
		return host + ":" + port
	}
	return port
}

// withoutSockets returns the endpoint without what only says where it listens.
func (e endpoint) withoutSockets() endpoint {
	e.declared = slices.DeleteFunc(e.declared, func(d declaration) bool {
		return slices.Contains([]string{"address", "port", "unix", "listen"}, d.name)
	})
	return e
}

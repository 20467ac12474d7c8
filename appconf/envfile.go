package appconf

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// An envFile is a file of variables; named reports that something reads it.
type envFile struct {
	file  *source.File
	named bool
}

// isEnvFile recognises files of variables by their usual names.
func isEnvFile(_ *reading, name string) bool {
	return name == ".env" || strings.HasPrefix(name, ".env.") || hasSuffix(name, ".env")
}

// collectEnvFile keeps a file until something names it: by itself it says nothing.
func collectEnvFile(r *reading, f *source.File) { r.envFiles = append(r.envFiles, &envFile{file: f}) }

// doubtEnvFiles gives up on files of variables that nothing names: the program may
// read them itself.
func (r *reading) doubtEnvFiles() {
	for _, e := range r.envFiles {
		if !e.named {
			r.giveUp(source.Span{File: e.file}, "who reads this file of variables is not known")
		}
	}
}

// assignmentLine is NAME=value, with or without export.
var assignmentLine = syntax.Pattern(`^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*=\s*(.*?)\s*$`)

// setFrom puts what a file of variables says into the environment.
func (r *reading) setFrom(e *envFile) {
	e.named = true
	for n := 1; n <= e.file.Lines(); n++ {
		line := e.file.Line(n)
		m := assignmentLine().FindStringSubmatch(line.Text())
		if m == nil {
			continue
		}
		v := syntax.Variable{At: line}
		v.At.End = v.At.Start + len(strings.TrimRight(line.Text(), " \t\r\n"))
		v.Text, v.Why = envValue(m[2])
		r.env[m[1]] = v
	}
}

// envValue reads a value: quoted, or up to a comment. Programs differ in what they
// make of variables and escapes in one.
func envValue(s string) (text, why string) {
	quote := ""
	if s != "" && strings.ContainsAny(s[:1], `"'`) {
		quote = s[:1]
	}
	if quote != "" {
		end := strings.Index(s[1:], quote)
		if rest := strings.TrimSpace(s[min(end+2, len(s)):]); end < 0 || rest != "" && rest[0] != '#' {
			return "", "the quotes are not understood"
		}
		s = s[1 : end+1]
	} else if i := strings.Index(s, " #"); i >= 0 {
		s = strings.TrimSpace(s[:i])
	}
	if quote != "'" && strings.ContainsAny(s, "$\\`") {
		return "", "variables and escapes in a file of variables are not evaluated"
	}
	return s, ""
}

// namedFiles notes the variables of the files that a service names. Where one is not
// at hand, it may set what the others do.
func (s composeService) namedFiles() {
	var found []*envFile
	var unread source.Span
	for _, e := range s.entries("env_file") {
		for _, name := range e.paths() {
			if f := s.envFileAt(path.Join(path.Dir(e.text.File.Path), name)); f != nil {
				f.named = true
				found = append(found, f)
				continue
			}
			unread = e.span()
		}
	}
	if unread.IsValid() {
		s.env["WEB_CONCURRENCY"] = syntax.Variable{At: unread, Why: "the file that env_file names is not read"}
		s.unreadEnvironment = unread
		return
	}
	for _, f := range found {
		s.setFrom(f)
	}
}

// paths returns the files that env_file names: one, or a list of paths or mappings.
func (e yamlEntry) paths() (out []string) {
	items := []*yaml.Node{e.value}
	if e.value.Kind == yaml.SequenceNode {
		items = e.value.Content
	}
	for _, n := range items {
		switch n = syntax.ResolveAlias(n); {
		case n == nil:
		case n.Kind == yaml.MappingNode:
			out = append(out, text(n, "path"))
		default:
			out = append(out, n.Value)
		}
	}
	return out
}

// envFileAt returns the application's file of variables at a path.
func (r *reading) envFileAt(name string) *envFile {
	for _, e := range r.envFiles {
		if e.file.Path == name {
			return e
		}
	}
	return nil
}

// unitFile notes the variables of an EnvironmentFile, found by its base name; a file
// that is not at hand may set anything.
func (r *reading) unitFile(a syntax.KeyValue) {
	var found *envFile
	for _, e := range r.envFiles {
		if path.Base(e.file.Path) == path.Base(strings.TrimPrefix(a.Text, "-")) {
			if found != nil {
				r.unreadEnvironment = a.At
				return
			}
			found = e
		}
	}
	if found == nil {
		r.unreadEnvironment = a.At
		return
	}
	r.setFrom(found)
}

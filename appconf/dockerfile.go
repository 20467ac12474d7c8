package appconf

import (
	"encoding/json"
	"strings"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// isDockerfile recognises Dockerfiles by their usual names.
func isDockerfile(_ *reading, name string) bool {
	name = strings.ToLower(name)
	return name == "dockerfile" || name == "containerfile" || strings.HasPrefix(name, "dockerfile.") || hasSuffix(name, ".dockerfile")
}

// A dockerfile is a Dockerfile cut into instructions.
type dockerfile struct {
	file         *source.File
	instructions []instruction
}

// An instruction is one of a Dockerfile. text is that of at with blanks in place
// of line continuations and comments, so that offsets stay the same.
type instruction struct {
	name, text string
	at         source.Span // of the arguments
}

// maxInstructions bounds what is read of a Dockerfile; no person writes as many.
const maxInstructions = 1000

var (
	escapeDirective  = syntax.Pattern("(?im)^#[ \t]*escape[ \t]*=[ \t]*`")
	dockerfileMarker = syntax.Pattern(`<<(-?)["']?([A-Za-z_]\w*)["']?`)
)

// readDockerfile reads the file, and starts its image unless a compose file or a
// Kubernetes workload does.
func readDockerfile(r *reading, f *source.File) {
	if escapeDirective().MatchString(f.Text) {
		r.giveUp(source.Span{File: f}, "another escape character is not read")
		return
	}
	if r.dockerfile != nil {
		r.giveUp(source.Span{File: f}, "a second Dockerfile of the application")
		return
	}
	if r.dockerfile = parseDockerfile(f); len(r.dockerfile.instructions) > maxInstructions {
		r.dockerfile = nil
		r.giveUp(source.Span{File: f}, "too many instructions")
		return
	}
	if r.composed {
		return
	}
	img, why := r.dockerfile.image("", nil)
	if why != "" {
		r.giveUp(source.Span{File: f}, why)
		return
	}
	r.startImage(img)
	r.startedAs(img, nil, nil, false)
	r.stopSignal(img, engineDefault)
	if img.healthcheck != nil {
		if p, ok := r.healthcheck(img.healthcheck); ok {
			r.container.Probes = append(r.container.Probes, p)
		}
	}
	r.nodeEnvironment()
}

// startImage reads what an image runs with its own variables.
func (r *reading) startImage(img *image) {
	r.imageEnvironment(img)
	words, declared := img.words(r.env, nil)
	switch {
	case declared:
		r.runCommand(words)
	case r.family() != "" && !runsNode(r.family()):
		r.giveUp(img.from, "the command comes from the base image")
	}
}

// imageEnvironment adds the variables of an image that are not set for it.
func (r *reading) imageEnvironment(img *image) {
	for name, v := range img.env {
		if _, ok := r.env[name]; !ok {
			r.env[name] = v
		}
	}
}

// parseDockerfile cuts a file into instructions.
func parseDockerfile(f *source.File) *dockerfile {
	d := &dockerfile{file: f}
	clean := []byte(f.Text)
	for pos := 0; pos < len(clean); {
		end := dockerfileLine(clean, pos)
		text := string(clean[pos:end])
		trimmed := strings.TrimLeft(text, " \t\r\n")
		start := end - len(trimmed)
		pos = end + 1
		if trimmed == "" || trimmed[0] == '#' {
			continue
		}
		n := syntax.NameLength(trimmed)
		name, rest := strings.ToUpper(trimmed[:n]), strings.TrimRight(trimmed[n:], " \t\r\n")
		if args := strings.TrimLeft(rest, " \t\r\n"); args != "" {
			at := source.Span{File: f, Start: start + n + len(rest) - len(args), End: start + n + len(rest)}
			d.instructions = append(d.instructions, instruction{name, args, at})
		}
		if name == "RUN" || name == "COPY" || name == "ADD" {
			pos = afterMarkers(f.Text, pos, dockerfileMarker().FindAllStringSubmatch(rest, -1))
		}
	}
	return d
}

// dockerfileLine returns the end of the instruction that starts at pos. Its line
// continuations, and comments and empty lines after one, become blanks.
func dockerfileLine(text []byte, pos int) int {
	for continued := false; pos < len(text); {
		end := pos
		for end < len(text) && text[end] != '\n' {
			end++
		}
		line := strings.TrimRight(string(text[pos:end]), " \t\r")
		start := strings.TrimLeft(line, " \t")
		isComment := strings.HasPrefix(start, "#")
		switch {
		case isComment && !continued, !strings.HasSuffix(line, `\`) && !isComment && (start != "" || !continued):
			return end
		case isComment:
			syntax.Blank(text[pos:min(end+1, len(text))])
		default:
			syntax.Blank(text[pos+max(len(line)-1, 0) : min(end+1, len(text))])
		}
		continued, pos = true, end+1
	}
	return len(text)
}

// afterMarkers returns where the here-documents that start at pos end.
func afterMarkers(text string, pos int, markers [][]string) int {
	for _, m := range markers {
		for done := false; !done && pos < len(text); {
			line, _, _ := strings.Cut(text[pos:], "\n")
			pos += len(line) + 1
			line = strings.TrimRight(line, "\r")
			if m[1] != "" {
				line = strings.TrimLeft(line, "\t")
			}
			done = line == m[2]
		}
	}
	return min(pos, len(text))
}

// execForm reads an instruction's JSON list; ok is false for the shell form.
func (i instruction) execForm() (words []shellwords.Word, ok bool) {
	var list []string
	if !strings.HasPrefix(i.text, "[") || json.Unmarshal([]byte(i.text), &list) != nil {
		return nil, false
	}
	at := 0
	for _, text := range list {
		open := strings.IndexByte(i.text[at:], '"')
		if open < 0 {
			return nil, false
		}
		start := at + open
		at = start + 1
		for at < len(i.text) && i.text[at] != '"' {
			if i.text[at] == '\\' {
				at++
			}
			at++
		}
		at = min(at+1, len(i.text))
		span := source.Span{File: i.at.File, Start: i.at.Start + start, End: i.at.Start + at}
		words = append(words, shellwords.Word{Text: text, Raw: i.text[start:at], At: span})
	}
	return words, true
}

// shellForm splits the text as /bin/sh does.
func (i instruction) shellForm(env map[string]syntax.Variable) []shellwords.Word {
	words := shellwords.Split(i.text, env)
	shellwords.Place(words, i.at, i.at.End)
	return words
}

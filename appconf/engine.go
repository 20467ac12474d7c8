package appconf

import (
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// engines are programs that run containers.
var engines = []string{"docker", "podman", "nerdctl", "docker-compose", "podman-compose"}

// ContainerCommand reports whether a command, as ExecStart= of a unit has it, runs a
// container, and returns the limits on open files that its --ulimit sets; they are
// not known where it sets none, or lets the container raise them. The origin is the
// place given.
func ContainerCommand(command string, at source.Span) (soft, hard source.Setting[int64], is bool) {
	words := shellwords.Split(strings.TrimLeft(command, "@-:+!|"), nil)
	if len(words) == 0 || !slices.Contains(engines, path.Base(words[0].Text)) {
		return soft, hard, false
	}
	if slices.ContainsFunc(words, grantsAll) {
		return soft, hard, true
	}
	for i, w := range words {
		value, joined := strings.CutPrefix(w.Text, "--ulimit=")
		if w.Text == "--ulimit" && i+1 < len(words) {
			value, joined = words[i+1].Text, true
		}
		if nofile, ok := strings.CutPrefix(value, "nofile="); ok && joined {
			soft, hard = readUlimit(nofile, at)
		}
	}
	return soft, hard, true
}

// grantsAll reports whether an option gives a container what it needs to raise its
// limits itself.
func grantsAll(w shellwords.Word) bool {
	name := strings.ToUpper(w.Text)
	return strings.HasPrefix(name, "--PRIVILEGED") || strings.HasSuffix(name, "SYS_RESOURCE") || strings.HasPrefix(name, "--CAP-ADD=ALL")
}

// readUlimit reads "SOFT:HARD", or one number for both.
func readUlimit(text string, at source.Span) (soft, hard source.Setting[int64]) {
	first, second, two := strings.Cut(text, ":")
	if !two {
		second = first
	}
	return ulimitNumber(first, at), ulimitNumber(second, at)
}

func ulimitNumber(text string, at source.Span) source.Setting[int64] {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n == math.MaxInt64 {
		return source.Setting[int64]{}
	}
	return source.Known(n, source.Origin{Span: at})
}

// DockerUlimit returns the limits on open files in default-ulimits of Docker's
// daemon.json, which containers get that set none; ok is false where it sets none. A
// limit of -1, which is none, is not known. JSON is read as the YAML that it is.
func DockerUlimit(f *source.File) (soft, hard source.Setting[int64], ok bool) {
	text := syntax.NewYAMLText(f)
	top, err := text.Parse()
	if err != nil {
		return soft, hard, false
	}
	_, ulimits := syntax.Find(top, "default-ulimits", 0)
	key, nofile := syntax.Find(ulimits, "nofile", 0)
	if key == nil {
		return soft, hard, false
	}
	read := func(name string) (s source.Setting[int64]) {
		k, v := syntax.Find(nofile, name, 0)
		if k == nil || v == nil {
			return s
		}
		n, err := strconv.ParseInt(v.Value, 10, 64)
		if err != nil || n < 0 {
			return s
		}
		return source.Known(n, source.Origin{Span: text.Entry(k, v)})
	}
	return read("Soft"), read("Hard"), true
}

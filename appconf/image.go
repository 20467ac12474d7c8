package appconf

import (
	"maps"
	"strings"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// An image is what one stage of a Dockerfile makes.
type image struct {
	name                string
	from                source.Span
	env                 map[string]syntax.Variable
	entrypoint, command *instruction
	// stopSignal and healthcheck are nil where the image declares none.
	stopSignal, healthcheck *instruction
	// shell is what shell forms are run with; nil for "/bin/sh -c".
	shell *instruction
	// scratch reports that there is no image below, which may have an ENTRYPOINT.
	scratch bool
	// inherited reports whether the command is that of the stage it builds on.
	inherited bool
}

// words returns the command line of the image, with other arguments in place of
// its own when args is not nil, and whether it has one.
func (img *image) words(env map[string]syntax.Variable, args []shellwords.Word) (words []shellwords.Word, declared bool) {
	if img.entrypoint != nil {
		entry, isExec := img.entrypoint.execForm()
		if !isExec { // /bin/sh -c ignores what follows
			return img.entrypoint.shellForm(env), true
		}
		words = append(words, entry...)
	}
	if args != nil || img.command == nil {
		return append(words, args...), args != nil || img.entrypoint != nil
	}
	list, isExec := img.command.execForm()
	if !isExec {
		list = img.command.shellForm(env)
	}
	return append(words, list...), true
}

// A build is the reading of a Dockerfile with the arguments it is built with.
type build struct {
	given, global, args map[string]syntax.Variable
	stages              []*image
}

// image returns the image of a stage, the last one for ""; why is not empty when
// there is none.
func (d *dockerfile) image(target string, args map[string]syntax.Variable) (img *image, why string) {
	b := &build{given: args, global: map[string]syntax.Variable{}}
	for i := range d.instructions {
		b.apply(&d.instructions[i])
	}
	for _, s := range b.stages {
		if target == "" || strings.EqualFold(s.name, target) {
			img = s
		}
	}
	if img == nil {
		return nil, "no such stage in the Dockerfile"
	}
	return img, ""
}

func (b *build) apply(i *instruction) {
	if i.name == "FROM" {
		b.from(i)
		return
	}
	if len(b.stages) == 0 {
		if i.name == "ARG" {
			b.arg(i, b.global, b.global)
		}
		return
	}
	img := b.stages[len(b.stages)-1]
	switch i.name {
	case "ARG":
		b.arg(i, b.args, b.visible(img))
	case "ENV":
		b.env(i, img)
	case "CMD":
		img.command, img.inherited = i, false
	case "ENTRYPOINT":
		if img.entrypoint = i; img.inherited {
			img.command = nil
		}
	case "STOPSIGNAL":
		img.stopSignal = i
	case "HEALTHCHECK":
		img.healthcheck = i
	case "SHELL":
		img.shell = i
	}
}

// from starts a stage: "FROM image AS name".
func (b *build) from(i *instruction) {
	words := strings.Fields(i.text)
	for len(words) > 1 && strings.HasPrefix(words[0], "--") {
		words = words[1:]
	}
	if len(words) == 0 {
		words = []string{""} // nothing but blanks, which Docker refuses
	}
	img := &image{from: i.at, scratch: words[0] == "scratch", env: map[string]syntax.Variable{}}
	for _, s := range b.stages {
		if s.name != "" && strings.EqualFold(s.name, words[0]) {
			own := *s
			own.from, own.name, own.env, own.inherited = i.at, "", maps.Clone(s.env), true
			img = &own
		}
	}
	if len(words) == 3 && strings.EqualFold(words[1], "AS") {
		img.name = words[2]
	}
	b.args = map[string]syntax.Variable{}
	b.stages = append(b.stages, img)
}

// visible returns what an instruction can refer to: variables win over arguments.
func (b *build) visible(img *image) map[string]syntax.Variable {
	all := maps.Clone(b.args)
	maps.Copy(all, img.env)
	return all
}

// arg reads "ARG name" and "ARG name=default". What a compose file gives wins.
func (b *build) arg(i *instruction, into, visible map[string]syntax.Variable) {
	for _, w := range shellwords.Split(i.text, visible) {
		name, value, hasDefault := strings.Cut(w.Text, "=")
		v := syntax.Variable{Text: value, At: i.at, Why: w.Why}
		if global, ok := b.global[name]; ok && !hasDefault {
			v = global
		} else if !hasDefault {
			v.Why = "it is an argument of the build"
		}
		if given, ok := b.given[name]; ok {
			v = given
		}
		into[name] = v
	}
}

// env reads "ENV name=value …" and "ENV name value".
func (b *build) env(i *instruction, img *image) {
	words := shellwords.Split(i.text, b.visible(img))
	if len(words) == 0 {
		return
	}
	if name := words[0].Text; !strings.Contains(name, "=") {
		value := shellwords.Word{}
		if rest := strings.TrimSpace(strings.TrimPrefix(i.text, name)); len(words) == 2 {
			value = words[1]
		} else {
			value = shellwords.Word{Text: rest, Why: "a variable is not understood"}
		}
		img.env[name] = syntax.Variable{Text: value.Text, At: i.at, Why: value.Why}
		return
	}
	for _, w := range words {
		if name, value, ok := strings.Cut(w.Text, "="); ok {
			img.env[name] = syntax.Variable{Text: value, At: i.at, Why: w.Why}
		}
	}
}

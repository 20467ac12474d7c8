package appconf

import (
	"path"
	"slices"

	"github.com/tunelint/tunelint/appconf/shellwords"
	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// built returns the image of the Dockerfile that a service runs, nil without one:
// its stage is build.target, and build.args are the arguments.
func (s composeService) built() *image {
	if s.dockerfile == nil {
		return nil
	}
	if e := s.entry("build", "dockerfile"); e.declared() && path.Base(e.value.Value) != path.Base(s.dockerfile.file.Path) {
		s.giveUp(e.span(), "this Dockerfile is not among the application's files")
		return nil
	}
	target := ""
	if e := s.entry("build", "target"); e.declared() {
		target = e.value.Value
	}
	img, why := s.dockerfile.image(target, s.buildArguments())
	if why != "" {
		last := s.layers[len(s.layers)-1]
		s.giveUp(last.text.Span(last.node), why)
		return nil
	}
	return img
}

// buildArguments reads build.args: a mapping or a list of NAME=value.
func (s composeService) buildArguments() map[string]syntax.Variable {
	given := map[string]syntax.Variable{}
	for _, e := range s.entries("build", "args") {
		setVariables(given, e)
	}
	return given
}

// start reads what a service runs: entrypoint and command of the compose file
// take the place of those of the image, and an entrypoint leaves nothing of its command.
func (s composeService) start(img *image) {
	entry, args, declared := s.argv()
	if !declared && s.unfollowed.declared() {
		s.giveUp(s.unfollowed.text.Span(s.unfollowed.key), "the command may come from another service")
		return
	}
	if s.unfollowed.declared() {
		s.skips = append(s.skips, source.Skip{Span: s.unfollowed.text.Span(s.unfollowed.key), Why: "the service it extends is not among the application's files"})
	}
	s.startContainer(img, entry, args)
}

// startContainer reads the command of a container: entry and args take the place of
// those of its image, nil declares nothing. Without an image they are all there is.
func (r *reading) startContainer(img *image, entry, args []shellwords.Word) {
	if img != nil {
		r.imageEnvironment(img)
	}
	switch {
	case entry != nil || img == nil:
		r.runCommand(slices.Concat(entry, args))
	case args == nil:
		r.startImage(img)
	default:
		words, _ := img.words(r.env, args)
		r.runCommand(words)
	}
}

package appconf

import (
	"path"

	"go.yaml.in/yaml/v3"
)

// built returns the image of the Dockerfile that a service runs, nil without one:
// its stage is build.target, and build.args are the arguments.
func (c composeFile) built(service *yaml.Node) *image {
	if c.dockerfile == nil {
		return nil
	}
	_, build := find(service, "build", 0)
	if k, v := find(build, "dockerfile", 0); v != nil && path.Base(v.Value) != path.Base(c.dockerfile.file.Path) {
		c.giveUp(c.text.entry(k, v), "this Dockerfile is not among the application's files")
		return nil
	}
	target := ""
	if _, v := find(build, "target", 0); v != nil {
		target = v.Value
	}
	img, why := c.dockerfile.image(target, c.buildArguments(build))
	if why != "" {
		c.giveUp(c.text.span(service), why)
		return nil
	}
	return img
}

// buildArguments reads build.args: a mapping or a list of NAME=value.
func (c composeFile) buildArguments(build *yaml.Node) map[string]variable {
	_, args := find(build, "args", 0)
	if args == nil {
		return nil
	}
	given := composeFile{&reading{env: map[string]variable{}}, c.text}
	given.setVariables(args)
	return given.env
}

// startBuilt reads what a service runs: entrypoint and command of the compose file
// take the place of those of the image, and an entrypoint leaves nothing of its command.
func (c composeFile) startBuilt(service *yaml.Node, img *image) {
	c.imageEnvironment(img)
	words, declared := c.argv(service)
	entry, _ := find(service, "entrypoint", 0)
	switch {
	case !declared:
		c.startImage(img)
		return
	case entry == nil:
		words, _ = img.words(c.env, words)
	}
	c.runCommand(words)
}

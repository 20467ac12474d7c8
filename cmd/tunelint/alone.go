package main

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

// alone is nginx text that no host reads: a fragment, or what came in on
// standard input.
type alone struct {
	fragment *host.Fragment // nil where there is a main file
	file     string         // path of the fragment or the main file
	root     string         // the folder that names of files start from
	memory   bool           // the files came in on standard input
}

// load reads the text as a host, or, where it may stand in several places, as one
// host for each, in place of those that are declared.
func (a *alone) load(store *source.Store, out *loaded) error {
	decl := a.declare(out.decls)
	if a.fragment == nil {
		out.hosts = []*host.Host{host.LoadNginx(store, decl)}
	} else {
		hosts, err := a.fragment.Hosts(store, decl)
		if err != nil {
			return fail(exitIncomplete, plainly(err))
		}
		out.hosts = hosts
	}
	out.decls = slices.Repeat([]appconf.HostConfig{decl}, len(out.hosts))
	return nil
}

// declare describes the text as a host. What tunelint.yaml declares of nginx
// holds for it too, unless it declares different ones.
func (a *alone) declare(declared []appconf.HostConfig) appconf.HostConfig {
	decl := appconf.HostConfig{Name: path.Base(a.file), Root: a.root}
	decl.Nginx.Conf = path.Join("/", strings.TrimPrefix(a.file, a.root))
	if len(declared) == 0 {
		return decl
	}
	first := declared[0].Nginx
	differs := func(d appconf.HostConfig) bool {
		return d.Nginx.Version.Value != first.Version.Value || !slices.Equal(d.Nginx.Modules, first.Modules)
	}
	if !slices.ContainsFunc(declared, differs) {
		decl.Nginx.Version, decl.Nginx.Modules = first.Version, first.Modules
	}
	return decl
}

// addAlone adds a project for text that no host reads. The configuration file
// given speaks for it, or, with "", the one above the folder.
func (l *locator) addAlone(a *alone, folder, config string) error {
	if slices.ContainsFunc(l.projects, func(p *project) bool { return p.alone != nil && p.alone.file == a.file }) {
		return nil
	}
	if a.root == "" {
		a.root = cmp.Or(topLevel(folder), folder)
	}
	p := &project{root: "/", dir: folder, bounds: l.bounds, config: cmp.Or(config, l.config), alone: a, all: true}
	if p.config == "" && !l.noConfig {
		config, err := findConfig(folder)
		if err != nil {
			return err
		}
		p.config = config
	}
	if p.config != "" {
		p.dir = path.Dir(p.config)
	}
	l.projects = append(l.projects, p)
	return nil
}

package main

import (
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

// mainConf is where nginx's packages put the main configuration file.
const mainConf = "/etc/nginx/nginx.conf"

// errMachineImplied says that files of the running machine are meant only
// because nothing else was found.
var errMachineImplied = errors.New("this machine's own files are changed only when asked for: --root /")

// A locator finds out which hosts a command line means.
type locator struct {
	store    *source.Store
	config   string // --config
	noConfig bool
	projects []*project
	notes    []string // for the user, in order
	implied  bool     // the running machine is meant because nothing else was found
	context  string   // --context
	live     bool     // --live
	unsaved  *place   // the file that exists in an editor only; nil for none
	bounds   *bounds  // what may be read
}

// locate finds the projects of the paths; none named means the working directory.
func (l *locator) locate(root string, paths []string) error {
	switch {
	case l.context != "":
		return l.locateFragments(l.context, paths)
	case root != "":
		return l.locateRoot(root, paths)
	case l.config != "":
		return l.locateConfig(paths)
	case len(paths) == 0:
		return l.locateHere()
	}
	for _, p := range paths {
		at, err := l.resolve(p)
		if err != nil {
			return err
		}
		err = l.locatePath(at)
		if errors.Is(err, host.ErrNoHost) && at.path != at.folder {
			err = l.locateStray(at)
		}
		if err != nil {
			return noHost(p, err)
		}
	}
	return nil
}

// locateStray takes a file around which there is no tree as a fragment.
func (l *locator) locateStray(at place) error {
	f, err := l.openNamed(at)
	if err != nil {
		return err
	}
	return l.addFragment(f, "", at.folder)
}

// resolve makes a path that the user named absolute.
func (l *locator) resolve(p string) (place, error) {
	if l.unsaved != nil {
		if at, err := resolveNew(p); err == nil && at == *l.unsaved {
			return at, nil
		}
	}
	at, err := resolve(p)
	if err == nil {
		l.bounds.name(at)
	}
	return at, err
}

// locateHere looks below the working directory, then at the running machine.
func (l *locator) locateHere() error {
	at, err := l.resolve(".")
	if err != nil {
		return err
	}
	err = l.locatePath(at)
	if errors.Is(err, host.ErrNoHost) && l.store.View("/").Exists(mainConf) {
		l.implied = true
		err = l.machine("/", place{})
	}
	if slices.ContainsFunc(l.projects, func(p *project) bool { return p.live }) {
		l.notes = append(l.notes, "looking at this machine's own files (--root /)")
	}
	return noHost(at.path, err)
}

// noHost names the path at which nothing was found.
func noHost(p string, err error) error {
	if errors.Is(err, host.ErrNoHost) {
		err = fmt.Errorf("%s: %w", p, err)
	}
	return fail(exitIncomplete, err)
}

// resolveConfig makes the path of --config absolute.
func (l *locator) resolveConfig() error {
	if l.config == "" {
		return nil
	}
	at, err := l.resolve(l.config)
	if err != nil {
		return &exitError{exitUsage, fmt.Errorf("--config: %w", err)}
	}
	l.config, l.bounds.config = at.path, at.path
	return nil
}

// locatePath finds the hosts at, above or below a place.
func (l *locator) locatePath(at place) error {
	if at.path == at.folder { // for a file it is the host that counts
		if err := l.bounds.leadsOut(at); err != nil {
			return err
		}
	}
	if !l.noConfig {
		config, err := findConfig(at.folder)
		if err != nil {
			return err
		}
		if config != "" {
			l.add(&project{config: config, dir: path.Dir(config), root: "/"}, at)
			return nil
		}
	}
	return l.discover(at)
}

// discover finds the hosts at or below a place that no tunelint.yaml above it declares.
func (l *locator) discover(at place) error {
	nested, err := l.nestedConfigs(at)
	if err != nil {
		return err
	}
	for _, config := range nested {
		l.add(&project{config: config, dir: path.Dir(config), root: "/"}, at)
	}
	found, err := l.find(at)
	if err != nil && (len(nested) == 0 || !errors.Is(err, host.ErrNoHost)) {
		return err
	}
	for _, decl := range found {
		if err := l.addDiscovered(decl, at); err != nil {
			return err
		}
	}
	return nil
}

// addDiscovered adds a host that was discovered, or, where a tunelint.yaml
// beside it speaks for it, the hosts of that.
func (l *locator) addDiscovered(decl appconf.HostConfig, at place) error {
	folder := decl.Root
	if len(decl.PathMap) > 0 {
		folder = decl.PathMap[0].To // where nginx.conf lies
	} else if folder == "/" {
		return l.machine("/", at)
	}
	if !l.noConfig {
		config, err := findConfig(folder)
		if err != nil {
			return err
		}
		if config != "" {
			l.add(&project{config: config, dir: path.Dir(config), root: "/"}, at)
			return nil
		}
	}
	l.addFound(decl, at)
	return nil
}

// nestedConfigs returns the tunelint.yaml files below a folder.
func (l *locator) nestedConfigs(at place) ([]string, error) {
	if l.noConfig || at.path != at.folder || at.path == "/" {
		return nil, nil
	}
	return configsBelow(at.folder, 0)
}

// find discovers hosts at or below a place, else the one whose tree it is in.
func (l *locator) find(at place) ([]appconf.HostConfig, error) {
	found, err := host.Discover(l.store, at.path, l.bounds.around(at.folder))
	if !errors.Is(err, host.ErrNoHost) {
		return found, err
	}
	above := l.mainsAbove(at.folder)
	if len(above) == 0 {
		return nil, err
	}
	return host.Discover(l.store, above[0], l.bounds.around(path.Dir(above[0]), at.folder))
}

// mainsAbove returns the main configuration files of the trees around a folder,
// the nearest first, up to the top of the git working tree. Every folder lies
// below "/", so that one says nothing.
func (l *locator) mainsAbove(folder string) []string {
	var out []string
	for dir := folder; dir != "/"; dir = path.Dir(dir) {
		for _, name := range []string{"etc/nginx/nginx.conf", "nginx/nginx.conf", "nginx.conf"} {
			if conf := host.MainOrTemplate(l.store.View("/"), path.Join(dir, name)); conf != "" {
				out = append(out, conf)
			}
		}
		if holdsGit(dir) {
			break
		}
	}
	return out
}

// locateRoot takes a folder as the root of a machine.
func (l *locator) locateRoot(root string, paths []string) error {
	at, err := l.resolve(root)
	if err == nil {
		err = l.bounds.leadsOut(at)
	}
	switch {
	case err != nil:
		return err
	case at.path != at.folder:
		return fail(exitIncomplete, fmt.Errorf("--root %s: not a folder", root))
	}
	if len(paths) == 0 {
		paths = []string{root}
	}
	for _, p := range paths {
		named, err := l.resolve(p)
		if err != nil {
			return err
		}
		if err := l.machine(at.real, named); err != nil {
			return noHost(root, err)
		}
	}
	return nil
}

// machine adds the project of a machine whose "/" is root.
func (l *locator) machine(root string, at place) error {
	p := &project{root: root, dir: root, config: l.config, live: root == "/", roots: []string{root}}
	if p.config == "" && !l.noConfig {
		config, err := machineConfig(root)
		if err != nil {
			return err
		}
		p.config = config
	}
	if p.config != "" {
		p.dir = path.Dir(p.config)
	}
	if p.config == "" && !l.store.View(root).Exists(mainConf) {
		return host.ErrNoHost
	}
	p.found = append(p.found, machineHost(root))
	l.add(p, at)
	return nil
}

// locateConfig takes the hosts of the tunelint.yaml that --config names.
func (l *locator) locateConfig(paths []string) error {
	p := &project{config: l.config, dir: path.Dir(l.config), root: "/"}
	if len(paths) == 0 {
		l.add(p, place{})
	}
	for _, name := range paths {
		at, err := l.resolve(name)
		if err != nil {
			return err
		}
		l.add(p, at)
	}
	return nil
}

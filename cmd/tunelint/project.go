package main

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/go-multierror"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/machine"
	"github.com/tunelint/tunelint/source"
)

// A project is a set of hosts that are looked at together: those that one
// tunelint.yaml declares, or those that were found without one.
type project struct {
	config string               // path of tunelint.yaml, "" for none
	dir    string               // what relative paths of declarations start from
	root   string               // what absolute paths of declarations start from
	live   bool                 // the running machine
	roots  []string             // the root of a machine that was asked for
	bounds *bounds              // what may be read
	found  []appconf.HostConfig // the hosts, where tunelint.yaml declares none
	places []place              // what the user named, to choose hosts by; none for all
	runs   bool                 // what runs on it is looked at too
	all    bool                 // report all hosts, whatever places says
	alone  *alone               // text that no host reads, in place of the hosts

	first *loaded       // what load returned for a store
	of    *source.Store // that store
}

// add adds a project, or, when it is known, one more place of it. The zero
// place stands for all of it.
func (l *locator) add(p *project, at place) {
	for _, known := range l.projects {
		if known.alone == nil && known.config == p.config && known.root == p.root && (p.config != "" || p.live) {
			p = known
		}
	}
	p.bounds = l.bounds
	if !slices.Contains(l.projects, p) {
		l.projects = append(l.projects, p)
	}
	p.all = p.all || at == place{}
	p.places = append(p.places, at)
}

// addFound adds a host that was discovered at a place.
func (l *locator) addFound(decl appconf.HostConfig, at place) {
	i := slices.IndexFunc(l.projects, func(p *project) bool { return p.config == "" && !p.live && p.alone == nil })
	if i < 0 {
		i = len(l.projects)
		l.projects = append(l.projects, &project{dir: "/", root: "/", bounds: l.bounds})
	}
	p := l.projects[i]
	p.places = append(p.places, at)
	same := func(d appconf.HostConfig) bool { return d.Root == decl.Root && slices.Equal(d.PathMap, decl.PathMap) }
	if slices.ContainsFunc(p.found, same) {
		return
	}
	if slices.ContainsFunc(p.found, func(d appconf.HostConfig) bool { return d.Name == decl.Name }) {
		decl.Name = strings.TrimPrefix(decl.Root, "/") // two folders of one name
	}
	p.found, p.first = append(p.found, decl), nil
}

// machineHost declares the host of a machine whose "/" is root.
func machineHost(root string) appconf.HostConfig {
	if root == "/" {
		return appconf.HostConfig{Name: "localhost", Root: root}
	}
	return appconf.HostConfig{Name: path.Base(root), Root: root}
}

// loaded is what a project holds in one state of the files.
type loaded struct {
	config *appconf.Config // nil for none
	decls  []appconf.HostConfig
	hosts  []*host.Host
}

// load reads the project from a store, once as long as it is the same. The error
// says what is wrong with the declaration of the hosts.
func (p *project) load(store *source.Store) (*loaded, error) {
	if p.first != nil && p.of == store {
		return p.first, nil
	}
	out, err := p.read(store)
	if err == nil && p.first == nil {
		p.first, p.of = out, store
	}
	return out, err
}

func (p *project) read(store *source.Store) (*loaded, error) {
	out := &loaded{decls: p.found}
	if err := p.readConfig(store, out); err != nil {
		return nil, err
	}
	if p.alone != nil {
		return out, p.alone.load(store, out)
	}
	var errs *multierror.Error
	for _, decl := range out.decls {
		decl, err := p.bound(decl)
		if err != nil {
			return nil, err
		}
		h, err := host.Load(store, p.dir, decl)
		if err != nil {
			errs = multierror.Append(errs, flatten(err)...)
			continue
		}
		if out.config != nil {
			h.Extra = append(h.Extra, out.config.File)
		}
		if p.runs && h.Live {
			h.LookAt(store.FS(), machine.Queues())
		}
		out.hosts = append(out.hosts, h)
	}
	if p.runs && errs == nil && !slices.ContainsFunc(out.hosts, func(h *host.Host) bool { return h.Live }) {
		return nil, fail(exitUsage, errNotLive)
	}
	return out, fail(exitUsage, errs.ErrorOrNil())
}

func (p *project) readConfig(store *source.Store, out *loaded) error {
	if p.config == "" {
		return nil
	}
	if p.alone != nil && p.alone.memory {
		store = source.NewStore(source.OS())
	}
	f, err := p.bounds.openConfig(store, p.config)
	if err != nil {
		return err
	}
	if out.config, err = appconf.ReadConfig(f); err != nil {
		return fail(exitUsage, err)
	}
	if len(out.config.Hosts) > 0 {
		out.decls = nil
		for _, decl := range out.config.Hosts {
			out.decls = append(out.decls, p.rebase(decl))
		}
		return nil
	}
	if len(out.decls) == 0 && p.alone == nil {
		out.decls, err = host.Discover(store, p.dir, p.bounds.around(p.dir))
	}
	return noHost(p.dir, err)
}

// rebase makes the paths of a declaration absolute: what is absolute in it is
// meant below the machine's root. Links to folders are resolved, so that a file
// has the same path whatever name leads to it.
func (p *project) rebase(decl appconf.HostConfig) appconf.HostConfig {
	if decl.Root == "" && len(p.found) > 0 {
		decl.Root = "/"
	}
	decl.Root = p.absolute(decl.Root)
	decl.PathMap = slices.Clone(decl.PathMap)
	for i := range decl.PathMap {
		decl.PathMap[i].To = p.absolute(decl.PathMap[i].To)
	}
	decl.Apps = slices.Clone(decl.Apps)
	for i := range decl.Apps {
		files := slices.Clone(decl.Apps[i].Files)
		for j := range files {
			if path.IsAbs(files[j].Value) {
				files[j].Value = path.Join(p.root, files[j].Value)
			}
		}
		decl.Apps[i].Files = files
	}
	return decl
}

func (p *project) absolute(name string) string {
	folder := path.Join(p.dir, name)
	if path.IsAbs(name) {
		folder = path.Join(p.root, name)
	}
	if real, err := filepath.EvalSymlinks(folder); err == nil {
		return real
	}
	return folder
}

// choose returns, for every host, whether it is reported: all of them, or those
// whose files or root lie in what the user named. A tunelint.yaml speaks also
// for what lies in a host's root and is not read.
func (p *project) choose(l *loaded) ([]bool, error) {
	chosen := make([]bool, len(l.hosts))
	if p.alone != nil {
		p.mark(chosen, func(int) bool { return true }, l)
	}
	for _, at := range p.places {
		matched := p.mark(chosen, func(i int) bool { return reads(l.hosts[i], at) }, l)
		if !matched && l.config != nil {
			matched = p.mark(chosen, func(i int) bool { _, ok := l.hosts[i].View.Name(at.real); return ok }, l)
		}
		if !matched && !p.all {
			return nil, noReader(at)
		}
	}
	return chosen, nil
}

// mark chooses the hosts that match and reports whether any does.
func (p *project) mark(chosen []bool, match func(int) bool, l *loaded) bool {
	matched := false
	for i := range l.hosts {
		if p.all || match(i) {
			chosen[i], matched = true, true
		}
	}
	return matched
}

// reads reports whether a host lies in a place or reads a file there.
func reads(h *host.Host, at place) bool {
	if below(h.View.Path("/"), at.real) {
		return true
	}
	return slices.ContainsFunc(h.Files(), func(f *source.File) bool { return below(f.Path, at.real) })
}

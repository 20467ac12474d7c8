package main

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

// settle sees to the files that were named and that no host of their project
// reads: another tree above may read them, else they are fragments.
func (l *locator) settle() error {
	for _, p := range slices.Clone(l.projects) {
		if err := l.settleProject(p); err != nil {
			return err
		}
	}
	l.projects = slices.DeleteFunc(l.projects, func(p *project) bool { return len(p.places) == 0 && p.alone == nil })
	return nil
}

func (l *locator) settleProject(p *project) error {
	isFile := func(at place) bool { return at.path != at.folder }
	if !slices.ContainsFunc(p.places, isFile) {
		return nil
	}
	loaded, err := p.load(l.store)
	if err != nil {
		return err
	}
	named := p.places
	p.places = nil
	for _, at := range named {
		found := false
		if isFile(at) && !slices.ContainsFunc(loaded.hosts, func(h *host.Host) bool { return reads(h, at) }) {
			if found, err = l.settleStray(p, at); err != nil {
				return err
			}
		}
		if !found {
			p.places = append(p.places, at)
		}
	}
	return nil
}

// settleStray finds another home for a file that its project does not read, and
// reports whether there is one.
func (l *locator) settleStray(p *project, at place) (bool, error) {
	if p.config == "" && !p.live {
		decl, ok := l.readerAbove(at)
		if ok {
			return true, l.addDiscovered(decl, at)
		}
	}
	if err := l.bounds.leadsOut(at); err != nil {
		return false, err
	}
	f, err := l.store.Open(at.real)
	if err != nil {
		return false, nil // whoever reads the project says so
	}
	fragment, err := host.NewFragment(f, "")
	if errors.Is(err, host.ErrNoContext) {
		return false, nil
	}
	if err != nil {
		return false, fail(exitUsage, err)
	}
	return true, l.addAlone(&alone{fragment: fragment, file: f.Path}, at.folder, p.config)
}

// readerAbove returns the nearest tree around a file that reads it.
func (l *locator) readerAbove(at place) (appconf.HostConfig, bool) {
	for _, conf := range l.mainsAbove(at.folder) {
		found, err := host.Discover(l.store, conf, l.bounds.around(path.Dir(conf), at.folder))
		if err != nil {
			continue
		}
		for _, decl := range found {
			decl.Within = l.bounds.around(foundFolders(decl)...)
			h, err := host.Load(l.store, "/", decl)
			if err == nil && reads(h, at) {
				return decl, true
			}
		}
	}
	return appconf.HostConfig{}, false
}

// locateFragments takes every path as a file that stands in the context that
// --context names.
func (l *locator) locateFragments(context string, paths []string) error {
	if len(paths) == 0 {
		return fail(exitUsage, errors.New("--context: name the files that stand there"))
	}
	for _, name := range paths {
		at, err := l.resolve(name)
		if err != nil {
			return err
		}
		if at.path == at.folder {
			return fail(exitUsage, fmt.Errorf("--context: %s is a folder; name files", name))
		}
		f, err := l.openNamed(at)
		if err != nil {
			return err
		}
		if err := l.addFragment(f, context, at.folder); err != nil {
			return err
		}
	}
	return nil
}

// openNamed opens a file that is judged because it was named.
func (l *locator) openNamed(at place) (*source.File, error) {
	if err := l.bounds.leadsOut(at); err != nil {
		return nil, err
	}
	f, err := l.store.Open(at.real)
	if err != nil {
		return nil, fail(exitIncomplete, plainly(err))
	}
	return f, nil
}

// noReader says that no host reads a place, and what to do about a file.
func noReader(at place) error {
	err := fmt.Errorf("%s: no nginx host reads this", at.path)
	switch key := layerKey(at.path); {
	case at.path == at.folder:
	case key != "":
		err = fmt.Errorf("%w: name it under %s: of a host in a tunelint.yaml", err, key)
	default:
		err = fmt.Errorf("%w, and %w", err, host.ErrNoContext)
	}
	return fail(exitIncomplete, err)
}

// layerKey returns the key of tunelint.yaml that takes a file which, by its name, is
// about the machine under nginx; "" for any other.
func layerKey(name string) string {
	base, folder := path.Base(name), path.Base(path.Dir(name))
	switch {
	case base == "sysctl.conf", folder == "sysctl.d":
		return "sysctl"
	case base == "limits.conf", folder == "limits.d":
		return "limits"
	case path.Ext(base) == ".service", strings.HasSuffix(folder, ".service.d"):
		return "units"
	}
	return ""
}

// addFragment adds a file as a fragment in a context; "" finds out which.
func (l *locator) addFragment(f *source.File, context, folder string) error {
	fragment, err := host.NewFragment(f, context)
	switch {
	case errors.Is(err, host.ErrNoContext):
		return noReader(place{path: f.Path, real: f.Path, folder: folder})
	case err != nil:
		return fail(exitUsage, err)
	}
	return l.addAlone(&alone{fragment: fragment, file: f.Path}, folder, "")
}

package main

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/source"
)

// bounds say what may be read: a tree may come from somebody who wants to see other
// files of the machine that checks it.
type bounds struct {
	any    bool     // --allow-outside
	config string   // --config
	named  []string // folders, or files, that the command line names
}

// around returns what belongs together with some folders: they themselves, the git
// working trees around them, and what the command line names; none for everything.
func (b *bounds) around(folders ...string) []string {
	if b.any {
		return nil
	}
	out := slices.Clone(b.named)
	for _, f := range folders {
		out = append(out, f)
		if top := topLevel(f); top != "" {
			out = append(out, top)
		}
	}
	return source.Widest(out)
}

// machineFolder is where the configuration of a machine's own administrator lies.
const machineFolder = "/etc/tunelint"

// trusts reports whether a tunelint.yaml is taken at its word about the places that it
// declares: that of the machine, and one that is named and lies in no git working tree.
func (b *bounds) trusts(config string) bool {
	folder := path.Dir(config)
	return folder == machineFolder || config == b.config && topLevel(folder) == ""
}

// bound says of a host what may be read. A root that tunelint.yaml declares is no
// licence to leave the project, save where it is trusted.
func (p *project) bound(decl appconf.HostConfig) (appconf.HostConfig, error) {
	if p.bounds.any || decl.Root == "/" && (p.live || p.runs) {
		return decl, nil
	}
	own := slices.Clone(p.roots)
	if p.config != "" {
		own = append(own, path.Dir(p.config))
	}
	switch {
	case !decl.Span.IsValid():
		own = append(own, foundFolders(decl)...)
	case p.bounds.trusts(p.config):
		own = append(own, declaredPlaces(decl, p.dir)...)
	}
	decl.Within = p.bounds.around(own...)
	if decl.Span.IsValid() && !slices.ContainsFunc(decl.Within, func(folder string) bool { return below(decl.Root, folder) }) {
		message := fmt.Sprintf("root: %s lies outside %s: not read (--allow-outside reads it)", decl.Root, decl.Within[0])
		if decl.Root == "/" {
			message = fmt.Sprintf("root: / is this machine, which does not belong to %s: say --root / --config FILE", decl.Within[0])
		}
		return decl, fail(exitUsage, &source.Error{Span: decl.Span, Message: message})
	}
	return decl, nil
}

// foundFolders are the folders of a host that was discovered: those that hold its
// files, else its root.
func foundFolders(decl appconf.HostConfig) []string {
	if len(decl.PathMap) == 0 {
		return []string{decl.Root}
	}
	var out []string
	for _, m := range decl.PathMap {
		out = append(out, m.To)
	}
	return out
}

// declaredPlaces are all places that a declaration names.
func declaredPlaces(decl appconf.HostConfig, dir string) []string {
	out := []string{decl.Root}
	for _, m := range decl.PathMap {
		out = append(out, m.To)
	}
	for _, a := range decl.Apps {
		for _, f := range a.Files {
			name := f.Value
			if !path.IsAbs(name) {
				name = path.Join(dir, name)
			}
			if real, err := filepath.EvalSymlinks(name); err == nil {
				out = append(out, real)
			}
			out = append(out, name)
		}
	}
	return out
}

// openConfig opens a tunelint.yaml, whose errors show what it holds.
func (b *bounds) openConfig(store *source.Store, config string) (*source.File, error) {
	within := b.around(path.Dir(config))
	if b.trusts(config) {
		within = nil
	}
	f, err := store.View("/").Within(within).Open(config)
	if err != nil {
		return nil, fail(exitUsage, plainly(err))
	}
	return f, nil
}

// name adds a place that the command line names, unless it leads out of a git working
// tree: perhaps it is not who names the link that made it.
func (b *bounds) name(at place) {
	if b.leadsOut(at) == nil {
		b.named = append(b.named, at.real)
	}
}

// leadsOut returns an error when a place lies by its name in a git working tree and
// leads out of it.
func (b *bounds) leadsOut(at place) error {
	if b.any || at.named == "" {
		return nil
	}
	for dir := path.Dir(at.named); dir != "/"; dir = path.Dir(dir) {
		if !holdsGit(dir) {
			continue
		}
		if top, err := filepath.EvalSymlinks(dir); err != nil || !below(at.real, top) {
			outside := &source.OutsideError{Path: at.named, Real: at.real, Bound: dir}
			return fail(exitIncomplete, fmt.Errorf("%s %w", at.named, outside))
		}
	}
	return nil
}

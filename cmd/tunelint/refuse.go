package main

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/go-multierror"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/fixes/disk"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/nginxconf"
)

// refuse returns why the changes must not be written: every reason, with those that the
// disk gave.
func (s *session) refuse(r *repair, found []*disk.Refusal) error {
	if s.implied {
		return errMachineImplied
	}
	refused := append(s.refusals(r), found...)
	if s.flag("vcs-backup") {
		return refusedFor(refused, refuseWithoutGit(r.changes()))
	}
	if s.flag("allow-dirty") {
		return refusedFor(refused, nil)
	}
	var files []string
	for _, c := range r.changes() {
		files = append(files, c.File.Path)
	}
	dirty, err := uncommitted(files)
	if err != nil {
		return refusedFor(refused, fmt.Errorf("%w (--allow-dirty does without git)", err))
	}
	for _, p := range dirty {
		refused = append(refused, &disk.Refusal{Path: p, Why: "not committed to git", Remedy: "--allow-dirty overrides"})
	}
	return refusedFor(refused, nil)
}

// refusals returns why files must not be written as far as their places and what they
// say tell. What the disk says of them is found out when they are opened.
func (s *session) refusals(r *repair) []*disk.Refusal {
	var out []*disk.Refusal
	for _, p := range r.parts {
		for _, c := range p.outcome.Changes {
			out = append(out, p.refusePlace(c)...)
			if !s.allowsManaged(p) {
				out = append(out, refuseManaged(c)...)
			}
		}
	}
	return out
}

// refusedFor joins refusals, sorted by path, and another reason into the error of the
// run; nil where there is neither.
func refusedFor(refused []*disk.Refusal, other error) error {
	slices.SortStableFunc(refused, func(a, b *disk.Refusal) int { return strings.Compare(a.Path, b.Path) })
	var errs []error
	for _, r := range refused {
		errs = append(errs, r)
	}
	errs = append(errs, flatten(other)...)
	if len(errs) == 0 {
		return nil
	}
	return multierror.Append(nil, append(errs, errNothingWritten)...)
}

// refusePlace refuses a file that lies on none of the hosts that are repaired, nor in
// fix.roots, and one that a package of the running machine brings.
func (p *part) refusePlace(c fixes.Change) []*disk.Refusal {
	refuse := func(why, remedy string) []*disk.Refusal {
		return []*disk.Refusal{{Path: c.File.Path, Why: why, Remedy: remedy}}
	}
	hosts := pick(p.before.hosts, p.chosen)
	real := resolveDeepest(c.File.Path) // links may lead to the folder of a new file
	owns := func(h *host.Host) bool { return below(real, h.View.Path("/")) }
	brings := func(h *host.Host) bool { return h.Live && h.IsVendor(c.File) }
	inRoots := slices.ContainsFunc(p.writeRoots(), func(root string) bool { return below(real, root) })
	switch {
	case slices.ContainsFunc(hosts, brings):
		return refuse("a package or the running system brings it, and writes it again", "the place for settings is below /etc")
	case !inRoots && !slices.ContainsFunc(hosts, owns):
		h := hosts[0]
		for _, reader := range hosts {
			if slices.Contains(reader.Files(), c.File) {
				h = reader
			}
		}
		folder := path.Dir(real)
		return refuse(fmt.Sprintf("outside the root of host %s, %s", h.Name, h.View.Path("/")), "fix: {roots: ["+folder+"]} in tunelint.yaml allows it")
	}
	return nil
}

// refuseManaged refuses a file of which the head says that a program writes it. In a
// template the words are about what is made of it.
func refuseManaged(c fixes.Change) []*disk.Refusal {
	if _, template := nginxconf.Rendered(path.Base(c.File.Path)); template || c.Created() {
		return nil
	}
	said := fixes.Managed(c.File.Text)
	if said == "" {
		return nil
	}
	why := fmt.Sprintf("its head says %q: the change would be lost", said)
	return []*disk.Refusal{{Path: c.File.Path, Why: why, Remedy: "change what it is made from, or --allow-managed"}}
}

package main

import (
	"fmt"
	"strings"
)

// refuse returns why the changes must not be written.
func (s *session) refuse(r *repair) error {
	if s.implied {
		return errMachineImplied
	}
	var files []string
	for _, part := range r.parts {
		for _, c := range part.outcome.Changes {
			files = append(files, c.File.Path)
			if !part.owns(c.File.Path) {
				return fmt.Errorf("%s: outside the root and the path_map of its host; nothing is written", c.File.Path)
			}
		}
	}
	if s.flag("vcs-backup") {
		return refuseWithoutGit(r.changes())
	}
	if s.flag("allow-dirty") {
		return nil
	}
	dirty, err := uncommitted(files)
	if err != nil {
		return fmt.Errorf("%w; nothing is written (--allow-dirty does without git)", err)
	}
	if len(dirty) > 0 {
		return fmt.Errorf("not committed to git: %s; nothing is written (--allow-dirty overrides)", strings.Join(dirty, ", "))
	}
	return nil
}

// owns reports whether a path lies on one of the hosts that are repaired.
func (p *part) owns(path string) bool {
	for _, h := range pick(p.before.hosts, p.chosen) {
		if _, ok := h.View.Name(path); ok {
			return true
		}
	}
	return false
}

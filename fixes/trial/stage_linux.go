package trial

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// stageAll shows the files that exist already, or those that are new.
func (w *world) stageAll(created bool) error {
	for _, f := range w.Files {
		if f.Created != created {
			continue
		}
		if err := w.stage(f); err != nil {
			return fmt.Errorf("show %s: %w", f.Path, err)
		}
	}
	return nil
}

// stage shows a file as it shall be, under each name that it has.
func (w *world) stage(f stagedFile) error {
	for _, path := range w.names(f.Path) {
		if err := w.stageAt(path, f); err != nil && path == f.Path {
			return err
		}
	}
	return nil
}

func (w *world) stageAt(path string, f stagedFile) error {
	target := w.at(path)
	if f.Created {
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		return os.WriteFile(target, []byte(f.Text), 0o644)
	}
	info, err := os.Lstat(target)
	if err != nil {
		return err
	}
	staged, err := w.like(info)
	if err != nil {
		return err
	}
	if err := os.WriteFile(staged, []byte(f.Text), 0o600); err != nil {
		return err
	}
	return unix.Mount(staged, target, "", unix.MS_BIND, "")
}

// names returns a path and those below which other mounts show the same file.
func (w *world) names(path string) []string {
	out := []string{path}
	var of *mount
	for i, m := range w.mounts {
		if within(path, m.point) {
			of = &w.mounts[i] // the innermost comes last
		}
	}
	if of == nil {
		return out
	}
	inside := filepath.Join(of.root, strings.TrimPrefix(path, of.point))
	for i := range w.mounts {
		m := &w.mounts[i]
		if m == of || m.device != of.device || !within(inside, m.root) {
			continue
		}
		out = append(out, filepath.Join(m.point, strings.TrimPrefix(inside, m.root)))
	}
	return out
}

package main

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/spelling"
)

// refuseWithoutGit returns why git cannot be the backup of a write: one error for each
// file that "git checkout HEAD -- FILE" would not put back as it is.
func refuseWithoutGit(changes []fixes.Change) error {
	var files []string
	var errs []error
	for _, c := range changes {
		if c.Created() {
			errs = append(errs, fmt.Errorf("%s: would be new, and git puts back only what it holds", c.File.Path))
			continue
		}
		files = append(files, c.File.Path)
	}
	list, err := inGit(files)
	if err != nil {
		errs = append(errs, err)
	}
	for _, v := range list {
		if why := v.unrestorable(); why != "" {
			errs = append(errs, fmt.Errorf("%s: %s", v.path, why))
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return errors.Join(append(errs, errors.New("git is no backup of these (without --vcs-backup tunelint keeps one itself)"))...)
}

// checkoutCommand returns the command that has git put back the files of changes.
func checkoutCommand(changes []fixes.Change) string {
	byTree := map[string]string{}
	for _, c := range changes {
		top := topLevel(path.Dir(c.File.Path))
		byTree[top] += " " + spelling.ShellWord(strings.TrimPrefix(c.File.Path, strings.TrimSuffix(top, "/")+"/"))
	}
	var out []string
	for _, top := range slices.Sorted(maps.Keys(byTree)) {
		out = append(out, "git -C "+spelling.ShellWord(top)+" checkout HEAD --"+byTree[top])
	}
	return strings.Join(out, " && ")
}

// unrestorable says why git cannot put a file back; "" where it can.
func (v *versioned) unrestorable() string {
	switch {
	case v.top == "":
		return "in no git working tree"
	case !v.tracked:
		return "git does not track it"
	case v.changed:
		return "it has changes that are not committed"
	case v.marked != "":
		return "git does not look at it: it is marked " + v.marked + " (git update-index --no-" + v.marked + ")"
	}
	switch same, err := v.committed(); {
	case err != nil:
		return err.Error()
	case !same:
		return "git would put back other bytes: it converts line endings or runs a filter (.gitattributes, core.autocrlf)"
	}
	return ""
}

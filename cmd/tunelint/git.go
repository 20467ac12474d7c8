package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
)

// holdsGit reports whether a folder is the top of a git working tree; in linked
// trees and submodules .git is a file.
func holdsGit(folder string) bool {
	_, err := os.Lstat(path.Join(folder, ".git"))
	return err == nil
}

// topLevel returns the top of the git working tree around a folder, "" for none.
func topLevel(folder string) string {
	for dir := folder; ; dir = path.Dir(dir) {
		if holdsGit(dir) {
			return dir
		}
		if dir == "/" {
			return ""
		}
	}
}

// uncommitted returns those of the files that git holds no copy of: changed
// since the last commit, or never added. Files outside a working tree and
// ignored ones are not git's business.
func uncommitted(files []string) ([]string, error) {
	byTree := map[string][]string{}
	for _, f := range files {
		if top := topLevel(path.Dir(f)); top != "" {
			byTree[top] = append(byTree[top], f)
		}
	}
	var out []string
	for top, list := range byTree {
		dirty, err := gitStatus(top, list)
		if err != nil {
			return nil, fmt.Errorf("ask git about %s: %w", top, err)
		}
		out = append(out, dirty...)
	}
	slices.Sort(out)
	return out, nil
}

// gitStatus returns the files of a working tree that differ from its last commit.
func gitStatus(top string, files []string) ([]string, error) {
	args := []string{"-C", top, "--literal-pathspecs", "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--"}
	cmd := exec.Command("git", append(args, files...)...)
	// In a hook git's own variables point at the repository that is committed to.
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GIT_") })
	cmd.Env = append(cmd.Env, "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C")
	var said bytes.Buffer
	cmd.Stderr = &said
	text, err := cmd.Output()
	if err != nil {
		if first, _, _ := strings.Cut(said.String(), "\n"); first != "" {
			err = errors.New(first)
		}
		return nil, err
	}
	var out []string
	for _, entry := range strings.Split(string(text), "\x00") {
		if len(entry) > 3 { // "XY PATH"
			out = append(out, path.Join(top, entry[3:]))
		}
	}
	return out, nil
}

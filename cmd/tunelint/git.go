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

	"github.com/tunelint/tunelint/spelling"
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

// git runs git in a working tree and returns what it prints.
func git(top string, args ...string) (string, error) {
	// A file system monitor is a program of the repository, and what it says is hearsay.
	args = append([]string{"-C", top, "--literal-pathspecs", "-c", "core.fsmonitor=false"}, args...)
	cmd := exec.Command("git", args...)
	// In a hook git's own variables point at the repository that is committed to.
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GIT_") })
	cmd.Env = append(cmd.Env, "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C")
	var said bytes.Buffer
	cmd.Stderr = &said
	text, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("ask git about %s: %w", top, gitError(top, said.String(), err))
	}
	return string(text), nil
}

// gitError says why git gave no answer, and what to do where that is known.
func gitError(top, said string, err error) error {
	first, _, _ := strings.Cut(said, "\n")
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return errors.New("git is not on the PATH")
	case strings.Contains(first, "dubious ownership"):
		return fmt.Errorf("the repository belongs to another user: run tunelint as that user, or: git config --global --add safe.directory %s", spelling.ShellWord(top))
	case first != "":
		return errors.New(first)
	}
	return err
}

// A versioned is what git knows of a file.
type versioned struct {
	path string
	top  string // of the git working tree around it, "" for none
	// tracked says that the index holds it, and no conflict about it.
	tracked bool
	// changed says that it differs from the last commit, or is new and not ignored.
	changed bool
	// marked is "assume-unchanged" or "skip-worktree" where git was told not to look
	// at the file, so that changed is never true; "" else.
	marked string
}

// inGit asks git about files, which need not exist. The error says that a file lies in
// a working tree and git cannot be asked.
func inGit(files []string) ([]*versioned, error) {
	byTree := map[string][]*versioned{}
	out := make([]*versioned, len(files))
	for i, f := range files {
		out[i] = &versioned{path: f, top: topLevel(path.Dir(f))}
		byTree[out[i].top] = append(byTree[out[i].top], out[i])
	}
	delete(byTree, "")
	for top, list := range byTree {
		if err := askIndex(top, list); err != nil {
			return nil, err
		}
		if err := askStatus(top, list); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// name is the path of the file below the top of its tree.
func (v *versioned) name() string { return strings.TrimPrefix(strings.TrimPrefix(v.path, v.top), "/") }

// about runs git on files of one tree and hands the entries of its answer, which end
// in NUL, to take, with the file each is about.
func about(top string, list []*versioned, split func(entry string) (what, name string), take func(*versioned, string), args ...string) error {
	byName := map[string]*versioned{}
	args = append(args, "--")
	for _, v := range list {
		byName[v.name()] = v
		args = append(args, v.name())
	}
	text, err := git(top, args...)
	for _, entry := range strings.Split(text, "\x00") {
		what, name := split(entry)
		if v := byName[name]; v != nil {
			take(v, what)
		}
	}
	return err
}

// askIndex finds out which files git tracks, and which of them it does not look at. An
// entry is "TAG MODE OBJECT STAGE\tPATH".
func askIndex(top string, list []*versioned) error {
	split := func(entry string) (string, string) {
		what, name, _ := strings.Cut(entry, "\t")
		return what, name
	}
	return about(top, list, split, func(v *versioned, what string) {
		v.tracked = strings.HasSuffix(what, " 0")
		switch tag := what[:1]; {
		case strings.EqualFold(tag, "S"):
			v.marked = "skip-worktree"
		case tag == strings.ToLower(tag):
			v.marked = "assume-unchanged"
		}
	}, "ls-files", "-z", "-v", "-s")
}

// askStatus finds out which files differ from the last commit. An entry is "XY PATH".
func askStatus(top string, list []*versioned) error {
	split := func(entry string) (string, string) { return entry[:min(2, len(entry))], entry[min(3, len(entry)):] }
	return about(top, list, split, func(v *versioned, _ string) { v.changed = true },
		"status", "--porcelain", "-z", "--no-renames", "--untracked-files=all")
}

// committed reports whether a checkout of the last commit gives the file the bytes that
// it has now. Line endings that git converts and filters such as git-crypt can keep it
// from that where git sees no difference.
func (v *versioned) committed() (bool, error) {
	now, err := os.ReadFile(v.path)
	if err != nil {
		return false, err
	}
	text, err := git(v.top, "cat-file", "--filters", "HEAD:"+v.name())
	return text == string(now), err
}

// uncommitted returns those of the files that git holds no copy of: changed
// since the last commit, or never added. Files outside a working tree and
// ignored ones are not git's business.
func uncommitted(files []string) ([]string, error) {
	list, err := inGit(files)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, v := range list {
		if v.marked != "" {
			same, err := v.committed()
			v.changed = err != nil || !same
		}
		if v.changed {
			out = append(out, v.path)
		}
	}
	slices.Sort(out)
	return out, nil
}

package main

import (
	"os"
	"path"
	"path/filepath"
	"strings"
)

// A place is a path that the user named.
type place struct {
	named  string // as it was named
	path   string // as it leads to the file, links before the last element resolved
	real   string // all links resolved
	folder string // itself, or the folder it lies in
}

// resolve makes the path of what exists absolute.
func resolve(p string) (place, error) {
	info, err := os.Stat(p)
	if err != nil {
		return place{}, fail(exitIncomplete, plainly(err))
	}
	abs, err := absolute(p)
	if err != nil {
		return place{}, fail(exitIncomplete, err)
	}
	real, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return place{}, fail(exitIncomplete, plainly(err))
	}
	if info.IsDir() {
		return place{abs, real, real, real}, nil
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(abs))
	if err != nil {
		return place{}, fail(exitIncomplete, plainly(err))
	}
	return place{abs, path.Join(folder, filepath.Base(abs)), real, folder}, nil
}

// absolute makes a path absolute. Its ".." are those of the working directory itself,
// whatever link the shell came by.
func absolute(p string) (string, error) {
	if path.IsAbs(p) {
		return path.Clean(p), nil
	}
	dir, err := os.Getwd()
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	return path.Join(dir, p), err
}

// below reports whether a path lies in a folder, or is it.
func below(p, folder string) bool {
	return p == folder || folder == "/" || strings.HasPrefix(p, folder+"/")
}

package source

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// An OutsideError says that a path leads out of the folders of a [View]: what is
// there is neither read nor looked at.
type OutsideError struct {
	// Path is what was asked for on disk, links not followed, and Real where it
	// leaves the folders.
	Path, Real string
	// Bound is the folder that is left.
	Bound string
}

// Error implements error.
func (e *OutsideError) Error() string {
	where := fmt.Sprintf("leads out of %s to %s", e.Bound, e.Real)
	if e.Path == e.Real {
		where = "lies outside " + e.Bound
	}
	return where + ": not read (--allow-outside reads it)"
}

// IsOutside reports whether an error is, or wraps, an [OutsideError].
func IsOutside(err error) bool {
	var outside *OutsideError
	return errors.As(err, &outside)
}

// Within returns a view of the same host that reads nothing outside some folders, or
// files, of this disk: absolute paths with all links resolved. A link is followed as
// long as every step of it stays inside; none means anywhere. Where the root itself
// is outside, only mappings lead to files.
func (v *View) Within(folders []string) *View {
	out := *v
	out.bounds = Widest(folders)
	out.refused = map[string]error{}
	if slices.Contains(out.bounds, "/") {
		out.bounds = nil
	}
	return &out
}

// Widest returns the folders that lie in no other one of them, sorted.
func Widest(folders []string) []string {
	var out []string
	for _, f := range slices.Sorted(slices.Values(folders)) {
		if !slices.ContainsFunc(out, func(wider string) bool { return holds(wider, f) }) {
			out = append(out, f)
		}
	}
	return out
}

// Refused returns the errors for the paths that led outside so far, each once and
// sorted by path. They are [fs.PathError]s that wrap an [OutsideError].
func (v *View) Refused() []error {
	v.store.mu.Lock()
	defer v.store.mu.Unlock()
	var paths []string
	for p := range v.refused {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	var out []error
	for _, p := range paths {
		out = append(out, v.refused[p])
	}
	return out
}

// Holds reports whether a path of this disk lies in the folders of the view.
func (v *View) Holds(p string) bool {
	for _, folder := range v.bounds {
		if holds(folder, p) {
			return true
		}
	}
	return v.bounds == nil
}

// Outside returns the error for a path of this disk that lies outside the folders of
// the view, as for a file that is asked for there; nil for one inside.
func (v *View) Outside(p string) error {
	p = path.Clean(p)
	if v.Holds(p) {
		return nil
	}
	v.store.mu.Lock()
	defer v.store.mu.Unlock()
	return v.outside(p, p)
}

// holds is [below] for clean paths, which costs next to nothing.
func holds(folder, p string) bool {
	return strings.HasPrefix(p, folder) && (len(p) == len(folder) || p[len(folder)] == '/' || folder == "/")
}

// outside returns the error for a path on disk of which the step real lies outside,
// and keeps it for [View.Refused].
func (v *View) outside(p, real string) error {
	if p == real && v.belowRoot(p) {
		return &fs.PathError{Op: "open", Path: p, Err: fs.ErrNotExist}
	}
	left := v.bounds[0]
	for _, inside := range []string{v.root, p} {
		for _, folder := range v.bounds {
			if holds(folder, inside) {
				left = folder
			}
		}
	}
	err := &fs.PathError{Op: "open", Path: p, Err: &OutsideError{Path: p, Real: real, Bound: left}}
	v.refused[p] = err
	return err
}

// belowRoot reports whether a path is one below a root that is itself outside.
func (v *View) belowRoot(p string) bool {
	mapped := slices.ContainsFunc(v.maps, func(m Mapping) bool { return holds(path.Clean(m.To), p) })
	return !mapped && v.root != "/" && holds(v.root, p) && !v.Holds(v.root)
}

package machine

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// A group is the control group of this process for one controller, where it lies
// in the file system. The groups between dir and top can be seen; those above top
// cannot, as in a container.
type group struct {
	dir, top string
	unified  bool // of version 2 (cgroups(7))
}

// groupOf finds the control group of this process for a controller.
func groupOf(fsys source.FS, controller string) (group, error) {
	text, err := read(fsys, "/proc/self/cgroup")
	if err != nil {
		return group{}, err
	}
	own, unified, ok := ownGroup(text, controller)
	if !ok {
		return group{}, fmt.Errorf("/proc/self/cgroup names no group of %s", controller)
	}
	mounts, err := readMounts(fsys)
	if err != nil {
		return group{}, err
	}
	for _, m := range mounts {
		if !m.holds(controller, unified) {
			continue
		}
		if rest, ok := cutFolder(own, m.root); ok {
			g := group{dir: path.Join(m.point, rest), top: m.point, unified: unified}
			_, err := fsys.Lstat(g.dir)
			return g, err
		}
	}
	return group{}, fmt.Errorf("the control group of this process, %s, is not mounted", own)
}

// ownGroup finds the group of a controller in /proc/self/cgroup: in a hierarchy
// of version 1, "4:cpu,cpuacct:/a", else in the one of version 2, "0::/a".
func ownGroup(text, controller string) (own string, unified, ok bool) {
	for line := range strings.Lines(text) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		switch {
		case len(parts) < 3:
		case slices.Contains(strings.Split(parts[1], ","), controller):
			return parts[2], false, true
		case parts[0] == "0" && parts[1] == "":
			own, unified, ok = parts[2], true, true
		}
	}
	return own, unified, ok
}

// cutFolder returns a path from a folder on; ok is false where it is not at or
// below it.
func cutFolder(name, folder string) (rest string, ok bool) {
	if folder == "/" {
		return name, !strings.HasPrefix(name, "/..")
	}
	rest, ok = strings.CutPrefix(name, folder)
	return rest, ok && (rest == "" || rest[0] == '/')
}

// least returns the lowest limit that read finds in the files of one name, of the
// group and of those above it. A group without the file has no limit, and read
// returns 0 for none.
func least[T int64 | float64](g group, name string, read func(name string) (T, error)) Figure[T] {
	out := known(T(0), g.dir)
	for dir := g.dir; ; dir = path.Dir(dir) {
		at := path.Join(dir, name)
		switch limit, err := read(at); {
		case errors.Is(err, fs.ErrNotExist):
		case errors.Is(err, fs.ErrInvalid):
			return unknown[T](fmt.Sprintf("%s is not understood: %v", at, err))
		case err != nil:
			return unknown[T](reason(err))
		case limit > 0 && (out.Value == 0 || limit < out.Value):
			out = known(limit, at)
		}
		if dir == g.top || dir == path.Dir(dir) {
			return out
		}
	}
}

// A mount is one line of /proc/self/mountinfo (proc_pid_mountinfo(5)).
type mount struct {
	// root is what of its file system is mounted, point is where.
	root, point string
	kind, super string // type of the file system, and its options
}

// holds reports whether the file system is that of a controller's control groups.
func (m mount) holds(controller string, unified bool) bool {
	if unified {
		return m.kind == "cgroup2"
	}
	return m.kind == "cgroup" && slices.Contains(strings.Split(m.super, ","), controller)
}

func readMounts(fsys source.FS) ([]mount, error) {
	text, err := read(fsys, "/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	var out []mount
	for line := range strings.Lines(text) {
		place, system, ok := strings.Cut(strings.TrimSpace(line), " - ")
		where, what := strings.Fields(place), strings.Fields(system)
		if !ok || len(where) < 5 || len(what) < 2 {
			continue
		}
		out = append(out, mount{root: unescape(where[3]), point: unescape(where[4]), kind: what[0], super: what[len(what)-1]})
	}
	return out, nil
}

// unescape reads "\040" and its like, which stand for blanks in mountinfo.
func unescape(s string) string {
	var b strings.Builder
	for {
		head, rest, ok := strings.Cut(s, `\`)
		b.WriteString(head)
		if !ok {
			return b.String()
		}
		if n, err := strconv.ParseUint(rest[:min(3, len(rest))], 8, 8); err == nil && len(rest) >= 3 {
			b.WriteByte(byte(n))
			s = rest[3:]
			continue
		}
		b.WriteByte('\\')
		s = rest
	}
}

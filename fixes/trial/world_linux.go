package trial

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// A world is the file system that nginx shall see, while it is made.
type world struct {
	order
	mounts  []mount
	sockets []held   // that somebody may answer on
	writes  []string // the paths of order.Writes, links resolved
	scratch string   // where a tmpfs of this process is
	made    int      // how many things scratch holds
	root    string   // what becomes "/"; "" where the world is made in place
	fixed   []string // layers over what is read-only
}

// held is a path without links, and what is there.
type held struct {
	path string
	fd   int // opened with O_PATH
}

// newWorld opens what will be covered and makes room for what is written.
func newWorld(o order) (*world, error) {
	w := &world{order: o, writes: resolved(o.Writes)}
	mounts, err := readMounts()
	if err != nil {
		return nil, fmt.Errorf("read the mounts: %w", err)
	}
	for _, m := range mounts {
		if m.open() {
			w.mounts = append(w.mounts, m)
		}
	}
	if w.sockets, err = openSockets(); err != nil {
		return nil, fmt.Errorf("read the sockets: %w", err)
	}
	return w, w.makeRoom()
}

// resolved follows the links of paths, of which the last part need not exist.
func resolved(paths []string) []string {
	var out []string
	for _, p := range paths {
		real, err := filepath.EvalSymlinks(p)
		if err != nil {
			folder, rest := p, ""
			for err != nil && folder != "/" {
				folder, rest = filepath.Dir(folder), filepath.Join(filepath.Base(folder), rest)
				real, err = filepath.EvalSymlinks(folder)
			}
			real = filepath.Join(real, rest)
		}
		out = append(out, real)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// room bounds what can be written, and what of the machine is copied for it: it is
// memory, of which a small machine has little.
func room() string {
	size := uint64(256 << 20)
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err == nil {
		size = min(size, info.Totalram*uint64(info.Unit)/8)
	}
	return fmt.Sprintf("size=%d,mode=0755", size)
}

// tag is the name of the file systems that this process makes.
const tag = "tunelint-trial"

// makeRoom mounts a tmpfs over a folder that is not needed while the world is made.
func (w *world) makeRoom() error {
	for _, folder := range [...]string{"/mnt", "/media", "/srv", "/opt", "/home", "/tmp", "/var", "/etc"} {
		info, err := os.Lstat(folder)
		if err != nil || !info.IsDir() || w.bare() && w.needs(folder) {
			continue
		}
		w.scratch = folder
		if err := unix.Mount(tag, folder, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, room()); err != nil {
			return fmt.Errorf("make room: %w", err)
		}
		return nil
	}
	return errors.New("make room: no folder is free")
}

// bare reports whether the world is made in place, without layers.
func (w *world) bare() bool { return w.Bare || w.Foreign }

// needs reports whether something in a folder will be covered.
func (w *world) needs(folder string) bool {
	return slices.ContainsFunc(w.writes, func(p string) bool { return within(p, folder) }) ||
		slices.ContainsFunc(w.Files, func(f stagedFile) bool { return within(f.Path, folder) })
}

// datagrams is SOCK_DGRAM as /proc/net/unix prints it.
const datagrams = "0002"

// openSockets opens the unix sockets of the machine. Behind a layer they are names
// that nobody answers, and name services are among them. Those that take datagrams
// are left out: they are logs.
func openSockets() ([]held, error) {
	text, err := os.ReadFile("/proc/net/unix")
	if err != nil {
		return nil, err
	}
	var out []held
	seen := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		// Num RefCount Protocol Flags Type St Inode Path
		columns, name, ok := strings.Cut(strings.TrimSpace(line), " /")
		if f := strings.Fields(columns); !ok || len(f) < 5 || f[4] == datagrams {
			continue
		}
		path, err := filepath.EvalSymlinks("/" + name)
		if err != nil || seen[path] {
			continue
		}
		seen[path] = true
		if info, err := os.Lstat(path); err != nil || info.Mode().Type() != fs.ModeSocket {
			continue
		}
		if fd, err := unix.Open(path, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0); err == nil {
			out = append(out, held{path, fd})
		}
	}
	return out, nil
}

// at returns where a path of the machine is while the world is made.
func (w *world) at(path string) string { return filepath.Join(w.root, path) }

// fresh makes a folder for one purpose in the room.
func (w *world) fresh() (string, error) {
	w.made++
	name := filepath.Join(w.scratch, fmt.Sprint(w.made))
	return name, os.Mkdir(name, 0o755)
}

// like makes an empty file or folder in the room with the mode and owner of another.
func (w *world) like(info fs.FileInfo) (string, error) {
	w.made++
	name := filepath.Join(w.scratch, fmt.Sprint(w.made))
	var err error
	if info.IsDir() {
		err = os.Mkdir(name, 0o755)
	} else {
		err = os.WriteFile(name, nil, 0o600)
	}
	if err != nil {
		return "", err
	}
	return name, w.own(name, info)
}

// own gives a file the mode and owner of another. A user who is not root can give
// nothing away.
func (w *world) own(name string, like fs.FileInfo) error {
	if !w.Foreign {
		uid, gid := ownerOf(like)
		if err := os.Lchown(name, uid, gid); err != nil {
			return err
		}
	}
	return os.Chmod(name, like.Mode()&(fs.ModePerm|fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky))
}

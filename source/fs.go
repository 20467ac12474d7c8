package source

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"
)

// FS is what reading needs of a file system. Paths are absolute and
// "/"-separated; Lstat and ReadLink do not follow a final symbolic link.
type FS interface {
	// Read returns the content and permission bits of a regular file of at most
	// maxFile bytes; everything else is an error.
	Read(path string) ([]byte, fs.FileMode, error)
	ReadDir(path string) ([]fs.DirEntry, error)
	Lstat(path string) (fs.FileInfo, error)
	ReadLink(path string) (string, error)
}

// OS returns the machine's own file system.
func OS() FS { return osFS{} }

type osFS struct{}

func (osFS) ReadDir(p string) ([]fs.DirEntry, error) { return os.ReadDir(p) }
func (osFS) Lstat(p string) (fs.FileInfo, error)     { return os.Lstat(p) }
func (osFS) ReadLink(p string) (string, error)       { return os.Readlink(p) }

// Read reads with as few system calls as there can be: a tree has tens of
// thousands of files. A pipe or a device does not block it.
func (osFS) Read(p string) (data []byte, mode fs.FileMode, err error) {
	fail := func(op string, err error) ([]byte, fs.FileMode, error) {
		return nil, 0, &fs.PathError{Op: op, Path: p, Err: err}
	}
	fd, err := retry(func() (int, error) {
		return syscall.Open(p, syscall.O_RDONLY|syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0)
	})
	if err != nil {
		return fail("open", err)
	}
	defer syscall.Close(fd)
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return fail("stat", err)
	}
	if err := readable(st.Mode, st.Size); err != nil {
		return fail("read", err)
	}
	data, err = readAll(fd, int(st.Size))
	if err != nil {
		return fail("read", err)
	}
	return data, fs.FileMode(st.Mode & 0o777), nil
}

// readable reports why a file is not read at all.
func readable[M ~uint16 | ~uint32](mode M, size int64) error {
	switch {
	case uint32(mode)&syscall.S_IFMT == syscall.S_IFDIR:
		return errIsDirectory
	case uint32(mode)&syscall.S_IFMT != syscall.S_IFREG:
		return errSpecial
	case size > maxFile:
		return errTooLarge
	}
	return nil
}

// readAll reads a file of the size that its status gives; files in /proc say
// zero and are read to their end.
func readAll(fd, size int) ([]byte, error) {
	data := make([]byte, size, max(size, 512))
	for n := 0; ; {
		if n == len(data) {
			if size > 0 || n > maxFile {
				return data, nil
			}
			data = append(data, make([]byte, max(512, n))...)
		}
		m, err := retry(func() (int, error) { return syscall.Read(fd, data[n:]) })
		if err != nil {
			return nil, err
		}
		if n += m; m == 0 {
			return data[:n], nil
		}
	}
}

// retry repeats a system call that a signal interrupted.
func retry(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != syscall.EINTR {
			return n, err
		}
	}
}

// Memory is a file system held in memory: file texts by absolute path.
// Directories exist as far as files need them. A text that starts with
// [LinkPrefix] is a symbolic link to the rest of it.
type Memory map[string]string

// LinkPrefix marks a symbolic link in a [Memory] file system.
const LinkPrefix = "\x00link:"

// Read implements [FS].
func (m Memory) Read(p string) ([]byte, fs.FileMode, error) {
	if text, ok := m[p]; ok {
		return []byte(text), 0o644, nil
	}
	if _, err := m.Lstat(p); err != nil {
		return nil, 0, err
	}
	return nil, 0, &fs.PathError{Op: "read", Path: p, Err: errIsDirectory}
}

// Lstat implements [FS].
func (m Memory) Lstat(p string) (fs.FileInfo, error) {
	if text, ok := m[p]; ok {
		mode := fs.FileMode(0o644)
		if strings.HasPrefix(text, LinkPrefix) {
			mode = fs.ModeSymlink | 0o777
		}
		return memoryInfo{path.Base(p), int64(len(text)), mode}, nil
	}
	prefix := strings.TrimSuffix(p, "/") + "/"
	for name := range m {
		if strings.HasPrefix(name, prefix) {
			return memoryInfo{path.Base(p), 0, fs.ModeDir | 0o755}, nil
		}
	}
	return nil, &fs.PathError{Op: "open", Path: p, Err: fs.ErrNotExist}
}

// ReadDir implements [FS].
func (m Memory) ReadDir(p string) ([]fs.DirEntry, error) {
	prefix := strings.TrimSuffix(p, "/") + "/"
	var names []string
	for name := range m {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			first, _, _ := strings.Cut(rest, "/")
			names = append(names, first)
		}
	}
	if names == nil {
		return nil, &fs.PathError{Op: "open", Path: p, Err: fs.ErrNotExist}
	}
	slices.Sort(names)
	var out []fs.DirEntry
	for _, name := range slices.Compact(names) {
		info, err := m.Lstat(prefix + name)
		if err != nil {
			return nil, err
		}
		out = append(out, fs.FileInfoToDirEntry(info))
	}
	return out, nil
}

// ReadLink implements [FS].
func (m Memory) ReadLink(p string) (string, error) {
	if target, ok := strings.CutPrefix(m[p], LinkPrefix); ok {
		return target, nil
	}
	return "", &fs.PathError{Op: "readlink", Path: p, Err: fs.ErrInvalid}
}

type memoryInfo struct {
	name string
	size int64
	mode fs.FileMode
}

func (i memoryInfo) Name() string       { return i.name }
func (i memoryInfo) Size() int64        { return i.size }
func (i memoryInfo) Mode() fs.FileMode  { return i.mode }
func (i memoryInfo) ModTime() time.Time { return time.Time{} }
func (i memoryInfo) IsDir() bool        { return i.mode.IsDir() }
func (i memoryInfo) Sys() any           { return nil }

// overlay adds files that do not exist yet to a file system.
type overlay struct {
	FS
	created Memory
}

func (o overlay) Read(p string) ([]byte, fs.FileMode, error) {
	if _, ok := o.created[p]; ok {
		return o.created.Read(p)
	}
	return o.FS.Read(p)
}

func (o overlay) Lstat(p string) (fs.FileInfo, error) {
	if info, err := o.FS.Lstat(p); err == nil {
		return info, nil
	}
	return o.created.Lstat(p)
}

func (o overlay) ReadDir(p string) ([]fs.DirEntry, error) {
	entries, err := o.FS.ReadDir(p)
	more, moreErr := o.created.ReadDir(p)
	if moreErr != nil {
		return entries, err
	}
	byName := func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) }
	entries = append(entries, more...)
	slices.SortStableFunc(entries, byName)
	return slices.CompactFunc(entries, func(a, b fs.DirEntry) bool { return a.Name() == b.Name() }), nil
}

package disk

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// An entry is all that can be seen of a file or folder.
type entry struct {
	Text       string
	Mode       uint32
	UID, GID   int
	Links      uint64
	Inode      uint64
	Modified   time.Time
	Flags      uint32
	Attributes map[string]string
}

// snapshot reads a tree, without the code that is tested. Folders have no times: what
// is made in them and removed again moves those.
func snapshot(t testing.TB, root string) map[string]entry {
	t.Helper()
	tree := map[string]entry{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		tree[name] = newEntry(t, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func newEntry(t testing.TB, path string) entry {
	t.Helper()
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		t.Fatal(err)
	}
	e := entry{Mode: st.Mode, UID: int(st.Uid), GID: int(st.Gid), Inode: st.Ino}
	if st.Mode&unix.S_IFMT == unix.S_IFREG {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		e.Text, e.Links, e.Modified = string(text), uint64(st.Nlink), time.Unix(st.Mtim.Unix())
		e.Flags = inodeFlags(path)
	}
	e.Attributes = attributesOf(t, path)
	return e
}

func inodeFlags(path string) uint32 {
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close()
	flags, err := unix.IoctlGetUint32(int(f.Fd()), unix.FS_IOC_GETFLAGS)
	if err != nil {
		return 0
	}
	return flags &^ 0x10080000 // where the file system stores the content: extents, the inode
}

func attributesOf(t testing.TB, path string) map[string]string {
	t.Helper()
	names := make([]byte, 4096)
	n, err := unix.Llistxattr(path, names)
	if err != nil {
		return nil
	}
	all := map[string]string{}
	for start, i := 0, 0; i < n; i++ {
		if names[i] != 0 {
			continue
		}
		value := make([]byte, 65536)
		size, err := unix.Lgetxattr(path, string(names[start:i]), value)
		if err != nil {
			t.Fatal(err)
		}
		all[string(names[start:i])] = string(value[:size])
		start = i + 1
	}
	return all
}

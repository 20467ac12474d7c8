package disk

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tunelint/tunelint/source/realpart"
)

// temporary is the name of the new file in all tests.
const temporary = ".tunelint-20260102T030405Z-1"

// A situation is a file that is to be written.
type situation struct {
	name     string
	file     string // its name; "nginx.conf" if empty
	old, new string
	mode     os.FileMode
	prepare  func(t testing.TB, path string)
	created  bool
	removal  bool
	inPlace  bool
}

// situations returns what is the same on every file system.
func situations() []situation {
	const old, fresh = "worker_processes 1;\n", "worker_processes auto;\n# more\n"
	own := func(mode os.FileMode, name string, prepare func(testing.TB, string)) situation {
		return situation{name: name, old: old, new: fresh, mode: mode, prepare: prepare}
	}
	big := strings.Repeat("0123456789abcdef", 3<<16)
	list := []situation{
		own(0o644, "plain", nil),
		own(0o600, "secret", nil),
		own(0o2755, "setgid", nil),
		own(0o4750, "setuid of another owner", owner(1234, 4321)),
		own(0o640, "another owner", owner(1234, 4321)),
		own(0o640, "group", owner(0, 33)),
		own(0o644, "attribute", attribute("user.origin", "by hand")),
		own(0o640, "access list", attribute(accessList, string(accessListFor(1234)))),
		own(0o600, "default list of the folder", folderList),
		own(0o600, "capability", attribute("security.capability", "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")),
		own(0o644, "inode flags", inodeFlagsSet(0xc0)),
		own(0o644, "flags of the folder", folderFlags(0xc0)),
		{name: "no final newline", old: "a", new: "b", mode: 0o644},
		{name: "empty", new: "b\n", mode: 0o644},
		{name: "emptied", old: "a\n", mode: 0o644},
		{name: "large", old: big, new: big + "x\n" + big[:1<<19], mode: 0o644},
		{name: "long name", file: strings.Repeat("n", 255), old: old, new: fresh, mode: 0o644},
		{name: "hostile name", file: "a b\n'\"\\$(x)\xff\x1b", old: old, new: fresh, mode: 0o644},
		{name: "created", new: fresh, created: true},
		{name: "created below a default list", new: fresh, created: true, prepare: folderList},
		{name: "created in new folders", file: "conf.d/more/x.conf", new: fresh, created: true},
		{name: "removed", old: old, mode: 0o640, removal: true, prepare: attribute("user.origin", "x")},
		{name: "two names", old: old, new: fresh, mode: 0o644, inPlace: true, prepare: secondName},
		{name: "two names, shorter", old: fresh, new: old, mode: 0o644, inPlace: true, prepare: secondName},
		{name: "two names, emptied", old: old, mode: 0o644, inPlace: true, prepare: secondName},
		{name: "two names, setuid", old: old, new: fresh, mode: 0o4755, inPlace: true, prepare: secondName},
	}
	return list
}

func owner(uid, gid int) func(testing.TB, string) {
	return func(t testing.TB, path string) {
		mode, err := os.Lstat(path)
		if err := errors.Join(err, os.Lchown(path, uid, gid), os.Chmod(path, mode.Mode())); err != nil {
			t.Fatal(err)
		}
	}
}

func attribute(name, value string) func(testing.TB, string) {
	return func(t testing.TB, path string) {
		if err := unix.Lsetxattr(path, name, []byte(value), 0); err != nil {
			realpart.Lacking(t, "file system with the attribute "+name+": "+err.Error())
		}
	}
}

func inodeFlagsSet(flags int) func(testing.TB, string) {
	return func(t testing.TB, path string) {
		if err := changeFlags(path, func(now int) int { return now | flags }); err != nil {
			realpart.Lacking(t, "file system with inode flags: "+err.Error())
		}
	}
}

func changeFlags(path string, change func(int) int) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	now, err := unix.IoctlGetUint32(int(f.Fd()), unix.FS_IOC_GETFLAGS)
	if err != nil {
		return err
	}
	return unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, change(int(now)))
}

// folderFlags are handed down to new files; the old one has none.
func folderFlags(flags int) func(testing.TB, string) {
	return func(t testing.TB, path string) { inodeFlagsSet(flags)(t, filepath.Dir(path)) }
}

// accessListFor lets one user read beside owner and group, in the form of
// linux/posix_acl_xattr.h.
func accessListFor(uid uint32) []byte {
	list := binary.LittleEndian.AppendUint32(nil, 2)
	for _, e := range []struct {
		tag, permission uint16
		id              uint32
	}{{1, 6, ^uint32(0)}, {2, 4, uid}, {4, 0, ^uint32(0)}, {16, 4, ^uint32(0)}, {32, 0, ^uint32(0)}} {
		list = binary.LittleEndian.AppendUint16(list, e.tag)
		list = binary.LittleEndian.AppendUint16(list, e.permission)
		list = binary.LittleEndian.AppendUint32(list, e.id)
	}
	return list
}

// folderList is handed down to new files; the old one has none.
func folderList(t testing.TB, path string) {
	attribute("system.posix_acl_default", string(accessListFor(1234)))(t, filepath.Dir(path))
}

func secondName(t testing.TB, path string) {
	if err := os.Link(path, filepath.Join(filepath.Dir(path), "other")); err != nil {
		t.Fatal(err)
	}
}

// begin makes the file of a situation in a folder of its own, and returns its path.
func (s situation) begin(t testing.TB, folder string) string {
	t.Helper()
	if err := errors.Join(os.RemoveAll(folder), os.Mkdir(folder, 0o755), os.WriteFile(filepath.Join(folder, "neighbour"), []byte("x"), 0o600)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, s.fileName())
	if !s.created {
		if err := errors.Join(os.WriteFile(path, []byte(s.old), 0o600), os.Chmod(path, bits(s.mode))); err != nil {
			t.Fatal(err)
		}
	}
	if s.prepare != nil {
		s.prepare(t, path)
	}
	if !s.created {
		past := time.Date(2020, 2, 3, 4, 5, 6, 123456789, time.UTC)
		if err := os.Chtimes(path, past, past); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func (s situation) fileName() string {
	if s.file == "" {
		return "nginx.conf"
	}
	return s.file
}

// bits turns a mode as in chmod(2) into Go's.
func bits(mode os.FileMode) os.FileMode {
	m := mode & 0o777
	if mode&0o4000 != 0 {
		m |= os.ModeSetuid
	}
	if mode&0o2000 != 0 {
		m |= os.ModeSetgid
	}
	return m
}

package main

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/tunelint/tunelint/source/realpart"
)

// The names of the tree that the kinds below change.
const (
	mainFile   = "etc/nginx/nginx.conf"
	apiFile    = "etc/nginx/conf.d/api.conf"
	shopFile   = "etc/nginx/sites-available/shop"
	limitsFile = "etc/security/limits.d/web.conf"
	confFolder = "etc/nginx/conf.d"
)

// A fileKind is what a file of the tree may be besides its bytes.
type fileKind struct {
	make func(m *rig) error
	// refused is what a refusal says; "" where the write is done, which keeps the kind.
	refused string
	// says is what standard error says of a write that is done.
	says string
	args []string
}

func onPath(name string, f func(path string) error) func(*rig) error {
	return func(m *rig) error { return f(m.path(name)) }
}

func withMode(name string, bits fs.FileMode) func(*rig) error {
	return onPath(name, func(path string) error { return os.Chmod(path, bits) })
}

func withFlags(name string, bits uint32) func(*rig) error {
	return onPath(name, func(path string) error { return setFlags(path, bits) })
}

func ownedBy(name string, uid, gid int) func(*rig) error {
	return onPath(name, func(path string) error { return os.Chown(path, uid, gid) })
}

func withAttribute(name, key string, value []byte) func(*rig) error {
	return onPath(name, func(path string) error { return syscall.Setxattr(path, key, value, 0) })
}

func withText(name string, change func(string) string) func(*rig) error {
	return onPath(name, func(path string) error {
		old, err := os.ReadFile(path)
		return errors.Join(err, os.WriteFile(path, []byte(change(string(old))), 0o644))
	})
}

func inTurn(list ...func(*rig) error) func(*rig) error {
	return func(m *rig) error {
		for _, f := range list {
			if err := f(m); err != nil {
				return err
			}
		}
		return nil
	}
}

// accessList is an access control list as the kernel keeps it: user 1 may read and write.
func accessList() []byte {
	out := []byte{2, 0, 0, 0}
	for _, e := range []struct {
		tag, bits uint16
		id        uint32
	}{{1, 6, ^uint32(0)}, {2, 6, 1}, {4, 4, ^uint32(0)}, {16, 6, ^uint32(0)}, {32, 0, ^uint32(0)}} {
		out = binary.LittleEndian.AppendUint16(out, e.tag)
		out = binary.LittleEndian.AppendUint16(out, e.bits)
		out = binary.LittleEndian.AppendUint32(out, e.id)
	}
	return out
}

// linkedBeside gives a file a further name.
func linkedBeside(name, further string) func(*rig) error {
	return func(m *rig) error { return os.Link(m.path(name), m.path(further)) }
}

// chained leads to a file over several links, absolute and relative.
func chained(m *rig) error {
	enabled := m.path("etc/nginx/sites-enabled/shop")
	return errors.Join(os.Remove(enabled), os.Symlink("../second", enabled),
		os.Symlink(m.path("srv/third"), m.path("etc/nginx/second")),
		os.Symlink("../"+shopFile, m.path("srv/third")))
}

func fileKinds() map[string]fileKind {
	crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
	noNewline := func(s string) string { return strings.TrimSuffix(s, "\n") }
	return map[string]fileKind{
		"plain":              {make: func(*rig) error { return nil }},
		"private":            {make: withMode(mainFile, 0o600)},
		"sticky folder":      {make: withMode(confFolder, 0o777|fs.ModeSticky)},
		"odd mode":           {make: withMode(apiFile, 0o640|fs.ModeSetgid)},
		"other group":        {make: ownedBy(apiFile, 0, 33)},
		"setgid folder":      {make: inTurn(ownedBy(confFolder, 0, 33), withMode(confFolder, 0o755|fs.ModeSetgid))},
		"access list":        {make: withAttribute(apiFile, "system.posix_acl_access", accessList())},
		"default list":       {make: withAttribute(confFolder, "system.posix_acl_default", accessList())},
		"user attribute":     {make: withAttribute(apiFile, "user.note", []byte("kept\x00bytes"))},
		"security attribute": {make: withAttribute(apiFile, "security.note", []byte("label"))},
		"trusted attribute":  {make: withAttribute(apiFile, "trusted.note", []byte("label"))},
		"inode flags":        {make: withFlags(apiFile, flagNoDump|flagNoAtime)},
		"CRLF":               {make: inTurn(withText(apiFile, crlf), withText(limitsFile, crlf))},
		"no final newline":   {make: inTurn(withText(apiFile, noNewline), withText(limitsFile, noNewline), withText(shopFile, noNewline))},
		"empty file":         {make: withText("etc/nginx/conf.d/plain.conf", func(string) string { return "" })},
		"chain of links":     {make: chained},
		"hard link":          {make: linkedBeside(shopFile, "srv/shop"), says: "in place"},
		"two sites":          {make: linkedBeside("etc/nginx/sites-enabled/static", "srv/static"), says: "in place"},
		"immutable":          {make: withFlags(mainFile, flagImmutable), refused: "immutable.*chattr -i"},
		"append-only":        {make: withFlags(apiFile, flagAppend), refused: "append-only.*chattr -a"},
		"immutable folder":   {make: withFlags(confFolder, flagImmutable), refused: "immutable.*chattr -i"},
		"append-only folder": {make: withFlags(confFolder, flagAppend), refused: "append-only.*chattr -a"},
		"read-only":          {make: withMode(mainFile, 0o444), refused: "may not write it.*chmod u\\+w"},
		"world-writable":     {make: withMode(apiFile, 0o666), refused: "everybody may write it.*chmod o-w"},
		"open folder":        {make: withMode(confFolder, 0o777), refused: "everybody may write its folder.*chmod o-w"},
		"foreign":            {make: ownedBy(apiFile, 33, 33), refused: "owned by (uid 33|www-data) .*sudo -u"},
		"foreign folder":     {make: ownedBy(confFolder, 33, 33), refused: "owned by (uid 33|www-data) .*sudo -u"},
	}
}

// Whatever a file is besides its bytes, it still is after a write and after an undo; what
// cannot be kept is refused before anything is written.
func TestFileKinds(t *testing.T) {
	needRoot(t)
	for name, kind := range fileKinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := kindRig(t, kind)
			m.promised(t)
			r := m.run(t, m.fixArgs(kind.args...)...)
			if kind.refused != "" {
				m.wantsRefusal(t, r, kind.refused)
				return
			}
			if r.code > exitFindings || !regexp.MustCompile(kind.says).MatchString(r.stderr) {
				t.Errorf("exit code %d, want words as %q: %s", r.code, kind.says, r.stderr)
			}
			m.wants(t, "after")
			m.wantsUndone(t)
		})
	}
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		realpart.Lacking(t, "root")
	}
}

// kindRig returns a rig on a disk, with a file of a kind.
func kindRig(t *testing.T, kind fileKind) *rig {
	t.Helper()
	m := rigIn(t, openFolder(t, ""))
	if err := kind.make(m); errors.Is(err, syscall.ENOTTY) || errors.Is(err, syscall.ENOTSUP) {
		realpart.Beyond(t, "file system with this: "+err.Error())
	} else {
		must(t, err)
	}
	m.settle(t)
	return m
}

// wantsRefusal fails the test unless a run refused with these words and changed nothing.
func (m *rig) wantsRefusal(t *testing.T, r ran, words string) {
	t.Helper()
	if r.code != exitRefused || !regexp.MustCompile(words).MatchString(r.stderr) {
		t.Errorf("exit code %d, want %d and %q: %s", r.code, exitRefused, words, r.stderr)
	}
	m.wants(t, "before")
}

// wantsUndone takes the last run back.
func (m *rig) wantsUndone(t *testing.T) {
	t.Helper()
	if r := m.run(t, m.undoArgs(t)...); r.code != exitClean {
		t.Errorf("undo exits with %d: %s", r.code, r.stderr)
	}
	m.wants(t, "before")
}

// undoArgs are the arguments that take back the last run.
func (m *rig) undoArgs(_ testing.TB, more ...string) []string {
	return append([]string{"undo", "--backup-dir", m.state}, more...)
}

// A user repairs what is his, and nothing at all where a part is not.
func TestOtherUser(t *testing.T) {
	needRoot(t)
	const uid = 1234
	for name, c := range map[string]struct {
		keep    []string // what stays root's
		refused string
	}{
		"own":          {nil, ""},
		"root's file":  {[]string{apiFile}, "api.conf: owned by (uid 0|root), to whom a new file cannot be given"},
		"root's place": {[]string{confFolder, apiFile}, "no permission to write"},
		"root's etc":   {[]string{"etc"}, "no permission to write"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newRig(t)
			must(t, give(m.dir, uid))
			for _, n := range c.keep {
				must(t, os.Lchown(m.path(n), 0, 0))
			}
			m.settle(t)
			m.promised(t)
			for name, e := range m.after {
				if _, ok := m.before[name]; !ok {
					e.uid, e.gid = uid, uid
					m.after[name] = e
				}
			}
			cmd := m.command(t, m.fixArgs()...)
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
			r := finish(t, cmd)
			if c.refused != "" {
				m.wantsRefusal(t, r, c.refused)
				return
			}
			if r.code > exitFindings {
				t.Errorf("exit code %d: %s", r.code, r.stderr)
			}
			m.wants(t, "after")
		})
	}
}

// give makes a tree the property of a user.
func give(dir string, uid int) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, uid, uid))
	})
}

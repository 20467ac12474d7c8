package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A full disk below the tree or below the state ends a write with everything as before.
func TestDiskFull(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	for _, where := range []string{"tree", "state"} {
		for _, room := range []int{0, 4096, 2 * 4096, 5 * 4096, 9 * 4096} {
			m := newRig(t)
			promised := m.promised(t)
			folder := map[string]string{"tree": m.root, "state": m.state}[where]
			must(t, os.MkdirAll(folder, 0o755))
			must(t, syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=1m,mode=755"))
			if where == "tree" {
				m.fill(t)
			}
			m.after = m.redated(promised)
			fill(t, folder, room)
			m.settle(t)
			m.after = m.redated(promised)
			for name := range m.before {
				if strings.HasPrefix(name, "filler") {
					m.after[name] = m.before[name]
				}
			}
			r := m.run(t, m.fixArgs()...)
			state := m.endedAsSaid(t, r)
			t.Logf("%s with %d bytes left: %s", where, room, state)
			must(t, syscall.Unmount(folder, syscall.MNT_DETACH))
		}
	}
}

// fill leaves so much room in a file system.
func fill(t *testing.T, folder string, room int) {
	t.Helper()
	f, err := os.Create(filepath.Join(folder, "filler"))
	must(t, err)
	defer f.Close()
	for block := make([]byte, 4096); err == nil; _, err = f.Write(block) {
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	info, err := f.Stat()
	must(t, err)
	must(t, f.Truncate(info.Size()-int64(room)))
}

// A file that is a mount point of its own is written in place; a folder that is one is a
// folder like others, unless it is read-only.
func TestBindMounts(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	for name, c := range map[string]struct {
		over    string
		flags   uintptr
		says    string
		refused string
	}{
		"file":             {apiFile, 0, "mount point", ""},
		"folder":           {confFolder, 0, "", ""},
		"read-only folder": {confFolder, syscall.MS_RDONLY, "", "read-only.*mount -o remount,rw"},
		"read-only file":   {apiFile, syscall.MS_RDONLY, "", "read-only.*mount -o remount,rw"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newRig(t)
			behind := filepath.Join(m.dir, "behind")
			must(t, os.Rename(m.path(c.over), behind))
			if c.over == apiFile {
				must(t, os.WriteFile(m.path(c.over), nil, 0o644))
			} else {
				must(t, os.Mkdir(m.path(c.over), 0o755))
			}
			must(t, syscall.Mount(behind, m.path(c.over), "", syscall.MS_BIND, ""))
			defer func() { must(t, syscall.Unmount(m.path(c.over), syscall.MNT_DETACH)) }()
			if c.flags != 0 {
				must(t, syscall.Mount("", m.path(c.over), "", syscall.MS_REMOUNT|syscall.MS_BIND|c.flags, ""))
			}
			m.settle(t)
			m.promised(t)
			r := m.run(t, m.fixArgs()...)
			if c.refused != "" {
				m.wantsRefusal(t, r, c.refused)
				return
			}
			if r.code > exitFindings || !strings.Contains(r.stderr, c.says) {
				t.Errorf("exit code %d, want %q: %s", r.code, c.says, r.stderr)
			}
			m.wants(t, "after")
			m.wantsUndone(t)
		})
	}
}

// A tree that becomes read-only while the question stands stays as it is.
func TestReadOnlyWhileAsked(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	m := newRig(t)
	must(t, syscall.Mount(m.root, m.root, "", syscall.MS_BIND, ""))
	defer func() { must(t, syscall.Unmount(m.root, syscall.MNT_DETACH)) }()
	cmd := m.asking(t)
	far := terminal(t, cmd)
	said := answer(t, far, func() {
		must(t, syscall.Mount("", m.root, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, ""))
	})
	_ = cmd.Wait() // the exit code says it
	if code := cmd.ProcessState.ExitCode(); code != exitRefused || !strings.Contains(said, "read-only") {
		t.Errorf("exit code %d, want %d: %s", code, exitRefused, tail(said))
	}
	m.wants(t, "before")
}

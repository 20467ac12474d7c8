package main

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A writtenTree is the files of a machine in a folder, and a folder for backups.
type writtenTree struct {
	t           *testing.T
	root, state string
	declared    bool // it has a tunelint.yaml
}

// make writes the files of a case with modes, owners and times that a write may lose.
func (w *writtenTree) make(c *writeCase) {
	w.t.Helper()
	modes := []os.FileMode{0o644, 0o640, 0o600, 0o755, 0o664}
	for i, name := range slices.Sorted(maps.Keys(c.files)) {
		file, text := filepath.Join(w.root, name), c.files[name]
		if _, ok := c.files["tunelint.yaml"]; ok {
			w.declared = true
		}
		if target, ok := strings.CutPrefix(text, linkMark); ok {
			put(w.t, file, "")
			w.must(os.Remove(file))
			w.must(os.Symlink(target, file))
			continue
		}
		put(w.t, file, text)
		n := int(c.seed()%1000) + i
		w.must(os.Chmod(file, modes[n%len(modes)]))
		if os.Geteuid() == 0 {
			w.must(os.Lchown(file, 0, n%3*1000)) // a file of another user would be refused
		}
		at := time.Unix(1500000000+int64(n), int64(n)*1001)
		w.must(os.Chtimes(file, at, at))
	}
}

func (w *writtenTree) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// shown is what the program prints before a path of the machine: where the working
// directory is not above the tree, it is the whole path.
func (w *writtenTree) shown() string { return strings.TrimPrefix(w.root, "/") + "/" }

// put writes a file and makes its folders.
func put(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A treeState is all that lies in a folder, by path.
type treeState map[string]treeEntry

// A treeEntry is a file, a folder or a symbolic link.
type treeEntry struct {
	kind  byte   // f, d or l
	text  string // of a link, where it leads
	mode  os.FileMode
	owner [2]uint32
	time  time.Time // of a file
	inode uint64
}

func (w *writtenTree) look() treeState { return stateOf(w.t, w.root) }

func stateOf(t *testing.T, root string) treeState {
	t.Helper()
	out := treeState{}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		st := info.Sys().(*syscall.Stat_t)
		e := treeEntry{mode: info.Mode(), owner: [2]uint32{st.Uid, st.Gid}, inode: st.Ino}
		switch {
		case d.IsDir():
			e.kind = 'd'
		case info.Mode()&fs.ModeSymlink != 0:
			e.kind = 'l'
			e.text, err = os.Readlink(file)
		default:
			e.kind, e.time = 'f', info.ModTime()
			var text []byte
			text, err = os.ReadFile(file)
			e.text = string(text)
		}
		name, _ := filepath.Rel(root, file)
		out[name] = e
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// differ returns the first path that is not the same in both, "" for none.
func (s treeState) differ(other treeState) string {
	names := slices.Sorted(maps.Keys(s))
	names = append(names, slices.Sorted(maps.Keys(other))...)
	for _, name := range names {
		a, here := s[name]
		b, there := other[name]
		if here != there || a != b {
			return name
		}
	}
	return ""
}

// differWithoutInodes is differ for files that may be other files with the same text.
func (s treeState) differWithoutInodes(other treeState) string {
	return s.withoutInodes().differ(other.withoutInodes())
}

func (s treeState) withoutInodes() treeState {
	out := treeState{}
	for name, e := range s {
		e.inode = 0
		out[name] = e
	}
	return out
}

// texts returns the files that are new or hold another text than before.
func (s treeState) texts(before treeState) map[string]string {
	out := map[string]string{}
	for name, e := range s {
		if e.kind == 'f' && before[name].text != e.text {
			out[name] = e.text
		}
	}
	return out
}

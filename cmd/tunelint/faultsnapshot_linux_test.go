package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// A snapshot is all that can be seen of a tree, by name below it.
type snapshot map[string]entry

// An entry is one name.
type entry struct {
	mode       fs.FileMode
	uid, gid   int
	text       string // what a file holds or where a link leads
	modified   time.Time
	attributes string // extended attributes, access control lists among them
	flags      uint32
	names      string // all names of the tree that are this file
	links      uint64
	changed    bool // in what is expected: the time of the last change is the program's
}

// fresh is an entry as a new one is made.
func (e entry) fresh() entry {
	e.uid, e.gid, e.changed = os.Geteuid(), os.Getegid(), true
	e.attributes, e.flags = "", 0
	if e.mode.IsDir() {
		e.mode = fs.ModeDir | 0o755
	} else {
		e.mode = 0o644
	}
	return e
}

func (s snapshot) clone() snapshot { return maps.Clone(s) }

// takeSnapshot reads a tree.
func takeSnapshot(t testing.TB, root string) snapshot {
	t.Helper()
	s := snapshot{}
	names := map[uint64][]string{}
	nodes := map[string]uint64{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		e, node, err := readEntry(path)
		if err != nil {
			return err
		}
		s[name] = e
		if !e.mode.IsDir() {
			names[node] = append(names[node], name)
			nodes[name] = node
		}
		return nil
	})
	must(t, err)
	for name, node := range nodes {
		e := s[name]
		e.names = strings.Join(names[node], " ")
		s[name] = e
	}
	return s
}

func inode(t testing.TB, path string) uint64 {
	t.Helper()
	var st syscall.Stat_t
	must(t, syscall.Lstat(path, &st))
	return st.Ino
}

func readEntry(path string) (e entry, node uint64, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return e, 0, err
	}
	st := info.Sys().(*syscall.Stat_t)
	e = entry{mode: info.Mode(), uid: int(st.Uid), gid: int(st.Gid)}
	switch {
	case e.mode&fs.ModeSymlink != 0:
		e.text, err = os.Readlink(path)
		return e, st.Ino, err
	case e.mode.IsRegular():
		text, err := os.ReadFile(path)
		if err != nil {
			return e, 0, err
		}
		e.text, e.modified, e.links = string(text), info.ModTime(), uint64(st.Nlink)
	}
	e.attributes, err = readAttributes(path)
	e.flags = readFlags(path)
	return e, st.Ino, err
}

// readAttributes returns all extended attributes of a file as text.
func readAttributes(path string) (string, error) {
	buffer := make([]byte, 1<<16)
	n, err := syscall.Listxattr(path, buffer)
	if err == syscall.ENOTSUP || n <= 0 {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	keys := strings.Split(strings.TrimSuffix(string(buffer[:n]), "\x00"), "\x00")
	slices.Sort(keys)
	var out strings.Builder
	for _, key := range keys {
		n, err := syscall.Getxattr(path, key, buffer)
		if err != nil {
			return "", fmt.Errorf("%s: %s: %w", path, key, err)
		}
		fmt.Fprintf(&out, "%s=%x ", key, buffer[:n])
	}
	return out.String(), nil
}

// The requests of chattr(1) and the flags that it can set.
const (
	getFlagsRequest = 0x80086601
	setFlagsRequest = 0x40086602
	settableFlags   = 0x000380ff

	flagImmutable = 0x10
	flagAppend    = 0x20
	flagNoDump    = 0x40
	flagNoAtime   = 0x80
)

// readFlags returns the inode flags that a user can set; zero where there are none.
func readFlags(path string) uint32 {
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW|syscall.O_CLOEXEC, 0)
	if err != nil {
		return 0
	}
	defer syscall.Close(fd)
	var flags int64
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), getFlagsRequest, uintptr(unsafe.Pointer(&flags))); errno != 0 {
		return 0
	}
	return uint32(flags) & settableFlags
}

// setFlags sets the inode flags of a file.
func setFlags(path string, flags uint32) error {
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW|syscall.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	value := int64(flags)
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), setFlagsRequest, uintptr(unsafe.Pointer(&value))); errno != 0 {
		return errno
	}
	return nil
}

// differences says how got differs from what s expects.
func (s snapshot) differences(got snapshot) []string {
	var out []string
	for name, e := range s {
		now, ok := got[name]
		if !ok {
			out = append(out, name+" is missing")
			continue
		}
		for _, d := range e.differences(now) {
			out = append(out, name+": "+d)
		}
	}
	for name := range got {
		if _, ok := s[name]; !ok {
			out = append(out, name+" was not there")
		}
	}
	slices.Sort(out)
	return out
}

func (e entry) differences(now entry) []string {
	var out []string
	add := func(what string, was, is any) { out = append(out, fmt.Sprintf("%s is %v, was %v", what, is, was)) }
	if e.mode != now.mode {
		add("mode", e.mode, now.mode)
	}
	if e.uid != now.uid || e.gid != now.gid {
		add("owner", fmt.Sprint(e.uid, ":", e.gid), fmt.Sprint(now.uid, ":", now.gid))
	}
	if e.text != now.text {
		at := firstDifference(e.text, now.text)
		add(fmt.Sprint("content from byte ", at), fmt.Sprintf("%.60q", e.text[at:]), fmt.Sprintf("%.60q", now.text[at:]))
	}
	if !e.changed && !e.modified.Equal(now.modified) {
		add("time", e.modified, now.modified)
	}
	if e.attributes != now.attributes {
		add("attributes", e.attributes, now.attributes)
	}
	if e.flags != now.flags {
		add("flags", e.flags, now.flags)
	}
	if e.names != now.names || e.links != now.links {
		add("names", fmt.Sprint(e.names, " ", e.links), fmt.Sprint(now.names, " ", now.links))
	}
	return out
}

func firstDifference(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

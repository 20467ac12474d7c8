package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// A call is a system call that changes something below the watched folders, about to
// be made.
type call struct {
	n       int // the how-manieth of the run, from 1
	name    string
	path    string
	program bool   // false for a process that the program started
	node    uint64 // of the file that a descriptor stands for; 0 where a name does
}

func (c call) String() string { return fmt.Sprintf("%d %s %s", c.n, c.name, c.path) }

// read says what a call is about; false if it changes nothing that is watched.
func (tr *tracer) read(pid int, r *syscall.PtraceRegs) (call, bool) {
	kind, ok := changing[r.Orig_rax]
	if !ok || !kind.changes(pid, r) {
		return call{}, false
	}
	for _, at := range kind.paths {
		path := resolved(pid, r, at)
		for _, folder := range tr.watched {
			if path == folder || strings.HasPrefix(path, folder+"/") {
				return call{len(tr.calls) + 1, kind.name, path, leader(pid) == tr.main, node(pid, r, at)}, true
			}
		}
	}
	return call{}, false
}

// argumentOf returns an argument of a call.
func argumentOf(r *syscall.PtraceRegs, n int) uint64 {
	return [...]uint64{r.Rdi, r.Rsi, r.Rdx, r.R10, r.R8, r.R9}[n]
}

// resolved returns the path that an argument of a call means.
func resolved(pid int, r *syscall.PtraceRegs, at argument) string {
	proc := "/proc/" + strconv.Itoa(pid)
	base := ""
	switch fd := int32(argumentOf(r, max(at.folder, 0))); {
	case at.folder < 0 || fd == -100:
		base, _ = os.Readlink(proc + "/cwd")
	default:
		base, _ = os.Readlink(proc + "/fd/" + strconv.Itoa(int(fd)))
	}
	if at.name < 0 {
		return base
	}
	name := peekString(pid, uintptr(argumentOf(r, at.name)))
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(base, name)
}

// node returns the inode that a descriptor stands for; 0 for an argument with a name.
func node(pid int, r *syscall.PtraceRegs, at argument) uint64 {
	var st syscall.Stat_t
	if at.name >= 0 || syscall.Stat(fmt.Sprintf("/proc/%d/fd/%d", pid, int32(argumentOf(r, at.folder))), &st) != nil {
		return 0
	}
	return st.Ino
}

func peekString(pid int, address uintptr) string {
	var out []byte
	for len(out) < 4096 {
		var word [8]byte
		if _, err := syscall.PtracePeekData(pid, address+uintptr(len(out)), word[:]); err != nil {
			return string(out)
		}
		if i := bytes.IndexByte(word[:], 0); i >= 0 {
			return string(append(out, word[:i]...))
		}
		out = append(out, word[:]...)
	}
	return string(out)
}

// An argument says where a call has a path: in the folder of a descriptor (-1: the
// working directory) the name of a string (-1: none, the descriptor itself is meant).
type argument struct{ folder, name int }

// A kind is a system call that may change files.
type kind struct {
	name  string
	paths []argument
	// flags is which argument must have one of the bits for it to be a change; 0 for any.
	flags int
	bits  uint64
}

func (k kind) changes(pid int, r *syscall.PtraceRegs) bool {
	if k.bits == 0 {
		return true
	}
	value := argumentOf(r, k.flags)
	if k.name == "openat2" { // struct open_how
		var word [8]byte
		_, _ = syscall.PtracePeekData(pid, uintptr(value), word[:])
		value = uint64(word[0]) | uint64(word[1])<<8 | uint64(word[2])<<16 | uint64(word[3])<<24
	}
	return value&k.bits != 0
}

var (
	descriptor = []argument{{0, -1}}
	atFirst    = []argument{{0, 1}}
	plainPath  = []argument{{-1, 0}}
)

const writingOpen = syscall.O_WRONLY | syscall.O_RDWR | syscall.O_CREAT | syscall.O_TRUNC

var changing = map[uint64]kind{
	syscall.SYS_OPEN:         {"open", plainPath, 1, writingOpen},
	syscall.SYS_OPENAT:       {"openat", atFirst, 2, writingOpen},
	437:                      {"openat2", atFirst, 2, writingOpen},
	syscall.SYS_WRITE:        {"write", descriptor, 0, 0},
	syscall.SYS_PWRITE64:     {"pwrite64", descriptor, 0, 0},
	syscall.SYS_WRITEV:       {"writev", descriptor, 0, 0},
	326:                      {"copy_file_range", []argument{{2, -1}}, 0, 0},
	syscall.SYS_SENDFILE:     {"sendfile", descriptor, 0, 0},
	syscall.SYS_FSYNC:        {"fsync", descriptor, 0, 0},
	syscall.SYS_FDATASYNC:    {"fdatasync", descriptor, 0, 0},
	syscall.SYS_FTRUNCATE:    {"ftruncate", descriptor, 0, 0},
	syscall.SYS_TRUNCATE:     {"truncate", plainPath, 0, 0},
	syscall.SYS_FALLOCATE:    {"fallocate", descriptor, 0, 0},
	syscall.SYS_FCHOWN:       {"fchown", descriptor, 0, 0},
	syscall.SYS_CHOWN:        {"chown", plainPath, 0, 0},
	syscall.SYS_LCHOWN:       {"lchown", plainPath, 0, 0},
	syscall.SYS_FCHOWNAT:     {"fchownat", atFirst, 0, 0},
	syscall.SYS_FCHMOD:       {"fchmod", descriptor, 0, 0},
	syscall.SYS_CHMOD:        {"chmod", plainPath, 0, 0},
	syscall.SYS_FCHMODAT:     {"fchmodat", atFirst, 0, 0},
	452:                      {"fchmodat2", atFirst, 0, 0},
	syscall.SYS_FSETXATTR:    {"fsetxattr", descriptor, 0, 0},
	syscall.SYS_SETXATTR:     {"setxattr", plainPath, 0, 0},
	syscall.SYS_LSETXATTR:    {"lsetxattr", plainPath, 0, 0},
	syscall.SYS_FREMOVEXATTR: {"fremovexattr", descriptor, 0, 0},
	syscall.SYS_IOCTL:        {"ioctl", descriptor, 1, 0x40000000}, // requests that hand data in
	syscall.SYS_UTIMENSAT:    {"utimensat", atFirst, 0, 0},
	syscall.SYS_RENAME:       {"rename", []argument{{-1, 0}, {-1, 1}}, 0, 0},
	syscall.SYS_RENAMEAT:     {"renameat", []argument{{0, 1}, {2, 3}}, 0, 0},
	316:                      {"renameat2", []argument{{0, 1}, {2, 3}}, 0, 0},
	syscall.SYS_LINK:         {"link", []argument{{-1, 0}, {-1, 1}}, 0, 0},
	syscall.SYS_LINKAT:       {"linkat", []argument{{0, 1}, {2, 3}}, 0, 0},
	syscall.SYS_SYMLINK:      {"symlink", []argument{{-1, 1}}, 0, 0},
	syscall.SYS_SYMLINKAT:    {"symlinkat", []argument{{1, 2}}, 0, 0},
	syscall.SYS_UNLINK:       {"unlink", plainPath, 0, 0},
	syscall.SYS_UNLINKAT:     {"unlinkat", atFirst, 0, 0},
	syscall.SYS_RMDIR:        {"rmdir", plainPath, 0, 0},
	syscall.SYS_MKDIR:        {"mkdir", plainPath, 0, 0},
	syscall.SYS_MKDIRAT:      {"mkdirat", atFirst, 0, 0},
	syscall.SYS_FLOCK:        {"flock", descriptor, 0, 0},
}

package main

import (
	"slices"
	"strings"
	"syscall"
	"testing"
)

// errnos are what a disk and its kernel may answer to a write.
var errnos = []syscall.Errno{syscall.ENOSPC, syscall.EROFS, syscall.EIO, syscall.EDQUOT, syscall.EACCES}

// A call that fails once is either told of, with every file as it was, or did not matter.
func TestCallFailsOnce(t *testing.T) {
	m := newRig(t)
	calls := m.writePath(t, m.fixArgs()...)
	each(t, upTo(len(calls)), func(t *testing.T, m *rig, i int) string {
		errno := errnos[i%len(errnos)]
		r, made := trace(t, m.command(t, m.fixArgs()...), m.watched(), func(c call) act {
			if c.n == i {
				return act{errno: errno}
			}
			return act{}
		})
		state := m.endedAsSaid(t, r)
		good := slices.IndexFunc(made, func(c call) bool { return c.name == "unlinkat" }) // the old files go
		if c := made[min(i, len(made))-1]; c.n == i && i <= good && state == "after" && c.name == "fsync" && strings.HasPrefix(c.path, m.root) {
			t.Errorf("%v: %v is ignored", c, errno)
		}
		return state
	})
}

// growing are the calls that need room on the disk.
var growing = []string{"open", "openat", "openat2", "write", "pwrite64", "writev", "mkdirat", "mkdir", "ftruncate", "fallocate", "copy_file_range", "fsetxattr", "link", "linkat"}

// On a disk that is full from some moment on, everything is as it was in the end: to put
// a file back takes no room.
func TestDiskFullFrom(t *testing.T) {
	m := newRig(t)
	each(t, some(len(m.writePath(t, m.fixArgs()...)), 40), func(t *testing.T, m *rig, i int) string {
		r, _ := trace(t, m.command(t, m.fixArgs()...), m.watched(), func(c call) act {
			if c.n >= i && slices.Contains(growing, c.name) && !strings.HasSuffix(c.path, "/lock") {
				return act{errno: syscall.ENOSPC}
			}
			return act{}
		})
		return m.endedAsSaid(t, r)
	})
}

// On a tree that becomes read-only at some moment, as after an error of the disk, nothing
// can be put back: the run says how, and once the tree is writable again the words are
// true and undo does the same.
func TestReadOnlyFrom(t *testing.T) {
	m := newRig(t)
	each(t, some(len(m.writePath(t, m.fixArgs()...)), 40), func(t *testing.T, m *rig, i int) string {
		r, _ := trace(t, m.command(t, m.fixArgs()...), m.watched(), func(c call) act {
			if c.n >= i && c.name != "flock" && strings.HasPrefix(c.path, m.root) {
				return act{errno: syscall.EROFS}
			}
			return act{}
		})
		switch {
		case r.code <= exitFindings && m.outcome(t) != "after":
			// It came when the run was good, and old files could not be removed any more.
			m.wantsWhole(t)
			m.run(t, m.fixArgs()...)
			m.wants(t, "after")
			return "cleared by the next"
		case r.code != exitRestore:
			return m.endedAsSaid(t, r)
		}
		m.wantsWhole(t)
		if i%2 == 0 {
			m.obey(t, r.stderr)
			return "by hand"
		}
		if r := m.run(t, m.undoArgs(t)...); r.code != exitClean {
			t.Errorf("undo exits with %d: %s", r.code, r.stderr)
		}
		m.wants(t, "before")
		return "undone"
	})
}

// A signal at any call ends the run with its code and everything as it was, or comes too
// late to stop it.
func TestSignalled(t *testing.T) {
	m := newRig(t)
	codes := map[syscall.Signal]int{syscall.SIGINT: exitInterrupt, syscall.SIGTERM: exitTerminate, syscall.SIGHUP: 129}
	signals := []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}
	each(t, some(len(m.writePath(t, m.fixArgs()...)), 60), func(t *testing.T, m *rig, i int) string {
		signal := signals[i%len(signals)]
		cmd := m.command(t, m.fixArgs()...)
		r, _ := trace(t, cmd, m.watched(), func(c call) act {
			if c.n == i {
				must(t, syscall.Kill(cmd.Process.Pid, signal))
			}
			return act{}
		})
		switch r.code {
		case codes[signal]:
			// The signal may arrive after the last file is judged, while the run only tells of it.
			m.wants(t, "before", "after")
			state, _, _ := strings.Cut(m.outcome(t), ":")
			return signal.String() + ", " + state
		case exitClean, exitFindings:
			m.wants(t, "after")
			return "too late"
		}
		t.Errorf("%v: exit code %d: %s", signal, r.code, r.stderr)
		return "?"
	})
}

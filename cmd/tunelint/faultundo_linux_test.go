package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// namedRun is where a run is named that can be undone.
var namedRun = regexp.MustCompile("tunelint undo ([^ `'\"\n]+)")

// What a run wrote is what it promised, once; undo takes all of it back, once.
func TestWriteAndUndo(t *testing.T) {
	m := newRig(t)
	m.promised(t)
	if r := m.run(t, m.fixArgs()...); r.code > exitFindings {
		t.Fatalf("exit code %d: %s", r.code, r.stderr)
	}
	m.wants(t, "after")
	written := takeSnapshot(t, m.root)
	m.leaves(t, written, exitFindings, "nothing to change", m.fixArgs()...)
	m.leaves(t, written, exitClean, "", m.undoArgs(t, "--list")...)
	m.leaves(t, written, exitClean, "", m.undoArgs(t, "--dry-run")...)
	m.wantsUndone(t)
	before := takeSnapshot(t, m.root)
	m.leaves(t, before, exitUsage, "nothing to undo", m.undoArgs(t)...)
	if list := m.run(t, m.undoArgs(t, "--list")...); !strings.Contains(list.stdout, "undone") {
		t.Errorf("the list does not say what was undone: %s", list.stdout)
	}
	if r := m.run(t, m.fixArgs()...); r.code > exitFindings {
		t.Errorf("the run after an undo exits with %d: %s", r.code, r.stderr)
	}
	m.wants(t, "after")
	m.leavesNothingOpen(t)
}

// leaves checks that a run ends with a code, says something and changes nothing.
func (m *rig) leaves(t *testing.T, tree snapshot, code int, says string, args ...string) {
	t.Helper()
	r := m.run(t, args...)
	if r.code != code || !strings.Contains(r.stdout+r.stderr, says) {
		t.Errorf("%q exits with %d, want %d and %q: %s%s", args, r.code, code, says, r.stdout, r.stderr)
	}
	if d := tree.differences(takeSnapshot(t, m.root)); len(d) > 0 {
		t.Errorf("%q changed: %v", args, d)
	}
}

// leavesNothingOpen checks that nobody but the owner can look at the state, which holds
// what files of mode 0600 hold.
func (m *rig) leavesNothingOpen(t *testing.T) {
	t.Helper()
	must(t, filepath.WalkDir(m.state, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 && path != m.state {
			t.Errorf("others may use %s: %v", strings.TrimPrefix(path, m.state), info.Mode())
		}
		return err
	}))
}

// What somebody edited since is not undone, nor anything beside it.
func TestUndoAfterEdit(t *testing.T) {
	for _, other := range meddlings() {
		t.Run(other.name, func(t *testing.T) {
			t.Parallel()
			m := newRig(t)
			if r := m.run(t, m.fixArgs()...); r.code > exitFindings {
				t.Fatalf("exit code %d: %s", r.code, r.stderr)
			}
			must(t, other.do(m))
			edited := takeSnapshot(t, m.root)
			if strings.HasPrefix(other.name, "include") {
				return // files that the run did not write
			}
			m.leaves(t, edited, exitRefused, "", m.undoArgs(t)...)
		})
	}
}

// Runs are taken back from the last one; one of which a later one wrote the files again is
// refused.
func TestUndoOrder(t *testing.T) {
	m := newRig(t)
	first := m.run(t, m.fixArgs("--only", "upstream/keepalive-without-http11")...)
	middle := takeSnapshot(t, m.root)
	second := m.run(t, m.fixArgs()...)
	end := takeSnapshot(t, m.root)
	run := namedRun.FindStringSubmatch(first.stdout + first.stderr)
	if run == nil || second.code > exitFindings {
		t.Fatalf("no run is named: %s%s", first.stderr, second.stderr)
	}
	m.leaves(t, end, exitRefused, "", m.undoArgs(t, run[1])...)
	if r := m.run(t, m.undoArgs(t)...); r.code != exitClean {
		t.Errorf("undo exits with %d: %s", r.code, r.stderr)
	}
	if d := middle.differences(takeSnapshot(t, m.root)); len(d) > 0 {
		t.Errorf("the second run is not undone: %v", d)
	}
	if r := m.run(t, m.undoArgs(t, run[1])...); r.code != exitClean {
		t.Errorf("undo exits with %d: %s", r.code, r.stderr)
	}
	m.wants(t, "before")
}

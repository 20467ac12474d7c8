package main

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// writePath returns the calls of a run that nothing disturbs.
func (m *rig) writePath(t testing.TB, args ...string) []call {
	t.Helper()
	r, calls := trace(t, m.command(t, args...), m.watched(), func(call) act { return act{} })
	if r.code > exitFindings || len(calls) == 0 {
		t.Fatalf("the undisturbed run exits with %d after %d calls: %s", r.code, len(calls), r.stderr)
	}
	return calls
}

func (m *rig) watched() []string { return []string{m.root, m.state} }

// killAt runs a command and kills at its n-th call. It reports whether the run came so far.
func (m *rig) killAt(t *testing.T, n int, k killed, args ...string) bool {
	t.Helper()
	_, calls := trace(t, m.command(t, args...), m.watched(), func(c call) act {
		if c.n == n {
			return act{kill: k}
		}
		return act{}
	})
	return len(calls) >= n
}

// Killed at any call that changes something, the program leaves a tree that its guard
// puts back, and the guard leaves nothing behind.
func TestKilledProgram(t *testing.T) {
	m := newRig(t)
	each(t, upTo(len(m.writePath(t, m.fixArgs()...))), func(t *testing.T, m *rig, i int) string {
		m.killAt(t, i, killProgram, m.fixArgs()...)
		m.wants(t, "before", "after")
		return m.settled(t)
	})
}

// settled says what a run left that is over, and that the next one goes on from there,
// if need be after an undo of the run, which says so.
func (m *rig) settled(t *testing.T) string {
	t.Helper()
	state, _, _ := strings.Cut(m.outcome(t), ":")
	r := m.run(t, m.fixArgs()...)
	if run := namedRun.FindStringSubmatch(r.stderr); r.code == exitRefused && run != nil {
		state += ", to be undone"
		if r := m.run(t, m.undoArgs(t, run[1])...); r.code != exitClean {
			t.Errorf("undo exits with %d: %s", r.code, r.stderr)
		}
		m.wants(t, "before")
		r = m.run(t, m.fixArgs()...)
	}
	if r.code > exitFindings {
		t.Errorf("the next run exits with %d: %s", r.code, r.stderr)
	}
	m.wants(t, "after")
	return state
}

// What a power cut leaves is whole: each file is old or new. The next run refuses to
// write on top of it, and undo puts everything back.
func TestKilledAll(t *testing.T) {
	m := newRig(t)
	each(t, upTo(len(m.writePath(t, m.fixArgs()...))), func(t *testing.T, m *rig, i int) string {
		m.powerCut(t, i, m.fixArgs()...)
		return m.recovered(t)
	})
}

// Also of a file that is written in place, whose bytes a power cut may tear.
func TestKilledInPlace(t *testing.T) {
	m := newLinkedRig(t)
	n := len(m.writePath(t, m.fixArgs()...))
	eachOf(t, newLinkedRig, upTo(n), func(t *testing.T, m *rig, i int) string {
		if i%2 == 0 {
			m.killAt(t, i, killProgram, m.fixArgs()...)
			m.wants(t, "before", "after")
			return m.settled(t)
		}
		m.powerCut(t, i, m.fixArgs()...)
		return m.recovered(t)
	})
}

// powerCut kills everything at the n-th call of a command and takes from the files what
// was not synced by then.
func (m *rig) powerCut(t *testing.T, n int, args ...string) {
	t.Helper()
	unsynced := map[uint64]bool{}
	trace(t, m.command(t, args...), m.watched(), func(c call) act {
		switch {
		case c.n == n:
			return act{kill: killAll}
		case c.n > n:
		case c.name == "write" || c.name == "pwrite64":
			unsynced[c.node] = true
		case c.name == "fsync" || c.name == "fdatasync":
			delete(unsynced, c.node)
		}
		return act{}
	})
	for _, folder := range m.watched() {
		_ = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && unsynced[inode(t, path)] {
				must(t, os.WriteFile(path, m.survives(path), 0o600)) // the mode stays
			}
			return nil
		})
	}
}

// survives is what a power cut may leave of a file that was not synced: nothing of a new
// one; the old bytes of one that was written over, with nothing in what was added.
func (m *rig) survives(path string) []byte {
	name, _ := filepath.Rel(m.root, path)
	info, err := os.Stat(path)
	if err != nil || !slices.Contains(m.inPlace, name) {
		return nil
	}
	out := make([]byte, max(info.Size(), int64(len(m.before[name].text))))
	copy(out, m.before[name].text)
	return out
}

// recovered checks what a power cut left and puts it back.
func (m *rig) recovered(t *testing.T) string {
	t.Helper()
	m.wantsWhole(t)
	state := m.outcome(t)
	if strings.Contains(state, " but") {
		state = "half"
	}
	left := takeSnapshot(t, m.root)
	r := m.run(t, m.fixArgs()...)
	run := namedRun.FindStringSubmatch(r.stderr)
	switch {
	case r.code <= exitFindings && m.outcome(t) == "after":
		return state + ", written"
	case state == "half" && (r.code != exitRefused || run == nil):
		t.Errorf("after a power cut the next run exits with %d and does not name the run: %s", r.code, r.stderr)
		return state
	case r.code > exitFindings && run == nil:
		t.Errorf("the next run exits with %d: %s", r.code, r.stderr)
		return state
	case r.code <= exitFindings:
		m.wants(t, "after")
		return state
	}
	if d := left.differences(takeSnapshot(t, m.root)); len(d) > 0 {
		t.Errorf("the run that refused changed: %s", strings.Join(d, "\n\t"))
	}
	if r := m.run(t, "undo", run[1], "--backup-dir", m.state); r.code != exitClean {
		t.Errorf("undo exits with %d: %s", r.code, r.stderr)
	}
	m.wants(t, "before")
	return state + ", undone"
}

// wantsWhole fails the test if a file is neither old nor new, or if anything lies in the
// tree that an include may read.
func (m *rig) wantsWhole(t *testing.T) {
	t.Helper()
	now := takeSnapshot(t, m.root)
	for name, was := range m.before {
		e, ok := now[name]
		if !ok {
			t.Errorf("%s is missing", name)
			continue
		}
		is := e
		is.text, is.modified = was.text, was.modified
		torn := !slices.Contains(m.inPlace, name) && e.text != was.text && e.text != m.after[name].text
		if d := was.differences(is); len(d) > 0 || torn {
			t.Errorf("%s is neither old nor new: %v, %.200q", name, d, e.text)
		}
	}
	for name, e := range now {
		_, old := m.before[name]
		promised, expected := m.after[name]
		switch {
		case old || strings.HasPrefix(filepath.Base(name), ".tunelint-"):
		case !expected || e.text != promised.text:
			t.Errorf("%s is left: %.200q", name, e.text)
		}
	}
}

// Also where the guard dies while it puts back, or a later undo while it does, the next
// undo ends the work.
func TestKilledTwice(t *testing.T) {
	m := newRig(t)
	n := len(m.writePath(t, m.fixArgs()...))
	each(t, upTo(moments(t, 40)), func(t *testing.T, m *rig, i int) string {
		random := rand.New(rand.NewPCG(7, uint64(i)))
		at, later := 1+random.IntN(n), 1+random.IntN(n)
		m.killThenGuard(t, at, later)
		r := m.run(t, m.fixArgs()...)
		run := namedRun.FindStringSubmatch(r.stderr)
		if run != nil && m.killAt(t, 1+later/2, killAll, "undo", run[1], "--backup-dir", m.state) {
			return "undo killed: " + m.recovered(t)
		}
		return m.recovered(t)
	})
}

// killThenGuard kills the program at a call and its guard some calls later.
func (m *rig) killThenGuard(t *testing.T, at, later int) {
	t.Helper()
	trace(t, m.command(t, m.fixArgs()...), m.watched(), func(c call) act {
		switch c.n {
		case at:
			return act{kill: killProgram}
		case at + later:
			return act{kill: killAll}
		}
		return act{}
	})
}

// Killed at any call, undo leaves what the next undo puts back.
func TestKilledUndo(t *testing.T) {
	m := newRig(t)
	m.run(t, m.fixArgs()...)
	each(t, upTo(len(m.writePath(t, m.undoArgs(t)...))), func(t *testing.T, m *rig, i int) string {
		m.run(t, m.fixArgs()...)
		undo := m.undoArgs(t)
		m.powerCut(t, i, undo...)
		m.wantsWhole(t)
		state, _, _ := strings.Cut(m.outcome(t), ":")
		if r := m.run(t, undo...); r.code != exitClean && state != "before" {
			t.Errorf("undo after %s exits with %d: %s", state, r.code, r.stderr)
		}
		m.wants(t, "before")
		return state
	})
}

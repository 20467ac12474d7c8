package main

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Of two runs at once one writes; the other says that it cannot, or finds nothing left to
// do. It makes no difference where they keep their state and whose they are.
func TestTwoAtOnce(t *testing.T) {
	for name, second := range map[string]struct {
		state string
		uid   uint32
	}{
		"same state":   {"state", 0},
		"other state":  {"other", 0},
		"another user": {"other", 1234},
	} {
		t.Run(name, func(t *testing.T) {
			if second.uid != 0 {
				needRoot(t)
			}
			m := newRig(t)
			promised := m.promised(t)
			var outcomes tally
			for range moments(t, 10) {
				m.build(t)
				m.after = m.redated(promised)
				outcomes.add(m.twoAtOnce(t, filepath.Join(m.dir, second.state), second.uid))
			}
			t.Log(outcomes.of)
		})
	}
}

// twoAtOnce runs two writes and returns how they ended.
func (m *rig) twoAtOnce(t *testing.T, state string, uid uint32) string {
	t.Helper()
	first, second := m.command(t, m.fixArgs()...), m.command(t, append(m.fixArgs(), "--backup-dir", state)...)
	if uid != 0 {
		second.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	}
	endOfFirst, endOfSecond := start(t, first), start(t, second)
	a, b := endOfFirst(), endOfSecond()
	m.wants(t, "after")
	out := []string{a.ended(t), b.ended(t)}
	if strings.Contains(out[0], "refused") && strings.Contains(out[1], "refused") {
		t.Errorf("both refused: %s%s", a.stderr, b.stderr)
	}
	return strings.Join(out, " and ")
}

// ended says how one of two runs ended, in a word.
func (r ran) ended(t *testing.T) string {
	t.Helper()
	switch {
	case r.code <= exitFindings && strings.Contains(r.stderr, "nothing to change"):
		return "nothing to do"
	case r.code <= exitFindings:
		return "written"
	case r.code == exitRefused && strings.Contains(r.stderr, "another"):
		return "refused: busy"
	case r.code == exitRefused:
		return "refused"
	}
	t.Errorf("exit code %d: %s", r.code, r.stderr)
	return "?"
}

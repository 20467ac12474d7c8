package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What another program does to the tree at any moment of a run stays, nothing is written
// anywhere else, and the rest is as the exit code says.
func TestMeddled(t *testing.T) {
	m := newRig(t)
	n := len(m.writePath(t, m.fixArgs()...))
	for _, other := range meddlings() {
		t.Run(other.name, func(t *testing.T) {
			each(t, some(n, 15), func(t *testing.T, m *rig, i int) string { return m.meddled(t, other, i) })
		})
	}
}

// meddled runs a write into which another program comes at the i-th call.
func (m *rig) meddled(t *testing.T, other meddling, i int) string {
	t.Helper()
	must(t, os.RemoveAll(filepath.Join(m.dir, "elsewhere")))
	var theirTree, theirElsewhere snapshot
	first := true // they come before the run wrote what they touch
	r, _ := trace(t, m.command(t, m.fixArgs()...), m.watched(), func(c call) act {
		if c.n == i {
			for _, name := range other.touched {
				first = first && len(m.stays(name, m.before, takeSnapshot(t, m.root))) == 0
			}
			must(t, other.do(m))
			theirTree = takeSnapshot(t, m.root)
			theirElsewhere = elsewhere(t, m)
		}
		return act{}
	})
	if theirTree == nil {
		return "not reached"
	}
	for _, name := range other.touched {
		if d := m.stays(name, theirTree, takeSnapshot(t, m.root)); len(d) > 0 {
			t.Errorf("at call %d, exit code %d, what the other program made is lost: %v\n%s", i, r.code, d, r.stderr)
		}
	}
	if d := m.wrote(theirElsewhere, elsewhere(t, m)); len(d) > 0 {
		t.Errorf("at call %d, exit code %d, something is written elsewhere: %v\n%s", i, r.code, d, r.stderr)
	}
	state := m.rest(t, other.touched)
	wants := map[int]string{exitClean: "after", exitFindings: "after", exitRefused: "before"}
	if first && r.code == exitRestore {
		t.Errorf("at call %d, exit code %d, though what they changed was never written: %s", i, r.code, r.stderr)
	}
	if want := wants[r.code]; want != "" && !strings.Contains(state, want) {
		t.Errorf("at call %d, exit code %d, the rest is %s\n%s", i, r.code, state, r.stderr)
	} else if r.code > exitRestore || r.code < 0 {
		t.Errorf("at call %d, exit code %d: %s", i, r.code, r.stderr)
	}
	return fmt.Sprint("code ", r.code)
}

// elsewhere is what lies beside the tree, which no run writes. Nothing is there at first.
func elsewhere(t *testing.T, m *rig) snapshot {
	t.Helper()
	path := filepath.Join(m.dir, "elsewhere")
	if _, err := os.Lstat(path); err != nil {
		return snapshot{}
	}
	return takeSnapshot(t, path)
}

// wrote says what was written where nothing may be. A file that a folder took with it may
// be put back there.
func (m *rig) wrote(was, now snapshot) []string {
	var out []string
	for name, e := range now {
		old, ok := was[name]
		original := m.before[filepath.Join(confFolder, name)]
		if !ok {
			out = append(out, name+" is new")
		} else if old.text != e.text && original.text != e.text {
			out = append(out, name+" changed")
		}
	}
	return out
}

// stays says what became of a name that another program touched. A file that it removed
// may be put back by a run that fails.
func (m *rig) stays(name string, then, now snapshot) []string {
	was, ok := then[name]
	is, still := now[name]
	switch {
	case name == confFolder && ok && still && was.mode == is.mode:
		return m.stays(apiFile, then, now) // with what is in it
	case !ok && still && is.mode.IsRegular() && is.text == m.before[name].text:
		return nil
	case ok != still:
		return []string{fmt.Sprintf("%s: there %v, then %v", name, still, ok)}
	case ok && was.mode.IsRegular() && was.text != is.text, was.mode.Type() != is.mode.Type():
		return was.differences(is)
	}
	return nil
}

// rest says whether the files that nobody else touched are as before, as after, or both.
func (m *rig) rest(t *testing.T, touched []string) string {
	t.Helper()
	now := takeSnapshot(t, m.root)
	is := func(want snapshot) []string {
		var out []string
		for _, d := range want.differences(now) {
			name, _, _ := strings.Cut(strings.ReplaceAll(d, " ", ":"), ":")
			mine := func(n string) bool { return name == n || strings.HasPrefix(name, n+"/") }
			if !slices.ContainsFunc(append(touched, "etc/sysctl.d"), mine) {
				out = append(out, d)
			}
		}
		return out
	}
	before, after := is(m.before), is(m.after)
	switch {
	case len(before) == 0 && len(after) == 0:
		return "before, after"
	case len(before) == 0:
		return "before"
	case len(after) == 0:
		return "after"
	}
	return fmt.Sprintf("neither old (%v) nor new (%v)", before, after)
}

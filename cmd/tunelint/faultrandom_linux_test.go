package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Killed at any moment, between system calls or within one, by signal or for good, the
// program leaves the tree as it was or as in the diff.
func TestKilledAtRandom(t *testing.T) {
	m := newRig(t)
	m.promised(t)
	began := time.Now()
	m.run(t, m.fixArgs()...)
	usual := time.Since(began)
	each(t, upTo(moments(t, 100)), func(t *testing.T, m *rig, i int) string {
		random := rand.New(rand.NewPCG(13, uint64(i)))
		cmd := m.command(t, m.fixArgs()...)
		end := start(t, cmd)
		waitUntilWriting(m, usual)
		time.Sleep(time.Duration(random.Int64N(int64(usual))))
		_ = cmd.Process.Signal(syscall.SIGKILL) // it may be over
		r := end()
		m.waitForGuard(t)
		state, _, _ := strings.Cut(m.outcome(t), ":")
		m.wants(t, "before", "after")
		if r.code >= 0 {
			return "too late"
		}
		return "killed, " + state
	})
}

// waitUntilWriting waits for the first sign of a run that writes, for a while.
func waitUntilWriting(m *rig, longest time.Duration) {
	for end := time.Now().Add(longest); time.Now().Before(end); time.Sleep(100 * time.Microsecond) {
		if _, err := os.Stat(m.state); err == nil {
			return
		}
	}
}

// waitForGuard waits until nobody holds the lock any more.
func (m *rig) waitForGuard(t *testing.T) {
	t.Helper()
	f, err := os.Open(filepath.Join(m.state, "lock"))
	if os.IsNotExist(err) {
		return
	}
	must(t, err)
	defer f.Close()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			return
		}
	}
	t.Error("the guard holds the lock for ever")
}

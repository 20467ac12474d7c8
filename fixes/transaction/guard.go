package transaction

import (
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// guardName is the first argument of a process that is a guard.
const guardName = "guard-of-a-run"

// released is what the guard reads when it is not needed any more.
const released = "released"

// A guard is a process that waits while files are written. When its pipe closes
// without a word, the writing process is dead, and the guard puts everything back.
// It holds the locks too, so that nobody comes in between.
type guard struct {
	cmd  *exec.Cmd
	pipe io.WriteCloser
}

// startGuard starts this very program as the guard of a run. It gets a session of its
// own: what ends the terminal or the job does not end it.
func startGuard(r *Run, locks []*os.File) (*guard, error) {
	cmd := exec.Command("/proc/self/exe")
	if _, err := os.Stat(cmd.Path); err != nil {
		if cmd.Path, err = os.Executable(); err != nil {
			return nil, err
		}
	}
	cmd.Args = []string{os.Args[0], guardName, r.path}
	cmd.Dir = "/"
	cmd.ExtraFiles = locks
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	return &guard{cmd, pipe}, cmd.Start()
}

// release ends the guard: the run is over, and its manifest says how. Without a guard
// it does nothing.
func (g *guard) release() error {
	if g == nil {
		return nil
	}
	_, _ = io.WriteString(g.pipe, released) // a guard that is gone needs no word
	_ = g.pipe.Close()
	_ = g.cmd.Wait()
	return nil
}

// Enter is to be called first by every program that uses this package: in the process
// that is the guard of a run it does not return. Elsewhere it does at once.
func Enter() {
	if len(os.Args) != 3 || os.Args[1] != guardName {
		return
	}
	signal.Ignore(syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGPIPE)
	if word, _ := io.ReadAll(os.Stdin); string(word) != released {
		takeOver(os.Args[2])
	}
	os.Exit(0)
}

// takeOver puts everything back. What does not succeed stays recorded as unfinished
// for the next run to tell.
func takeOver(path string) {
	r, err := readRun(path)
	if err != nil {
		return
	}
	switch r.State {
	case Kept:
		err = r.finish()
	case Writing:
		err = r.restoreAs(RolledBack)
	case Undoing:
		err = r.restoreAs(Undone)
	}
	switch {
	case err != nil:
		_ = r.record(time.Now(), "tunelint died; "+err.Error())
	case r.Temporary:
		_ = os.RemoveAll(filepath.Dir(r.path))
	case r.State == RolledBack:
		_ = os.RemoveAll(r.path)
	}
}

// restoreAs puts everything back and records the state that this leads to.
func (r *Run) restoreAs(state string) error {
	if lost := r.restore(); lost != nil {
		return lost
	}
	if err := r.enter(state); err != nil {
		return err
	}
	_ = r.record(time.Now(), "tunelint died and its guard put everything back")
	return nil
}

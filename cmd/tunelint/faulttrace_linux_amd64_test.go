package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// An act is what becomes of a call.
type act struct {
	kill  killed
	errno syscall.Errno // the call is not made and fails; 0 to let it be
}

type killed int

const (
	killNothing killed = iota
	killProgram        // the program alone
	killAll            // also what it started: what a power cut leaves
)

// A tracer runs a program with all its threads and children under ptrace(2).
type tracer struct {
	watched []string
	step    func(c call) act
	calls   []call

	mu      sync.Mutex
	leaders map[int]bool // processes that live
	main    int
	seen    map[int]bool
	late    atomic.Bool
}

// longestTrace bounds a traced run.
const longestTrace = 60 * time.Second

// trace runs a command to the end of all that it starts, and shows step every call that
// changes something below the folders.
func trace(t testing.TB, cmd *exec.Cmd, folders []string, step func(c call) act) (ran, []call) {
	t.Helper()
	tr := &tracer{watched: folders, step: step, leaders: map[int]bool{}, seen: map[int]bool{}}
	out, err := os.CreateTemp("", "stdout")
	must(t, err)
	defer os.Remove(out.Name())
	defer out.Close()
	problems, err := os.CreateTemp("", "stderr")
	must(t, err)
	defer os.Remove(problems.Name())
	defer problems.Close()
	cmd.Stdout, cmd.Stderr = out, problems    // files, which nobody has to read meanwhile
	cmd.Env = append(cmd.Env, "GOMAXPROCS=1") // a third of the calls
	var status syscall.WaitStatus
	onChildlessThread(func() { status, err = tr.run(cmd) })
	must(t, err)
	if tr.late.Load() {
		t.Fatalf("the program did not end in %v", longestTrace)
	}
	return ran{status.ExitStatus(), slurp(t, out), slurp(t, problems)}, tr.calls
}

// onChildlessThread runs f on a thread of its own that started no process before: the
// thread that starts a tracee is its tracer, and what it waits for must all be f's.
func onChildlessThread(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		if children, err := os.ReadFile("/proc/thread-self/children"); err == nil && len(children) > 0 {
			onChildlessThread(f)
			return
		}
		f()
	}()
	<-done
}

func slurp(t testing.TB, f *os.File) string {
	t.Helper()
	var b bytes.Buffer
	_, err := f.Seek(0, 0)
	must(t, err)
	_, err = b.ReadFrom(f)
	must(t, err)
	return b.String()
}

const (
	traceOptions = syscall.PTRACE_O_TRACECLONE | syscall.PTRACE_O_TRACEFORK | syscall.PTRACE_O_TRACEVFORK | syscall.PTRACE_O_TRACEEXEC |
		0x80 /* TRACESECCOMP */ | 0x100000 /* EXITKILL */
	wallThread   = syscall.WALL | 0x20000000 // __WNOTHREAD: other threads' children are not ours
	seccompEvent = 7
	unmadeCall   = ^uint64(0)
)

func (tr *tracer) run(cmd *exec.Cmd) (result syscall.WaitStatus, err error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Ptrace = true
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	tr.main = cmd.Process.Pid
	defer cmd.Process.Release()
	tr.leaders[tr.main] = true
	defer time.AfterFunc(longestTrace, func() { tr.late.Store(true); tr.kill(killAll) }).Stop()
	if err := tr.begin(tr.main); err != nil {
		tr.kill(killAll)
		return 0, err
	}
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, wallThread, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.ECHILD):
			return result, nil
		case err != nil:
			return result, err
		case status.Exited() || status.Signaled():
			if pid == tr.main {
				result = status
			}
			tr.mu.Lock()
			delete(tr.leaders, pid)
			tr.mu.Unlock()
		default:
			_ = syscall.PtraceCont(pid, tr.stopped(pid, status)) // it may have been killed meanwhile
		}
	}
}

// begin takes over a program that waits at its first instruction.
func (tr *tracer) begin(pid int) error {
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &status, syscall.WALL, nil); err != nil {
		return err
	}
	tr.seen[pid] = true
	if err := syscall.PtraceSetOptions(pid, traceOptions); err != nil {
		return err
	}
	if err := sift(pid); err != nil {
		return err
	}
	return syscall.PtraceCont(pid, 0)
}

// stopped handles a stop and returns the signal to go on with.
func (tr *tracer) stopped(pid int, status syscall.WaitStatus) int {
	if !tr.seen[pid] {
		tr.seen[pid] = true
		if leader(pid) == pid {
			tr.mu.Lock()
			tr.leaders[pid] = true
			tr.mu.Unlock()
		}
		if status.StopSignal() == syscall.SIGSTOP {
			return 0 // how a traced child begins
		}
	}
	switch signal := status.StopSignal(); {
	case signal != syscall.SIGTRAP:
		return int(signal)
	case status.TrapCause() == seccompEvent:
		tr.inCall(pid)
	}
	return 0
}

// leader returns the process that a thread belongs to.
func leader(pid int) int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, _ := strings.Cut(string(text), "\nTgid:")
	line, _, _ := strings.Cut(rest, "\n")
	n, _ := strconv.Atoi(strings.TrimSpace(line))
	return n
}

// inCall shows a call that is about to be made, and makes it fail or lets it be.
func (tr *tracer) inCall(pid int) {
	var r syscall.PtraceRegs
	if syscall.PtraceGetRegs(pid, &r) != nil {
		return // killed
	}
	c, ok := tr.read(pid, &r)
	if !ok {
		return
	}
	tr.calls = append(tr.calls, c)
	act := tr.step(c)
	if act.errno != 0 {
		r.Orig_rax, r.Rax = unmadeCall, uint64(-int64(act.errno))
		_ = syscall.PtraceSetRegs(pid, &r)
	}
	tr.kill(act.kill)
}

func (tr *tracer) kill(k killed) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	for pid := range tr.leaders {
		if k == killAll || k == killProgram && pid == tr.main {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// The tracer sees the calls of a program and of its children, makes them fail and kills
// at them.
func TestTracer(t *testing.T) {
	script := "mkdir one; (echo x >one/two) || echo failed; echo end >one/three"
	run := func(step func(c call) act) (ran, []call, string) {
		dir := quickFolder(t)
		cmd := exec.Command("sh", "-c", script)
		cmd.Dir = dir
		r, calls := trace(t, cmd, []string{dir}, step)
		return r, calls, dir
	}
	r, calls, dir := run(func(call) act { return act{} })
	var names []string
	for _, c := range calls {
		names = append(names, c.name+strings.TrimPrefix(c.path, dir))
	}
	const want = "mkdir/one openat/one/two write/one/two openat/one/three write/one/three"
	if got := strings.Join(names, " "); r.code != 0 || got != want {
		t.Errorf("exit code %d, calls %s, want %s", r.code, got, want)
	}
	r, _, dir = run(func(c call) act {
		if c.n == 2 {
			return act{errno: syscall.ENOSPC}
		}
		return act{}
	})
	if _, err := os.Stat(dir + "/one/two"); err == nil || r.stdout != "failed\n" {
		t.Errorf("a call that shall fail: %v, %q %q", err, r.stdout, r.stderr)
	}
	r, calls, dir = run(func(c call) act { return act{kill: map[bool]killed{true: killAll}[c.n == 4]} })
	if _, err := os.Stat(dir + "/one/three"); err == nil || len(calls) != 4 || r.code != -1 {
		t.Errorf("killed at the fourth call: %v, %v, exit code %d", err, calls, r.code)
	}
}

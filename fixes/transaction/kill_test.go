package transaction

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// victimVariable makes the test binary a process that writes a tree and is killed at
// a call: "DIR CALL HOW", where HOW is "guarded" or "alone". Call 0 is none.
const victimVariable = "TUNELINT_VICTIM"

// killsVariable says at how many random moments processes are killed.
const killsVariable = "TUNELINT_KILLS"

// victim reports whether this process is one, and has done its work.
func victim() bool {
	var dir, how string
	var fatal int
	if n, _ := fmt.Sscan(os.Getenv(victimVariable), &dir, &fatal, &how); n != 3 {
		return false
	}
	tr := treeAt(dir)
	if err := tr.open(); err != nil {
		panic(err)
	}
	calls := 0
	var tx *Transaction
	hook := func(string) error {
		if calls++; calls == fatal {
			if how == "alone" && tx != nil && tx.guard != nil {
				_ = tx.guard.cmd.Process.Kill()
			}
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		return nil
	}
	err := error(ErrBusy) // the guard of the one before lets go of one lock after the other
	for end := time.Now().Add(20 * time.Second); errors.Is(err, ErrBusy) && time.Now().Before(end); time.Sleep(time.Millisecond) {
		calls = 0
		tx, err = begin(OpenFolder(tr.state), tr.changes, hook)
	}
	if err != nil {
		panic(err)
	}
	fmt.Println("writing")
	if err := tr.write(tx); err != nil {
		panic(err)
	}
	fmt.Println(calls)
	return true
}

// start starts a victim and returns what it says.
func (tr *tree) start(t *testing.T, call int, how string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d %s", victimVariable, filepath.Dir(tr.dir), call, how))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// mustDie waits for the end of a victim, which is to be a violent one.
func mustDie(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() >= 0 {
		t.Fatalf("it was not killed: %v", err)
	}
}

// await waits until no guard holds the lock any more.
func (tr *tree) await(t *testing.T) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(tr.state, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for end := time.Now().Add(20 * time.Second); syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the guard does not come to an end")
		}
	}
}

// wholeOrUndo makes sure that the tree is as before or as after, and ends as before.
// It reports whether it was as after.
func (tr *tree) wholeOrUndo(t *testing.T, when string) bool {
	t.Helper()
	if !tr.isAfter(t) {
		tr.mustBeBefore(t, when)
		return false
	}
	tr.mustUndo(t)
	return true
}

// calls returns how many calls a run makes that nobody kills.
func (tr *tree) calls(t *testing.T) int {
	t.Helper()
	cmd, out := tr.start(t, 0, "guarded")
	last := ""
	for out.Scan() {
		last = out.Text()
	}
	n, err := strconv.Atoi(last)
	if failed := cmd.Wait(); failed != nil || err != nil || n < 20 {
		t.Fatalf("%v, %v: %q", failed, err, last)
	}
	tr.mustUndo(t)
	return n
}

// A process that is killed at any of its calls leaves everything as it was, thanks to
// the guard.
func TestKilled(t *testing.T) {
	tr := newTree(t, quickFolder(t))
	n := tr.calls(t)
	for call := 1; call <= n; call++ {
		cmd, _ := tr.start(t, call, "guarded")
		mustDie(t, cmd)
		tr.await(t)
		tr.wholeOrUndo(t, fmt.Sprintf("call %d of %d", call, n))
	}
	t.Logf("%d calls", n)
}

// Where the guard dies too, every file is old or new, the next run refuses, and an
// undo puts everything back.
func TestKilledWithItsGuard(t *testing.T) {
	tr := newTree(t, quickFolder(t))
	n := tr.calls(t)
	unfinished := 0
	for call := 1; call <= n; call++ {
		cmd, _ := tr.start(t, call, "alone")
		mustDie(t, cmd)
		tr.await(t)
		unfinished += tr.mustMend(t, fmt.Sprintf("call %d of %d", call, n))
	}
	if unfinished < n/5 {
		t.Errorf("only %d of %d runs were cut off", unfinished, n)
	}
}

// mustMend fails unless every file is old or new and what was cut off can be undone.
// It returns how many runs were.
func (tr *tree) mustMend(t *testing.T, when string) int {
	t.Helper()
	for _, c := range tr.changes {
		text, err := os.ReadFile(c.File.Path)
		inPlace := strings.HasSuffix(c.File.Path, "90.conf")
		if now := string(text); err == nil && now != c.Text && now != c.File.Text && !inPlace || err != nil && !c.Created() {
			t.Fatalf("%s: %s is neither old nor new: %v", when, c.File.Path, err)
		}
	}
	folder := OpenFolder(tr.state)
	err := folder.Unfinished()
	if err == nil {
		tr.wholeOrUndo(t, when)
		return 0
	}
	if cut := new(ErrUnfinished); !errors.As(err, &cut) {
		t.Fatalf("%s: %v", when, err)
	}
	if _, err := Begin(folder, tr.changes); err == nil {
		t.Fatalf("%s: a new run over one that was cut off", when)
	}
	tr.mustUndo(t)
	return 1
}

// Processes are killed at random moments. TUNELINT_KILLS says how many.
func TestKilledAtRandom(t *testing.T) {
	kills := 100
	if n, err := strconv.Atoi(os.Getenv(killsVariable)); err == nil {
		kills = n
	}
	tr := newTree(t, quickFolder(t))
	tr.calls(t)
	random := rand.New(rand.NewPCG(1, 2))
	before, after := 0, 0
	for range kills {
		cmd, out := tr.start(t, 0, "guarded")
		out.Scan()
		delay := time.Duration(random.IntN(25)) * time.Millisecond
		time.Sleep(delay + time.Duration(random.IntN(1000))*time.Microsecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		tr.await(t)
		if tr.wholeOrUndo(t, "killed after "+delay.String()) {
			after++
		} else {
			before++
		}
	}
	t.Logf("killed %d times: %d as before, %d as after", kills, before, after)
}

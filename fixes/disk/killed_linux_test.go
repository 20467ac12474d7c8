package disk

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// childVariable makes the test program take one course and die on the way.
const childVariable = "TUNELINT_DISK_CHILD"

// A childTask is a course in a situation. Before the call of number Last the process
// kills itself; 0 is never.
type childTask struct {
	Situation, Path string
	Course          course
	Last            int
}

func TestMain(m *testing.M) {
	if task := os.Getenv(childVariable); task != "" {
		if err := runChild(task); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func runChild(text string) error {
	var task childTask
	if err := json.Unmarshal([]byte(text), &task); err != nil {
		return err
	}
	fmt.Println("go")
	r := named(task.Situation).run(task.Path, task.Course, func(n int, _ string) error {
		if n == task.Last {
			_ = unix.Kill(os.Getpid(), unix.SIGKILL)
			select {}
		}
		return nil
	})
	return errorsOf(r)
}

func errorsOf(r result) error {
	if len(r.errs) > 0 {
		return r.errs[0]
	}
	return nil
}

func named(name string) situation {
	all := situations()
	return all[slices.IndexFunc(all, func(s situation) bool { return s.name == name })]
}

// recover does what a later run does for a file whose process died, and brings it
// back. It knows the texts as a later run knows their sums.
func (s situation) recover(t testing.TB, path string) {
	t.Helper()
	f, err := open(path, system{}, caller{sudo: 1234})
	must(t, err)
	left, err := f.Leftover(temporary)
	must(t, err)
	written := f.Exists() && f.State().Sum == Sum(s.new)
	switch {
	case s.removal && !f.Exists() && left == Sum(s.old), !s.created && written && left == Sum(s.old):
		err = f.SwapBack(temporary)
	case s.created && written:
		must(t, f.Discard(temporary))
		must(t, f.StageRemoval(temporary), f.Commit())
		err = f.Finish()
	}
	must(t, err, f.Discard(temporary))
	if s.created {
		for folder := filepath.Dir(s.fileName()); folder != "."; folder = filepath.Dir(folder) {
			must(t, RemoveFolder(filepath.Join(strings.TrimSuffix(path, s.fileName()), folder)))
		}
	}
	must(t, f.Close())
}

// checkKilled looks at what a process left, lets it recover, and looks again. before
// is the tree as it was. Only where Finish had begun to remove the old file the new
// one may stay.
func (s situation) checkKilled(t *testing.T, path string, before map[string]entry, c course) {
	t.Helper()
	now, err := os.ReadFile(path)
	whole := err == nil && (string(now) == s.new || string(now) == s.old) || os.IsNotExist(err) && (s.created || s.removal)
	if !whole {
		t.Errorf("the file holds %.40q, %v", now, err)
	}
	folder := strings.TrimSuffix(path, "/"+s.fileName())
	kept := strings.Contains(names(t, filepath.Dir(folder)+"/nginx"), temporary)
	finished := c == finish && !kept && !s.created && (string(now) == s.new || s.removal && os.IsNotExist(err))
	s.recover(t, path)
	r := result{failed: !finished}
	s.check(t, before, snapshot(t, folder), c, r)
}

// TestDies stops every course in every situation before every system call, for good,
// and recovers.
func TestDies(t *testing.T) {
	needRoot(t)
	folder, deaths := fastFolder(t), 0
	for _, s := range situations() {
		if s.inPlace || s.name == "large" { // in place only a backup helps
			continue
		}
		for c := range rollBack + 1 {
			t.Run(fmt.Sprintf("%s/%d", s.name, c), func(t *testing.T) {
				for n, more := 1, true; more && !t.Failed(); n++ {
					path := s.begin(t, folder)
					before := snapshot(t, folder)
					if more = s.diesBefore(path, c, n); more {
						s.checkKilled(t, path, before, c)
						deaths++
					}
				}
			})
		}
	}
	t.Logf("%d deaths", deaths)
}

// diesBefore reports whether there was an n-th call.
func (s situation) diesBefore(path string, c course, n int) (died bool) {
	type death struct{}
	defer func() {
		r := recover()
		if _, died = r.(death); r != nil && !died {
			panic(r)
		}
	}()
	s.run(path, c, func(at int, _ string) error {
		if at == n {
			panic(death{})
		}
		return nil
	})
	return false
}

// start starts a child and waits until it begins.
func (s situation) start(t testing.TB, path string, c course, last int) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	task, err := json.Marshal(childTask{s.name, path, c, last})
	must(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childVariable+"="+string(task))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err, cmd.Start())
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "go\n" {
		t.Fatalf("the child says %q, %v", line, err)
	}
	return cmd
}

// TestKilledAtCalls kills a process before each of its system calls.
func TestKilledAtCalls(t *testing.T) {
	needRoot(t)
	folder, s := fastFolder(t), named("plain")
	n := 1
	for died := true; died && !t.Failed(); n++ {
		path := s.begin(t, folder)
		before := snapshot(t, folder)
		if died = s.start(t, path, finish, n).Wait() != nil; died {
			s.checkKilled(t, path, before, finish)
		}
	}
	if n < 50 {
		t.Errorf("killed at %d calls", n)
	}
}

// TestKilled kills processes at random moments, also in the midst of a system call;
// TUNELINT_KILLS says how often.
func TestKilled(t *testing.T) {
	needRoot(t)
	kills, err := strconv.Atoi(os.Getenv("TUNELINT_KILLS"))
	if err != nil {
		kills = 60
	}
	random := rand.New(rand.NewPCG(7, 8))
	folder, early := fastFolder(t), 0
	list := []string{"large", "created in new folders", "removed", "access list"}
	for i := range kills {
		s, c := named(list[i%len(list)]), course(random.IntN(int(rollBack)+1))
		path := s.begin(t, folder)
		before := snapshot(t, folder)
		cmd := s.start(t, path, c, 0)
		time.Sleep(time.Duration(random.IntN(4000)) * time.Microsecond)
		must(t, cmd.Process.Kill())
		if cmd.Wait() != nil {
			early++
			s.checkKilled(t, path, before, c)
		}
		if t.Failed() {
			t.Fatalf("%s, course %d", s.name, c)
		}
	}
	t.Logf("%d of %d died before the end", early, kills)
}

// TestReaders reads a file while it is replaced and put back: it is there and whole at
// every moment.
func TestReaders(t *testing.T) {
	needRoot(t)
	s := named("plain")
	path := s.begin(t, fastFolder(t))
	stop, reads := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		defer func() { reads <- n }()
		for ; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			if now, err := os.ReadFile(path); err != nil || string(now) != s.old && string(now) != s.new {
				t.Errorf("read %d bytes, %v", len(now), err)
				return
			}
		}
	}()
	for c := range course(400) {
		if r := s.run(path, []course{rollBack, tooLate}[c%2], pass); len(r.errs) > 0 {
			t.Error(r.errs)
		}
	}
	close(stop)
	t.Logf("%d reads", <-reads)
}

// TestSwapBack does not touch a file that changed since it was looked at.
func TestSwapBack(t *testing.T) {
	needRoot(t)
	for _, exists := range []bool{true, false} {
		s := situation{old: "new\n", mode: 0o644, created: !exists}
		path := s.begin(t, fastFolder(t))
		must(t, os.WriteFile(filepath.Join(filepath.Dir(path), temporary), []byte("old\n"), 0o644))
		f := mustOpen(t, path, nil)
		must(t, os.WriteFile(path, []byte("theirs\n"), 0o644))
		if err := f.SwapBack(temporary); !errors.Is(err, ErrChanged) || text(t, path) != "theirs\n" {
			t.Errorf("%v, then %q", err, text(t, path))
		}
		f = mustOpen(t, path, nil)
		must(t, f.SwapBack(temporary))
		left, err := f.Leftover(temporary)
		if err != nil || text(t, path) != "old\n" || exists && left != Sum("theirs\n") {
			t.Errorf("%q, left %s, %v", text(t, path), left, err)
		}
	}
}

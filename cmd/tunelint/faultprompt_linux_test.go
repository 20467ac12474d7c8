package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// terminal starts a command on a terminal of its own and returns the other side of it.
func terminal(t *testing.T, cmd *exec.Cmd) *os.File {
	t.Helper()
	far, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	must(t, err)
	t.Cleanup(func() { far.Close() })
	var locked, number int32
	for request, value := range map[uintptr]*int32{syscall.TIOCSPTLCK: &locked, syscall.TIOCGPTN: &number} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, far.Fd(), request, uintptr(unsafe.Pointer(value))); errno != 0 {
			t.Fatal(errno)
		}
	}
	near, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	must(t, err)
	defer near.Close()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = near, near, near
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	must(t, cmd.Start())
	return far
}

// answer waits for the question on a terminal, calls meanwhile, and says yes. It returns all
// that was printed.
func answer(t *testing.T, far *os.File, meanwhile func()) string {
	t.Helper()
	var said bytes.Buffer
	buffer := make([]byte, 1<<12)
	asked := false
	must(t, far.SetReadDeadline(time.Now().Add(20*time.Second)))
	for {
		n, err := far.Read(buffer)
		said.Write(buffer[:n])
		if !asked && strings.Contains(said.String(), "[y/N") {
			asked = true
			meanwhile()
			_, err := io.WriteString(far, "y\n")
			must(t, err)
		}
		if err != nil { // EIO: nobody has the other side any more
			return said.String()
		}
	}
}

// What happens to the tree while the question stands ends the run, if it concerns what was
// read.
func TestMeddledWhileAsked(t *testing.T) {
	for _, other := range append(meddlings(), meddling{"nothing", func(*rig) error { return nil }, nil}) {
		t.Run(other.name, func(t *testing.T) {
			t.Parallel()
			m := newRig(t)
			m.promised(t)
			cmd := m.asking(t)
			far := terminal(t, cmd)
			said := answer(t, far, func() {
				must(t, other.do(m))
				if other.touched != nil {
					m.settle(t)
				}
			})
			err := cmd.Wait()
			code := cmd.ProcessState.ExitCode()
			if other.touched == nil {
				if code > exitFindings {
					t.Errorf("exit code %d, %v: %s", code, err, tail(said))
				}
				m.wants(t, "after")
				return
			}
			if code != exitRefused {
				t.Errorf("exit code %d, want %d: %s", code, exitRefused, tail(said))
			}
			if d := m.before.differences(takeSnapshot(t, m.root)); len(d) > 0 {
				t.Errorf("the tree changed: %v\n%s", d, tail(said))
			}
			if left, _ := filepath.Glob(filepath.Join(m.dir, "elsewhere", ".tunelint-*")); len(left) > 0 {
				t.Errorf("left elsewhere: %v", left)
			}
		})
	}
}

// asking is a run that asks before it writes, as it does nowhere in CI.
func (m *rig) asking(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := m.command(t, append([]string{"fix", "--write", "--backup-dir", m.state}, m.args...)...)
	cmd.Env = append(withoutVariable(cmd.Env, "CI"), "TERM=dumb")
	return cmd
}

// tail is the end of what was said on a terminal, where the diff is long.
func tail(said string) string { return said[max(0, len(said)-1500):] }

func withoutVariable(environment []string, name string) []string {
	var out []string
	for _, e := range environment {
		if !strings.HasPrefix(e, name+"=") {
			out = append(out, e)
		}
	}
	return out
}

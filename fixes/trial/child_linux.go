package trial

import (
	"encoding/gob"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// failing is the descriptor on which the child says what keeps it from becoming
// nginx. It closes when it does.
const failing = 3

// Enter is to be called first by every program that uses this package: in the
// process that a [Trial] started it does not return. Elsewhere it does at once.
func Enter() {
	if len(os.Args) != 2 || os.Args[1] != childName || !isPipe(failing) {
		return
	}
	unix.CloseOnExec(failing)
	err := become()
	fmt.Fprint(os.NewFile(failing, "failing"), err)
	os.Exit(1)
}

// isPipe reports whether a descriptor is a pipe: it is none where somebody typed the
// word that the child is started with.
func isPipe(fd int) bool {
	var st unix.Stat_t
	return unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFIFO
}

// become takes the order and becomes nginx. It returns only with an error.
func become() error {
	var o order
	if err := gob.NewDecoder(os.Stdin).Decode(&o); err != nil {
		return fmt.Errorf("it was not told what to test: %w", err)
	}
	own, err := os.Readlink("/proc/self/ns/mnt")
	if err != nil || own == o.Namespace {
		return errors.New("it has no file system of its own") // nothing may be mounted here
	}
	if err := o.prepare(); err != nil {
		return fmt.Errorf("it cannot be given a file system of its own: %w", err)
	}
	if err := nullInput(); err != nil {
		return err
	}
	runtime.LockOSThread() // it becomes nginx
	if err := leash(o.Foreign); err != nil {
		return err
	}
	return fmt.Errorf("%s: %w", o.Command[0], syscall.Exec(o.Command[0], o.Command, os.Environ()))
}

// leash has this thread die with the parent, and leaves it no right and no file that
// nginx need not have. What the parent asked for holds for the thread that it started,
// which may be another one.
func leash(foreign bool) error {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("tie it to its parent: %w", err)
	}
	reader := []unix.PollFd{{Fd: failing}}
	if _, err := unix.Poll(reader, 0); err == nil && reader[0].Revents&unix.POLLERR != 0 {
		return errors.New("its parent is gone")
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil && foreign {
		return fmt.Errorf("drop its rights: %w", err)
	}
	return closeOnExec()
}

// closeOnExec has all files closed that were handed down to this program.
func closeOnExec() error {
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	for _, e := range open {
		if fd, err := strconv.Atoi(e.Name()); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
	return nil
}

// nullInput puts /dev/null in the place of the order.
func nullInput() error {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	return unix.Dup3(int(null.Fd()), 0, 0)
}

// prepare makes the file system that nginx shall see.
func (o order) prepare() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("part from the mounts of the machine: %w", err)
	}
	w, err := newWorld(o)
	if err != nil {
		return err
	}
	if !w.bare() {
		err := w.layered()
		if err == nil {
			return w.enter()
		}
		if !errors.Is(err, errNoLayer) {
			return err
		}
		w.Bare = true
		if err := errors.Join(unix.Unmount(w.scratch, unix.MNT_DETACH), w.makeRoom()); err != nil {
			return err
		}
	}
	return w.inPlace()
}

package trial

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// childName is the word by which this program knows that it was started to be the
// process in its own file system.
const childName = "nginx-trial"

// send starts this program again, in a mount namespace and with process numbers of
// its own, and hands it the order. The process becomes nginx. It is killed when ctx
// ends and when this process does; whatever it started dies with it.
func (o order) send(ctx context.Context) (said string, accepted bool, err error) {
	if o.Namespace, err = os.Readlink("/proc/self/ns/mnt"); err != nil {
		return "", false, fmt.Errorf("/proc is needed: %w", err)
	}
	o.Foreign = os.Geteuid() != 0
	var text bytes.Buffer
	if err := gob.NewEncoder(&text).Encode(o); err != nil {
		return "", false, err
	}
	failed, failing, err := os.Pipe()
	if err != nil {
		return "", false, err
	}
	defer failed.Close()
	cmd := command(ctx, failing)
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = &text, &stderr
	if cmd.SysProcAttr = isolated(); o.Foreign {
		mapUser(cmd.SysProcAttr)
	}
	// The signal at the end of the parent is one at the end of the thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err = cmd.Start()
	failing.Close()
	if err != nil {
		return "", false, fmt.Errorf("it cannot be given a file system of its own: %w", err)
	}
	why, _ := io.ReadAll(failed) // ends when nginx starts
	return outcome(ctx, cmd.Wait(), string(why), stderr.String())
}

// outcome tells what nginx said from what kept it from saying anything.
func outcome(ctx context.Context, ended error, why, said string) (string, bool, error) {
	var status *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return "", false, errors.New("nginx -t did not come to an end")
	case why != "":
		return "", false, errors.New(why)
	case ended == nil:
		return said, true, nil
	case !errors.As(ended, &status):
		return "", false, ended
	case !status.Exited():
		return "", false, fmt.Errorf("nginx -t ended by a signal: %s", status)
	case !strings.Contains(said, "nginx: "):
		first, _, _ := strings.Cut(strings.TrimSpace(said), "\n")
		return "", false, fmt.Errorf("nginx -t failed: %w: %s", ended, first)
	}
	return said, false, nil
}

// command is this program in its other role. Its name stays: a program may have
// several.
func command(ctx context.Context, failing *os.File) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/proc/self/exe", childName)
	cmd.Args[0] = os.Args[0]
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"} // without NGINX, which hands over sockets
	cmd.ExtraFiles = []*os.File{failing}
	cmd.WaitDelay = time.Second
	return cmd
}

func isolated() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID,
		Pdeathsig:  syscall.SIGKILL,
		Setpgid:    true, // Ctrl-C is for the parent, which decides
	}
}

// mapUser gives a user who is not root the right to mount in a namespace of his
// own. He stays himself for nginx.
func mapUser(a *syscall.SysProcAttr) {
	a.Cloneflags |= syscall.CLONE_NEWUSER
	a.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Geteuid(), HostID: os.Geteuid(), Size: 1}}
	a.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getegid(), HostID: os.Getegid(), Size: 1}}
	a.AmbientCaps = []uintptr{capSysAdmin}
}

// capSysAdmin is CAP_SYS_ADMIN of linux/capability.h.
const capSysAdmin = 21

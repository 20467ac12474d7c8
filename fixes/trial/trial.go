package trial

import (
	"context"

	"github.com/tunelint/tunelint/fixes"
)

// A Trial is how nginx is asked. Only root can have it tested for real; see
// [Trial.Ask] for others.
type Trial struct {
	// Program is the absolute path of nginx, after it what it is started with, the
	// options for its files apart.
	Program []string
	// Conf is the main file; it is never "".
	Conf string
	// Prefix is nginx's prefix; "" for the one it was built with.
	Prefix string
	// Writes are the files and folders that nginx is known to write: logs, the pid
	// file, temporary folders. A layer copies a file whole before it is written, so
	// that an empty one stands for each of these; and where there can be no layer of
	// the whole machine only these can be written. It need not be complete.
	Writes []string

	bare bool // as if the kernel had no overlayfs
}

// Ask has nginx test the files on disk with changes laid over them, as "nginx -t"
// does. The changed paths have no links in them. nil changes mean the files as they
// are.
//
// For other users than root the verdict is never OK: nginx reads the files, if the
// kernel lets the user have a file system of his own, but cannot open logs and keys.
//
// The error says that nginx could not be asked: no permission, no such program, a
// layer that the kernel refuses, the end of ctx.
func (t *Trial) Ask(ctx context.Context, changes []fixes.Change) (Verdict, error) {
	o := order{Command: t.command(), Writes: t.Writes, Bare: t.bare}
	for _, c := range changes {
		o.Files = append(o.Files, stagedFile{Path: c.File.Path, Text: c.Text, Created: c.Created()})
	}
	said, accepted, err := o.send(ctx)
	if err != nil {
		return Verdict{}, err
	}
	return verdictOf(said, accepted), nil
}

func (t *Trial) command() []string {
	command := append([]string{}, t.Program...)
	command = append(command, "-t", "-c", t.Conf)
	if t.Prefix != "" {
		command = append(command, "-p", t.Prefix)
	}
	return command
}

// An order is what the process in its own file system is told to do.
type order struct {
	// Namespace is the mount namespace of who sends it: the process that gets it
	// must have another.
	Namespace string
	Command   []string
	Files     []stagedFile
	Writes    []string
	// Bare says that there are to be no layers.
	Bare bool
	// Foreign says that the user is not root.
	Foreign bool
}

// A stagedFile is a file as it shall be.
type stagedFile struct {
	Path, Text string
	Created    bool
}

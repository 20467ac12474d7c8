package transaction

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/tunelint/tunelint/fixes/disk"
)

// ErrBusy says that another tunelint is writing.
var ErrBusy = errors.New("another tunelint is writing")

// ErrNoRun says that there is no such run, or none that can be undone.
var ErrNoRun = errors.New("no such run")

// A noRun is an [ErrNoRun] in words of its own.
type noRun string

func (e noRun) Error() string { return string(e) }

// Is implements what [errors.Is] asks.
func (e noRun) Is(target error) bool { return target == ErrNoRun }

// An ErrFolder says why a state folder cannot be used.
type ErrFolder struct{ Err error }

// Error implements error.
func (e *ErrFolder) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *ErrFolder) Unwrap() error { return e.Err }

// A Folder is a state folder: a lock, a journal, and one folder for each run.
type Folder struct {
	path      string
	lock      *os.File // nil unless locked
	temporary bool     // the folder goes with its only run
}

// OpenFolder returns the state folder at a path, which need not exist before
// something is written.
func OpenFolder(path string) *Folder { return &Folder{path: path} }

// TemporaryFolder returns a state folder for one run, which comes and goes with it: for
// files that somebody else keeps a copy of, such as git.
func TemporaryFolder() *Folder { return &Folder{temporary: true} }

// Close gives up the lock, and removes a temporary folder unless files could not be
// put back.
func (f *Folder) Close() error {
	if f.lock != nil {
		f.lock.Close()
		f.lock = nil
	}
	if !f.temporary || f.path == "" {
		return nil
	}
	if run, err := f.unfinished(); run != nil || err != nil {
		return err
	}
	return os.RemoveAll(f.path)
}

// acquire makes the folder, readable by its owner only, and takes its lock. The
// error wraps [ErrBusy] where another process holds it, and is an [*ErrFolder]
// otherwise. A temporary folder has none.
func (f *Folder) acquire() error {
	if f.temporary || f.lock != nil {
		return nil
	}
	if err := f.make(); err != nil {
		return &ErrFolder{err}
	}
	lock, err := os.OpenFile(filepath.Join(f.path, "lock"), os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return &ErrFolder{err}
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		lock.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return fmt.Errorf("%w (it holds %s)", ErrBusy, lock.Name())
		}
		return &ErrFolder{&fs.PathError{Op: "lock", Path: lock.Name(), Err: err}}
	}
	f.lock = lock
	return nil
}

// locks returns what holds the locks of files and that of the folder.
func (f *Folder) locks(files *disk.Locks) []*os.File {
	out := slices.Clone(files.Files())
	if f.lock != nil {
		out = append(out, f.lock)
	}
	return out
}

// make makes the folder. Who else could write there could have anything put back.
func (f *Folder) make() error {
	if info, err := os.Lstat(f.path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return &fs.PathError{Op: "open", Path: f.path, Err: errors.New("it is a symbolic link, which somebody could turn")}
	}
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return err
	}
	info, err := os.Lstat(f.path)
	if err != nil {
		return err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !info.IsDir():
		return &fs.PathError{Op: "open", Path: f.path, Err: errors.New("not a folder")}
	case ok && int(st.Uid) != os.Geteuid() && os.Geteuid() != 0:
		return &fs.PathError{Op: "open", Path: f.path, Err: errors.New("it belongs to somebody else")}
	case ok && st.Uid != 0 && os.Geteuid() == 0:
		return &fs.PathError{Op: "open", Path: f.path, Err: errors.New("it does not belong to root")}
	case info.Mode().Perm()&0o022 != 0:
		return &fs.PathError{Op: "open", Path: f.path, Err: errors.New("others can write there")}
	}
	return nil
}

// Runs returns the runs, newest first. No folder at all is no run. Folders whose
// manifest is missing are left out: such a run wrote nothing. An error names the
// manifests that cannot be read; the other runs are returned all the same.
func (f *Folder) Runs() ([]*Run, error) {
	if f.path == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []*Run
	for _, e := range entries {
		if !e.IsDir() || !strings.Contains(e.Name(), "Z-") {
			continue
		}
		run, failed := readRun(filepath.Join(f.path, e.Name()))
		if failed != nil && !errors.Is(failed, fs.ErrNotExist) {
			err = errors.Join(err, failed)
		}
		if failed == nil {
			out = append(out, run)
		}
	}
	slices.SortStableFunc(out, func(a, b *Run) int { return b.Time.Compare(a.Time) })
	return out, err
}

// Find returns the run that a word names: its id, or the name of its folder. The
// empty word names the newest run that can be undone. The error wraps [ErrNoRun].
func (f *Folder) Find(word string) (*Run, error) {
	runs, err := f.Runs()
	if err != nil && word == "" {
		return nil, err // the newest may be one that cannot be read
	}
	for _, r := range runs {
		if word == "" && r.Undoable() || word != "" && (r.ID == word || r.Name() == word) {
			return r, nil
		}
	}
	switch {
	case err != nil:
		return nil, err
	case word == "":
		return nil, noRun("nothing to undo in " + f.path)
	}
	return nil, fmt.Errorf("%w: %s has no run %q", ErrNoRun, f.path, word)
}

// unfinished returns a run that was cut off, nil for none.
func (f *Folder) unfinished() (*Run, error) {
	runs, err := f.Runs()
	for _, r := range runs {
		if r.Unfinished() {
			return r, nil
		}
	}
	return nil, err
}

// settle ends the runs that were cut off, which only who has the lock may do: it drops
// one that had changed nothing and removes the old files of one that was kept. Another
// is an [*ErrUnfinished].
func (f *Folder) settle() error {
	runs, err := f.Runs()
	for _, r := range runs {
		switch {
		case r.State == Kept:
			err = errors.Join(err, r.finish())
		case r.Unfinished() && r.State == Writing && r.untouched():
			err = errors.Join(err, r.enter(RolledBack), os.RemoveAll(r.path))
		case r.Unfinished():
			return &ErrUnfinished{r}
		}
	}
	return err
}

// Unfinished returns an [*ErrUnfinished] for a run that was cut off, and wraps [ErrBusy]
// if it is still going on.
func (f *Folder) Unfinished() error {
	runs, err := f.Runs()
	if err != nil || !slices.ContainsFunc(runs, func(r *Run) bool { return r.Unfinished() || r.State == Kept }) {
		return err
	}
	if err := f.acquire(); err != nil {
		return err
	}
	return errors.Join(f.settle(), f.Close())
}

// newRun makes the folder of a run.
func (f *Folder) newRun(now time.Time) (run *Run, err error) {
	if f.temporary {
		if f.path, err = os.MkdirTemp("", "tunelint-run-*"); err != nil {
			return nil, err
		}
	}
	for {
		random := make([]byte, 2)
		if _, err := rand.Read(random); err != nil {
			return nil, err
		}
		id := hex.EncodeToString(random)
		if taken, _ := filepath.Glob(filepath.Join(f.path, "*Z-"+id)); len(taken) > 0 {
			continue
		}
		path := filepath.Join(f.path, now.UTC().Format("20060102T150405Z-")+id)
		if err := os.Mkdir(path, 0o700); err != nil {
			return nil, err
		}
		return &Run{Manifest: Manifest{Version: 1, ID: id, Time: now.UTC(), Temporary: f.temporary}, path: path}, nil
	}
}

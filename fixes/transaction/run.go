package transaction

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
	"unicode/utf8"

	"github.com/hashicorp/go-multierror"

	"github.com/tunelint/tunelint/fixes/disk"
)

// The states of a run.
const (
	Writing    = "writing"     // files are being written, or were when the run was cut off
	Kept       = "kept"        // everything was written and held to be good, old files may lie beside
	Written    = "written"     // and no old file does
	Undoing    = "undoing"     // files are being put back, or were when that was cut off
	Undone     = "undone"      // everything is as it was before
	RolledBack = "rolled back" // something was wrong: everything is as it was before
)

// A Manifest says what a run wrote and what was there before. It is kept as JSON.
type Manifest struct {
	Version int       `json:"version"`
	ID      string    `json:"id"`
	Tool    string    `json:"tool"`
	Time    time.Time `json:"time"`
	State   string    `json:"state"`
	// Rules are those whose fixes were applied; Hosts the machines they are about.
	Rules []string `json:"rules"`
	Hosts []string `json:"hosts"`
	// Apply lists the commands that make the files take effect, Back those after an undo.
	Apply []string `json:"apply"`
	Back  []string `json:"back"`
	// Temporary says that the state folder goes with the run.
	Temporary bool     `json:"temporary,omitempty"`
	Files     []*Entry `json:"files"`
}

// An Entry is one file of a run.
type Entry struct {
	Path string `json:"path"`
	// Raw is the path where it is no valid UTF-8, which JSON cannot hold.
	Raw []byte `json:"raw,omitempty"`
	// Before is what the file was, nil for one that the run made.
	Before *disk.State `json:"before,omitempty"`
	// After is the SHA-256 of the new content in hexadecimal digits.
	After string `json:"after_sha256"`
	// InPlace says why the bytes of the file itself were written over; see [disk.File.InPlace].
	InPlace string `json:"in_place,omitempty"`
	// Folders were made for a new file, outermost first.
	Folders []string `json:"folders,omitempty"`
	// Temporary is the name beside the file that the run uses while it writes; Old and
	// New are files in the folder of the run.
	Temporary string `json:"temporary"`
	Old       string `json:"old,omitempty"`
	New       string `json:"new"`
	// Left says that somebody changed the file since, and that it stays so.
	Left bool `json:"left,omitempty"`
}

// Target returns the path of the file, byte for byte.
func (e *Entry) Target() string {
	if e.Raw != nil {
		return string(e.Raw)
	}
	return e.Path
}

func newEntry(path string) *Entry {
	e := &Entry{Path: path}
	if !utf8.ValidString(path) {
		e.Raw = []byte(path)
	}
	return e
}

// A Run is one run that wrote, in its folder.
type Run struct {
	Manifest
	path string
}

// Name returns the name of the run's folder, Path its path.
func (r *Run) Name() string { return filepath.Base(r.path) }

// Path returns the path of the run's folder.
func (r *Run) Path() string { return r.path }

// Unfinished reports whether the run was cut off, by a power cut say, and files may
// be partly old and partly new.
func (r *Run) Unfinished() bool { return r.State == Writing || r.State == Undoing }

// Undoable reports whether [Run.Undo] has something to put back.
func (r *Run) Undoable() bool { return r.State == Written || r.State == Kept || r.Unfinished() }

// Backup returns where the old text of a file is kept, "" for a file that the run made.
func (r *Run) Backup(e *Entry) string {
	if e.Old == "" {
		return ""
	}
	return filepath.Join(r.path, e.Old)
}

// Texts returns a file's content before and after the run, checked against the sums
// of the manifest.
func (r *Run) Texts(e *Entry) (before, after string, err error) {
	if e.Before != nil {
		if before, err = r.read(e.Old, e.Before.Sum); err != nil {
			return "", "", err
		}
	}
	after, err = r.read(e.New, e.After)
	return before, after, err
}

// ErrDamaged says that an old text is not what was kept.
var ErrDamaged = errors.New("the backup is damaged")

// whole returns an error that wraps [ErrDamaged] for every old text that is wanted and
// not as it was kept.
func (r *Run) whole() error {
	var errs *multierror.Error
	for _, e := range r.Files {
		if e.Left || e.Before == nil {
			continue
		}
		if _, err := r.read(e.Old, e.Before.Sum); err != nil {
			errs = multierror.Append(errs, fmt.Errorf("%s: %w", e.Target(), err))
		}
	}
	return errs.ErrorOrNil()
}

// read returns a file of the run whose content has the sum.
func (r *Run) read(name, want string) (string, error) {
	path := filepath.Join(r.path, name)
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if disk.Sum(string(data)) != want {
		return "", fmt.Errorf("%w: %s has another sum than in the manifest", ErrDamaged, path)
	}
	return string(data), nil
}

// readRun reads the manifest of a run. One of a later version is an error.
func readRun(path string) (*Run, error) {
	r := &Run{path: path}
	data, err := os.ReadFile(filepath.Join(path, "manifest.json"))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &r.Manifest); err != nil {
		return nil, fmt.Errorf("%s is damaged (%w): see what the old files beside it are worth, then move %s away", filepath.Join(path, "manifest.json"), err, path)
	}
	if r.Version != 1 {
		return nil, fmt.Errorf("%s: written by a newer tunelint", filepath.Join(path, "manifest.json"))
	}
	return r, nil
}

// enter records a new state of the run. The manifest is replaced whole and on disk
// before anything else happens.
func (r *Run) enter(state string) error {
	if err := r.prepare(state); err != nil {
		return err
	}
	return r.enterPrepared(state)
}

// prepare makes the manifest of a state that the run is going to enter: that then takes
// no room.
func (r *Run) prepare(state string) error {
	next := r.Manifest
	next.State = state
	data, err := json.MarshalIndent(next, "", "  ")
	if err != nil {
		return err
	}
	return r.save("manifest.json.new", string(data)+"\n")
}

func (r *Run) enterPrepared(state string) error {
	err := os.Rename(filepath.Join(r.path, "manifest.json.new"), filepath.Join(r.path, "manifest.json"))
	if err = errors.Join(err, syncFolder(r.path)); err == nil {
		r.State = state
	}
	return err
}

// finish removes the old files of a run that was kept.
func (r *Run) finish() error {
	for _, e := range r.Files {
		f, err := disk.Open(e.Target())
		if errors.Is(err, disk.ErrLink) {
			continue // somebody moved the folder
		}
		if err == nil {
			err = errors.Join(f.Discard(e.Temporary), f.Close())
		}
		if err != nil {
			return err
		}
	}
	return r.enter(Written)
}

// save writes a synced file that only its owner can read.
func (r *Run) save(name, text string) error {
	f, err := os.OpenFile(filepath.Join(r.path, name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncFolder makes the names in a folder last.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

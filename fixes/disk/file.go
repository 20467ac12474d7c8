package disk

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"
)

// ErrChanged says that a file is not what it was when it was looked at.
var ErrChanged = errors.New("the file changed since it was read")

// ErrLink says that the file, or a folder on the way to it, is a symbolic link. Paths
// are resolved when a file is read, so somebody put it there since.
var ErrLink = errors.New("a symbolic link stands where none was")

// A Refusal says why a file must not be written, and what the user can do.
type Refusal struct {
	Path string
	// Why is a phrase such as "immutable"; Remedy a command or an advice, "" for none.
	Why, Remedy string
}

// Error implements error.
func (r *Refusal) Error() string {
	if r.Remedy == "" {
		return r.Path + ": " + r.Why
	}
	return r.Path + ": " + r.Why + " (" + r.Remedy + ")"
}

// ErrLocked says that another process holds the lock of a folder.
var ErrLocked = errors.New("another process is writing here")

// A State is what a file is, its name and folder apart. The zero State is that of no file.
type State struct {
	// Sum is the SHA-256 of the content in hexadecimal digits.
	Sum  string `json:"sha256"`
	Size int64  `json:"size"`
	// Mode holds the permission bits with setuid, setgid and sticky, as in chmod(2).
	Mode uint32 `json:"mode"`
	UID  int    `json:"uid"`
	GID  int    `json:"gid"`
	// Modified is the time of the last change of the content.
	Modified time.Time `json:"modified"`
	// Flags are the inode flags of chattr(1) that can be set; zero where there are none.
	Flags uint32 `json:"flags,omitempty"`
	// Attributes are the extended attributes: "system.posix_acl_access",
	// "security.selinux", "user.…". Those named trusted.… are seen by root alone.
	Attributes map[string][]byte `json:"attributes,omitempty"`
}

// A File is one file that is to be replaced, made or removed, in a folder that was
// opened without following a link: whatever happens to the folders on the way, the
// file is written there or not at all. It has up to three descriptors open until
// Close, and is not for several goroutines at once.
type File struct {
	sys  system
	who  caller
	path string
	name string

	way     way
	folder  int // where the file is; way.fd until Stage makes folders
	opened  []int
	made    []madeFolder
	exists  bool
	held    int // the file that was looked at, open for reading
	seen    look
	state   State
	text    string
	inPlace string
	refusal *Refusal

	phase     phase
	temporary string
	beside    bool // something of ours has the name temporary
	removing  bool
	fresh     int // the new file; in place the old one, open for writing
	next      string
	want      State
}

// A phase is how far a file has come.
type phase int

const (
	looked      phase = iota
	staged            // ready for Commit
	exchanged         // the new file has its name, the old one the name temporary
	renamed           // the new file has its name, nothing was kept
	overwriting       // in place: begun and not finished
	overwritten       // in place: done
	removed           // the old file has the name temporary, its own name is free
	gone              // nothing was kept of the old file
)

// Open looks at a file that may not exist yet. path is absolute with all links
// resolved; the error wraps [ErrLink] if it is not. A folder that does not exist yet
// is no error: [File.Stage] makes it.
func Open(path string) (*File, error) { return OpenWith(path, nil) }

// OpenWith is Open for fault injection: before hears the name of every system call
// that the File makes from now on, such as "fsync", before it is made. Where before
// fails, the call is not made and fails with that error; EINTR is tried again.
func OpenWith(path string, before func(call string) error) (*File, error) {
	return open(path, system{before}, thisProcess())
}

func open(path string, sys system, who caller) (*File, error) {
	if !filepath.IsAbs(path) || filepath.Clean(path) != path || path == "/" {
		return nil, fmt.Errorf("%s: not the absolute path of a file", path)
	}
	f := &File{sys: sys, who: who, path: path, name: filepath.Base(path), held: -1, fresh: -1, folder: -1}
	if err := f.open(); err != nil {
		f.Close()
		return nil, f.named(err)
	}
	return f, nil
}

func (f *File) open() (err error) {
	f.way, err = f.sys.walk(filepath.Dir(f.path))
	f.folder = f.way.fd
	if err != nil {
		return err
	}
	if len(f.way.missing) == 0 {
		if err := f.read(); err != nil {
			return err
		}
	}
	return f.judge()
}

// named makes an error begin with the path.
func (f *File) named(err error) error {
	var refusal *Refusal
	if err == nil || errors.As(err, &refusal) {
		return err
	}
	return fmt.Errorf("%s: %w", f.path, err)
}

// Close lets go of the folder. It removes nothing.
func (f *File) Close() error {
	for i := range f.opened {
		closeFile(&f.opened[i])
	}
	closeFile(&f.way.fd)
	closeFile(&f.held)
	closeFile(&f.fresh)
	return nil
}

// Path returns the path that was opened.
func (f *File) Path() string { return f.path }

// Exists reports whether the file was there when it was looked at.
func (f *File) Exists() bool { return f.exists }

// Text returns the content as it was looked at.
func (f *File) Text() string { return f.text }

// State returns what the file was when it was looked at.
func (f *File) State() State { return f.state }

// Folders returns the folders that [File.Stage] would have to make, outermost first.
func (f *File) Folders() []string {
	list := slices.Clone(f.way.missing)
	above := f.way.path
	for i, name := range list {
		above = filepath.Join(above, name)
		list[i] = above
	}
	return list
}

// InPlace says why the bytes of the file are written over instead of a new file being
// renamed to its name: it has further names (hard links), it is a mount point of its
// own, or it has something that cannot be given to a new file. The last is found out
// by a trial in [File.Stage], so the answer may change there. "" for the usual way.
func (f *File) InPlace() string { return f.inPlace }

// Refuse returns why the file must not be written: a [*Refusal]. For root that is also
// what another user could bend: a file or a folder on the way that belongs to neither
// root nor the user of sudo(8), or that everybody may write.
func (f *File) Refuse() error {
	if f.refusal == nil {
		return nil // not a nil *Refusal in an error
	}
	return f.refusal
}

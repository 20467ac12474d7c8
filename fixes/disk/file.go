package disk

import (
	"errors"
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
	// "security.selinux", "user.…".
	Attributes map[string][]byte `json:"attributes,omitempty"`
}

// A File is one file that is to be replaced, made or removed, in a folder that was
// opened without following a link: whatever happens to the folders on the way, the
// file is written there or not at all.
type File struct{ path string }

// Open looks at a file that may not exist yet. path is absolute with all links
// resolved; the error wraps [ErrLink] if it is not. A folder that does not exist yet
// is no error: [File.Stage] makes it.
func Open(path string) (*File, error) { return &File{path: path}, nil }

// Close lets go of the folder. It removes nothing.
func (f *File) Close() error { return nil }

// Path returns the path that was opened.
func (f *File) Path() string { return f.path }

// Exists reports whether the file was there when it was looked at.
func (f *File) Exists() bool { return false }

// Text returns the content as it was looked at.
func (f *File) Text() string { return "" }

// State returns what the file was when it was looked at.
func (f *File) State() State { return State{} }

// Folders returns the folders that [File.Stage] would have to make, outermost first.
func (f *File) Folders() []string { return nil }

// InPlace says why the bytes of the file are written over instead of a new file being
// renamed to its name: it has further names (hard links), it is a mount point of its
// own, or it has something that cannot be given to a new file. "" for the usual way.
func (f *File) InPlace() string { return "" }

// Refuse returns why the file must not be written: a [*Refusal].
func (f *File) Refuse() error { return nil }

// Stage prepares the new content. In the usual way it makes a synced file of the name
// temporary in the same folder, with the state want but for sum, size and times; nil
// means the state of the file itself, and mode 0644 for a new one. The name must not
// be taken. In place it makes nothing but checks that there is room.
func (f *File) Stage(text, temporary string, want *State) error { return nil }

// Commit puts the staged content in place, atomically in the usual way, and syncs. It
// fails with [ErrChanged], and leaves the file as it found it, if the file is not what
// it was when it was looked at. Where the file system can, what was replaced then has
// the name that was temporary, until [File.Finish] or [File.RollBack].
func (f *File) Commit() error { return nil }

// RollBack puts back what Commit replaced, with its own bytes, owner and times, and
// removes what Stage made. It is allowed after any of the methods, also a failed one.
func (f *File) RollBack() error { return nil }

// Finish removes what Commit kept.
func (f *File) Finish() error { return nil }

// Remove deletes the file if it is what it was when it was looked at; it is for what
// a run created.
func (f *File) Remove() error { return nil }

// Leftover returns the sum of the file of the name temporary beside the file, "" for
// none: what a process left that died between Stage and Finish.
func (f *File) Leftover(temporary string) (sum string, err error) { return "", nil }

// SwapBack exchanges the file with what Leftover found.
func (f *File) SwapBack(temporary string) error { return nil }

// Discard removes what Leftover found; none is no error.
func (f *File) Discard(temporary string) error { return nil }

// RemoveFolder removes an empty folder that Stage made. One with something in it, or
// none at all, is no error.
func RemoveFolder(path string) error { return nil }

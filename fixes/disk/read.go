package disk

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"golang.org/x/sys/unix"
)

// tries is how often a file is read anew that somebody writes meanwhile.
const tries = 3

// read looks at the file: what it is and what it holds. It stays open, so that no
// other file can get its inode.
func (f *File) read() error {
	l, err := f.sys.lookAt(f.folder, f.name)
	switch {
	case errors.Is(err, unix.ENOENT):
		return nil
	case err != nil:
		return err
	case l.link():
		return ErrLink
	}
	f.exists, f.seen = true, l
	if !l.regular() {
		return nil
	}
	if f.held, err = f.sys.open(f.folder, f.name, unix.O_RDONLY|unix.O_NONBLOCK, 0); err != nil {
		return err
	}
	for range tries {
		if f.seen, err = f.sys.look(f.held); err != nil {
			return err
		}
		if !f.seen.is(l) || !f.seen.regular() {
			return ErrChanged
		}
		if f.text, err = f.sys.read(f.held); err != nil {
			return err
		}
		if f.state, err = f.sys.state(f.held, f.text); err != nil {
			return err
		}
		if now, err := f.sys.look(f.held); err != nil || now.untouched(f.seen) {
			return err
		}
	}
	return ErrChanged
}

// untouched reports whether nothing at all was done to an inode since other, but for
// reading it.
func (l look) untouched(other look) bool { return l.like(other) && l.changed.Equal(other.changed) }

// like leaves out the time that also a change of the name moves. That both looks are
// at one inode is known from its descriptor: an overlay file system gives a file
// another number when it is written or renamed for the first time.
func (l look) like(other look) bool {
	return l.mode == other.mode && l.links == other.links && l.uid == other.uid && l.gid == other.gid &&
		l.size == other.size && l.modified.Equal(other.modified)
}

// state returns what an open file with the given content is.
func (s system) state(fd int, text string) (State, error) {
	l, err := s.look(fd)
	if err != nil {
		return State{}, err
	}
	state := State{
		Sum: Sum(text), Size: int64(len(text)), Mode: l.mode & permissions,
		UID: l.uid, GID: l.gid, Modified: l.modified,
	}
	if state.Flags, err = s.flags(fd); err != nil {
		return State{}, err
	}
	state.Attributes, err = s.attributes(fd)
	return state, err
}

// permissions are the bits that chmod(2) takes.
const permissions = 0o7777

// Sum returns the SHA-256 of a text in hexadecimal digits, as [State] has it.
func Sum(text string) string {
	digest := sha256.New()
	for len(text) > 0 { // in pieces, for a large text is not to be copied
		n := min(len(text), piece)
		digest.Write([]byte(text[:n]))
		text = text[n:]
	}
	return hex.EncodeToString(digest.Sum(nil))
}

// unchanged checks that name still is the file that was looked at, with the same
// content. Before it is moved not even the time of the last change may differ.
func (f *File) unchanged(name string, same func(now, seen look) bool) error {
	return f.sys.still(f.folder, name, f.held, f.text, func(now look) bool { return same(now, f.seen) })
}

// still checks that a name is an open file with the given content.
func (s system) still(folder int, name string, fd int, text string, same func(look) bool) error {
	named, err := s.lookAt(folder, name)
	if errors.Is(err, unix.ENOENT) {
		return ErrChanged
	}
	if err != nil {
		return err
	}
	now, err := s.look(fd)
	if err != nil {
		return err
	}
	if !named.is(now) || now.size != int64(len(text)) || !same(now) {
		return ErrChanged
	}
	return s.holds(fd, text)
}

// holds checks that an open file has the given content.
func (s system) holds(fd int, text string) error {
	content, err := s.read(fd)
	if err == nil && content != text {
		return ErrChanged
	}
	return err
}

// signed reports whether the kernel holds the content to a signature: types 3 and 6
// of security/integrity/integrity.h.
func (s State) signed() bool {
	value := s.Attributes["security.ima"]
	return len(value) > 0 && (value[0] == 3 || value[0] == 6)
}

// computed reports whether the kernel makes an attribute by itself, from the content
// and the inode: copied to another file it would be wrong.
func computed(attribute string) bool {
	return attribute == "security.ima" || attribute == "security.evm"
}

// given reports whether a new file may have an attribute that the old one has not:
// security modules label every file.
func given(attribute string) bool { return strings.HasPrefix(attribute, "security.") }

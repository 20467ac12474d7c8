package disk

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
)

// accessList is the attribute that holds a POSIX access control list.
const accessList = "system.posix_acl_access"

// A misfit says what a file cannot be given.
type misfit struct {
	what string
	err  error
}

func (m *misfit) Error() string { return fmt.Sprintf("it cannot be given its %s: %v", m.what, m.err) }

func (m *misfit) Unwrap() error { return m.err }

// fit makes a misfit of an error that says "never", and leaves others as they are.
func fit(what string, err error) error {
	if denied(err) {
		return &misfit{what, err}
	}
	return err
}

// dressOwner comes before dress: a change of owner clears set-id bits and
// capabilities.
func (s system) dressOwner(fd int, want State) error {
	now, err := s.look(fd)
	if err != nil || now.uid == want.UID && now.gid == want.GID {
		return err
	}
	return fit("owner", s.changeOwner(fd, want.UID, want.GID))
}

// dress gives an open file attributes and mode, and makes sure of all of its state.
// The access list comes before the mode: the mode of a file with a list grants its
// group what the list may not, and the mode of a file that inherited a list from its
// folder would widen that.
func (s system) dress(fd int, want State) error {
	if err := s.dressAttributes(fd, want.Attributes); err != nil {
		return err
	}
	now, err := s.look(fd)
	if err != nil {
		return err
	}
	if now.mode&permissions != want.Mode {
		if err := fit("mode", s.changeMode(fd, want.Mode)); err != nil {
			return err
		}
	}
	return s.compare(fd, want)
}

func (s system) dressAttributes(fd int, want map[string][]byte) error {
	have, err := s.attributes(fd)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		if _, ok := want[name]; ok || given(name) {
			continue
		}
		if err := fit("lack of the attribute "+name, s.removeAttribute(fd, name)); err != nil {
			return err
		}
	}
	for _, name := range lastAccess(want) {
		if value, ok := have[name]; ok && bytes.Equal(value, want[name]) || computed(name) {
			continue
		}
		if err := fit("attribute "+name, s.setAttribute(fd, name, want[name])); err != nil {
			return err
		}
	}
	return nil
}

// lastAccess sorts attributes so that the access list comes last: it may take from
// the owner the right to set the others.
func lastAccess(attributes map[string][]byte) []string {
	names := slices.Sorted(maps.Keys(attributes))
	if i := slices.Index(names, accessList); i >= 0 {
		names = append(slices.Delete(names, i, i+1), accessList)
	}
	return names
}

// compare makes sure that a file took all it was given: some file systems are silent.
func (s system) compare(fd int, want State) error {
	have, err := s.state(fd, "")
	if err != nil {
		return err
	}
	what := ""
	switch {
	case have.UID != want.UID || have.GID != want.GID:
		what = "owner"
	case have.Mode != want.Mode:
		what = "mode"
	case have.Flags != want.Flags:
		what = "inode flags"
	default:
		what = missing(have.Attributes, want.Attributes)
	}
	if what == "" {
		return nil
	}
	return &misfit{what, fmt.Errorf("it has another one afterwards")}
}

// missing names an attribute that is not there, "" for none.
func missing(have, want map[string][]byte) string {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if value, ok := have[name]; !computed(name) && (!ok || !bytes.Equal(value, want[name])) {
			return "attribute " + name
		}
	}
	return ""
}

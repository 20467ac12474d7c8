package disk

import (
	"errors"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// attributes returns all extended attributes that this process may see.
func (s system) attributes(fd int) (map[string][]byte, error) {
	names, err := s.attribute("flistxattr", func(dest []byte) (int, error) { return unix.Flistxattr(fd, dest) })
	if absent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all map[string][]byte
	for _, name := range strings.FieldsFunc(string(names), func(r rune) bool { return r == 0 }) {
		value, err := s.attribute("fgetxattr", func(dest []byte) (int, error) { return unix.Fgetxattr(fd, name, dest) })
		if errors.Is(err, unix.ENODATA) || absent(err) {
			continue // a name that is listed and not there, as some network file systems do
		}
		if err != nil {
			return nil, err
		}
		if all == nil {
			all = map[string][]byte{}
		}
		all[name] = value
	}
	return all, nil
}

// attribute asks for a value that may grow between the question for its size and that
// for itself.
func (s system) attribute(call string, get func(dest []byte) (int, error)) ([]byte, error) {
	for {
		n := 0
		err := s.do(call, func() (err error) {
			n, err = get(nil)
			return err
		})
		if err != nil || n == 0 {
			return []byte{}, err
		}
		value := make([]byte, n)
		err = s.do(call, func() (err error) {
			n, err = get(value)
			return err
		})
		if err == nil {
			return slices.Clip(value[:n]), nil
		}
		if !errors.Is(err, unix.ERANGE) {
			return nil, err
		}
	}
}

func (s system) setAttribute(fd int, name string, value []byte) error {
	return s.do("fsetxattr", func() error { return unix.Fsetxattr(fd, name, value, 0) })
}

func (s system) removeAttribute(fd int, name string) error {
	return s.do("fremovexattr", func() error { return unix.Fremovexattr(fd, name) })
}

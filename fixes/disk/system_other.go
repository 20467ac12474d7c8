//go:build !linux

package disk

import "golang.org/x/sys/unix"

// passing opens a folder that is only passed through.
const passing = unix.O_RDONLY

func (s system) exchange(int, string, string) error { return errNoFlags }

func (s system) moveAtOnce(int, string, string) error { return errNoFlags }

func (s system) flags(int) (uint32, error) { return 0, nil }

func (s system) setFlags(int, uint32) error { return nil }

func (s system) attributes(int) (map[string][]byte, error) { return nil, nil }

func (s system) setAttribute(int, string, []byte) error { return unix.ENOTSUP }

func (s system) removeAttribute(int, string) error { return unix.ENOTSUP }

func (s system) reserve(int, int64) error { return nil }

func (s system) room(int, bool) (int64, error) { return 1<<63 - 1, nil }

// A property is what a file system says of an inode beside what stat(2) does.
type property struct{ mountPoint, immutable, appendOnly, sealed bool }

func (s system) property(int, string, string) (property, error) { return property{}, nil }

func (s system) readOnly(fd int) (is bool, point string, err error) {
	var st unix.Statfs_t
	err = s.do("fstatfs", func() error { return unix.Fstatfs(fd, &st) })
	return st.Flags&unix.MNT_RDONLY != 0, "", err
}

func setTimesOpen(int, []unix.Timespec) error { return errNoFlags }

package disk

import "golang.org/x/sys/unix"

// settable are the inode flags of linux/fs.h that chattr(1) sets on a file and that
// do not keep it from being replaced: secure deletion, undeletable, compressed,
// synchronous, no dump, no atime, not compressed, journalled data, no tail merging,
// no copy on write.
const settable = 0x1 | 0x2 | 0x4 | 0x8 | 0x40 | 0x80 | 0x400 | 0x4000 | 0x8000 | 0x800000

// flags returns the inode flags that can be set; 0 where there are none.
func (s system) flags(fd int) (uint32, error) {
	all, err := s.allFlags(fd)
	return all & settable, err
}

func (s system) allFlags(fd int) (uint32, error) {
	var all uint32
	err := s.do("ioctl", func() (err error) {
		all, err = unix.IoctlGetUint32(fd, unix.FS_IOC_GETFLAGS)
		return err
	})
	if absent(err) {
		return 0, nil
	}
	return all, err
}

// setFlags gives a file the inode flags that can be set, and leaves the others.
func (s system) setFlags(fd int, want uint32) error {
	all, err := s.allFlags(fd)
	if err != nil || all&settable == want {
		return err
	}
	return s.do("ioctl", func() error {
		return unix.IoctlSetPointerInt(fd, unix.FS_IOC_SETFLAGS, int(all&^settable|want))
	})
}

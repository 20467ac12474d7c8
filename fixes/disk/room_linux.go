package disk

import "golang.org/x/sys/unix"

// reserve makes room for size bytes without a change that anybody could see.
func (s system) reserve(fd int, size int64) error {
	if size == 0 {
		return nil // which fallocate(2) takes for a mistake
	}
	err := s.do("fallocate", func() error { return unix.Fallocate(fd, unix.FALLOC_FL_KEEP_SIZE, 0, size) })
	if absent(err) {
		return nil
	}
	return err
}

// room returns how many bytes the file system of an open file has left for root or
// for others; quotas are not seen.
func (s system) room(fd int, root bool) (int64, error) {
	var st unix.Statfs_t
	if err := s.do("fstatfs", func() error { return unix.Fstatfs(fd, &st) }); err != nil {
		return 0, err
	}
	if root {
		return int64(st.Bfree) * int64(st.Bsize), nil
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}

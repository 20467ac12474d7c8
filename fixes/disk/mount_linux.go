package disk

import (
	"errors"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// A property is what a file system says of an inode beside what stat(2) does.
type property struct {
	mountPoint                    bool
	immutable, appendOnly, sealed bool // sealed: fs-verity
}

// property asks about a name in a folder, "" for the folder itself. path is the whole
// of it: kernels before Linux 5.8 know mount points by their paths alone.
func (s system) property(folder int, name, path string) (property, error) {
	var x unix.Statx_t
	err := s.do("statx", func() error {
		return unix.Statx(folder, name, unix.AT_SYMLINK_NOFOLLOW|unix.AT_EMPTY_PATH, unix.STATX_BASIC_STATS, &x)
	})
	if err != nil && !absent(err) && !errors.Is(err, unix.EPERM) { // some sandboxes do not know statx(2)
		return property{}, err
	}
	has := func(attribute uint64) bool { return x.Attributes&attribute != 0 }
	p := property{
		mountPoint: has(unix.STATX_ATTR_MOUNT_ROOT),
		immutable:  has(unix.STATX_ATTR_IMMUTABLE), appendOnly: has(unix.STATX_ATTR_APPEND), sealed: has(unix.STATX_ATTR_VERITY),
	}
	if x.Attributes_mask&unix.STATX_ATTR_MOUNT_ROOT == 0 {
		p.mountPoint = mountOf(func(l mountLine) bool { return l.point == path }) != ""
	}
	return p, nil
}

// readOnly reports whether an open file or folder cannot be written for its file
// system or mount, and where that is mounted; "" is not known.
func (s system) readOnly(fd int) (is bool, point string, err error) {
	var st unix.Statfs_t
	if err := s.do("fstatfs", func() error { return unix.Fstatfs(fd, &st) }); err != nil {
		return false, "", err
	}
	if st.Flags&unix.MS_RDONLY == 0 {
		return false, "", nil
	}
	var x unix.Statx_t
	if unix.Statx(fd, "", unix.AT_EMPTY_PATH, unix.STATX_MNT_ID, &x) != nil || x.Mask&unix.STATX_MNT_ID == 0 {
		return true, "", nil
	}
	return true, mountOf(func(l mountLine) bool { return l.id == x.Mnt_id }), nil
}

// A mountLine is one line of /proc/self/mountinfo (proc_pid_mountinfo(5)).
type mountLine struct {
	id    uint64
	point string
}

// mountOf returns where the last mount that fits lies, which is the topmost one; ""
// for none.
func mountOf(fits func(mountLine) bool) (point string) {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return ""
	}
	for _, line := range strings.Split(string(text), "\n") {
		if l, ok := parseMount(line); ok && fits(l) {
			point = l.point
		}
	}
	return point
}

func parseMount(line string) (mountLine, bool) {
	fields := strings.Fields(line)
	if len(fields) < 5 {
		return mountLine{}, false
	}
	id, err := strconv.ParseUint(fields[0], 10, 64)
	return mountLine{id, unescape(fields[4])}, err == nil
}

// unescape reads "\040" and its like, which stand for blanks in mountinfo.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if code, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(code))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

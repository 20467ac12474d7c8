package trial

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// A mount is one line of /proc/self/mountinfo; see proc_pid_mountinfo(5).
type mount struct {
	id     int
	device string // "254:0"
	root   string // what of the file system is mounted
	point  string // where
	kind   string // of file system
	source string
	fd     int // opened with O_PATH; -1 for none
}

// readMounts returns the mounts in the order of their paths, so that one within
// another comes after it.
func readMounts() ([]mount, error) {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []mount
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20) // the options of an overlay may be long
	for lines.Scan() {
		if m, ok := parseMount(lines.Text()); ok {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b mount) int { return strings.Compare(a.point, b.point) })
	return out, lines.Err()
}

func parseMount(line string) (m mount, ok bool) {
	before, after, ok := strings.Cut(line, " - ")
	f, g := strings.Fields(before), strings.Fields(after)
	if !ok || len(f) < 6 || len(g) < 2 {
		return m, false
	}
	id, err := strconv.Atoi(f[0])
	m = mount{id: id, device: f[2], root: unescape(f[3]), point: unescape(f[4]), kind: g[0], source: unescape(g[1]), fd: -1}
	return m, err == nil
}

// unescape undoes what the kernel does to blanks in paths: "\040".
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// open opens what is mounted, if a path still leads there: not if another mount
// lies over it.
func (m *mount) open() bool {
	fd, err := unix.Open(m.point, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	if id, err := mountOf(fd); err != nil || id != m.id {
		unix.Close(fd)
		return false
	}
	m.fd = fd
	return true
}

// mountOf returns the number of the mount that a descriptor belongs to.
func mountOf(fd int) (int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/self/fdinfo/%d", fd))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "mnt_id:"); ok {
			return strconv.Atoi(strings.TrimSpace(value))
		}
	}
	return 0, fmt.Errorf("no mnt_id in fdinfo")
}

// descriptor is a path that leads to what fd is.
func descriptor(fd int) string { return fmt.Sprintf("/proc/self/fd/%d", fd) }

// within reports whether a path is a folder or lies below it.
func within(path, folder string) bool {
	rest, ok := strings.CutPrefix(path, strings.TrimSuffix(folder, "/"))
	return ok && (rest == "" || rest[0] == '/')
}

// flagsOf returns the flags that a mount has, as mount(2) wants them; all of them
// have to be given again where one is changed.
func flagsOf(path string) (uintptr, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return 0, err
	}
	var flags uintptr
	for _, f := range [...]struct{ st, ms uintptr }{
		{unix.ST_RDONLY, unix.MS_RDONLY}, {unix.ST_NOSUID, unix.MS_NOSUID}, {unix.ST_NODEV, unix.MS_NODEV},
		{unix.ST_NOEXEC, unix.MS_NOEXEC}, {unix.ST_NOATIME, unix.MS_NOATIME}, {unix.ST_NODIRATIME, unix.MS_NODIRATIME},
		{unix.ST_RELATIME, unix.MS_RELATIME},
	} {
		if uintptr(s.Flags)&f.st != 0 {
			flags |= f.ms
		}
	}
	return flags, nil
}

// readOnly makes one mount read-only.
func readOnly(path string) error {
	flags, err := flagsOf(path)
	if err != nil || flags&unix.MS_RDONLY != 0 {
		return err
	}
	return unix.Mount("", path, "", flags|unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, "")
}

package disk

import (
	"errors"

	"golang.org/x/sys/unix"
)

// setTimesOpen sets the times of an open file; errNoFlags for a kernel that does not
// know the flag.
func setTimesOpen(fd int, times []unix.Timespec) error {
	err := unix.UtimesNanoAt(fd, "", times, unix.AT_EMPTY_PATH)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOENT) {
		return errNoFlags
	}
	return err
}

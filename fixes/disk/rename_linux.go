package disk

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// passing opens a folder that is only passed through: the right to search it is enough.
const passing = unix.O_PATH

// exchange swaps two names; errNoFlags where that cannot be done.
func (s system) exchange(folder int, a, b string) error {
	return s.renameFlags(folder, a, b, unix.RENAME_EXCHANGE)
}

// moveAtOnce is move where the kernel can do it in one step, else errNoFlags.
func (s system) moveAtOnce(folder int, from, to string) error {
	return s.renameFlags(folder, from, to, unix.RENAME_NOREPLACE)
}

func (s system) renameFlags(folder int, a, b string, flags uint) error {
	err := s.do("renameat2", func() error { return unix.Renameat2(folder, a, folder, b, flags) })
	if absent(err) || errors.Is(err, unix.EINVAL) {
		return fmt.Errorf("%w: %w", errNoFlags, err)
	}
	return err
}

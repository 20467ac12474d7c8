package machine

import (
	"encoding/binary"
	"fmt"
	"io/fs"
	"math"
	"math/bits"
	"path"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// Memory is what there is of memory, in bytes.
type Memory struct {
	Total, Swap Figure[int64]
	// Limit is what the control group of this process may use. It is the least of
	// the groups that can be seen, and 0 where none is limited.
	Limit Figure[int64]
}

// ReadMemory reads what there is of memory.
func ReadMemory(fsys source.FS) Memory {
	const name = "/proc/meminfo"
	return Memory{
		Total: figure(fsys, name, func(text string) (int64, bool) { return kilobytes(text, "MemTotal") }),
		Swap:  figure(fsys, name, func(text string) (int64, bool) { return kilobytes(text, "SwapTotal") }),
		Limit: memoryLimit(fsys),
	}
}

// kilobytes reads one figure of /proc/meminfo, in kB there, in bytes.
func kilobytes(text, name string) (int64, bool) {
	kb, err := strconv.ParseInt(strings.TrimSuffix(statusLine(text, name+":"), " kB"), 10, 64)
	return kb << 10, err == nil && kb >= 0 && kb <= math.MaxInt64>>10
}

// endless is from where on a limit of memory is none: version 1 counts pages, and
// prints the most that fits.
const endless = math.MaxInt64 >> 1

func memoryLimit(fsys source.FS) Figure[int64] {
	g, err := groupOf(fsys, "memory")
	if err != nil {
		return unknown[int64](reason(err))
	}
	if g.unified {
		return least(g, "memory.max", func(name string) (int64, error) { return limitOf(read(fsys, name)) })
	}
	// The kernel has looked at the groups above already, those that cannot be seen
	// from here too.
	name := path.Join(g.dir, "memory.stat")
	if text, err := read(fsys, name); err == nil {
		if value := statusLine(text, "hierarchical_memory_limit "); value != "" {
			limit, err := limitOf(value, nil)
			if err != nil {
				return unknown[int64](reason(err))
			}
			return known(limit, name)
		}
	}
	return least(g, "memory.limit_in_bytes", func(name string) (int64, error) { return limitOf(read(fsys, name)) })
}

// limitOf reads a limit of a control group; none is 0.
func limitOf(text string, err error) (int64, error) {
	if err != nil || text == "max" {
		return 0, err
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%w: limit %q", fs.ErrInvalid, text)
	}
	if n >= endless {
		return 0, nil
	}
	return n, nil
}

// pidsLimit reads how many processes and threads the control group of this
// process may have.
func pidsLimit(fsys source.FS) Figure[int64] {
	g, err := groupOf(fsys, "pids")
	if err != nil {
		return unknown[int64](reason(err))
	}
	return least(g, "pids.max", func(name string) (int64, error) { return limitOf(read(fsys, name)) })
}

// pageSize reads the size of a page that the kernel tells every process
// (getauxval(3), AT_PAGESZ).
func pageSize(fsys source.FS) Figure[int64] {
	const name, word, tag = "/proc/self/auxv", bits.UintSize / 8, 6
	data, _, err := fsys.Read(name)
	if err != nil {
		return unknown[int64](reason(err))
	}
	number := func(b []byte) uint64 {
		if word == 8 {
			return binary.NativeEndian.Uint64(b)
		}
		return uint64(binary.NativeEndian.Uint32(b))
	}
	for ; len(data) >= 2*word; data = data[2*word:] {
		if number(data) == tag {
			return known(int64(number(data[word:])), name)
		}
	}
	return unknown[int64](name + " does not say")
}

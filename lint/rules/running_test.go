package rules_test

import (
	"fmt"
	"io/fs"
	"net/netip"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/tunelint/tunelint/host"
	live "github.com/tunelint/tunelint/machine"
	"github.com/tunelint/tunelint/source"
)

// A running machine stands in an archive as files of its /proc, and, as neither
// is a file there, its accept queues, ADDRESS BACKLOG INODE a line in "queues", and
// when files were written, NAME SECONDS a line in "written".
type running struct {
	queues, written string
}

// look shows the hosts of a case what runs, where the case has a /proc.
func (c *testCase) look(t *testing.T, h *host.Host) {
	t.Helper()
	system := datedFS{Memory: source.Memory{}, written: map[string]time.Time{}}
	for name, text := range c.files {
		system.Memory[strings.TrimPrefix(name, machineRoot)] = text
	}
	if _, err := system.Lstat("/proc"); err != nil {
		return
	}
	for line := range strings.Lines(c.running.written) {
		var name string
		var seconds int64
		if _, err := fmt.Sscan(line, &name, &seconds); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		system.written[path.Join("/", name)] = time.Unix(seconds, 0)
	}
	var queues []live.Queue
	for line := range strings.Lines(c.running.queues) {
		var address string
		var q live.Queue
		if _, err := fmt.Sscan(line, &address, &q.Backlog, &q.Inode); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		q.Address = netip.MustParseAddrPort(address)
		queues = append(queues, q)
	}
	h.LookAt(system, queues)
}

// datedFS is a file system in memory that knows when its files were written.
type datedFS struct {
	source.Memory
	written map[string]time.Time
}

func (d datedFS) Lstat(p string) (fs.FileInfo, error) {
	info, err := d.Memory.Lstat(p)
	return datedInfo{info, d.written[p]}, err
}

type datedInfo struct {
	fs.FileInfo
	written time.Time
}

func (d datedInfo) ModTime() time.Time { return d.written }

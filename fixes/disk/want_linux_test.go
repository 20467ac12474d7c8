package disk

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWant brings a file back from its text and its State, after a write and after a
// removal: all but the number of its inode is as it was.
func TestWant(t *testing.T) {
	needRoot(t)
	for _, s := range situations() {
		if s.created || s.name == "large" {
			continue
		}
		for _, gone := range []bool{false, true} {
			if gone && s.inPlace {
				continue
			}
			path := s.begin(t, fastFolder(t))
			before := newEntry(t, path)
			f, err := open(path, system{}, caller{sudo: 1234})
			must(t, err)
			state := f.State()
			must(t, s.stage(f), f.Commit(), f.Finish(), f.Close())
			if gone && !s.removal {
				must(t, os.Remove(path))
			}
			f, err = open(path, system{}, caller{sudo: 1234})
			must(t, err, f.Stage(s.old, temporary, &state), f.Commit(), f.Finish(), f.Close())
			after := newEntry(t, path)
			if after.Inode = before.Inode; cmp.Diff(before, after) != "" {
				t.Errorf("%s, gone %v: %s", s.name, gone, cmp.Diff(before, after))
			}
		}
	}
}

package disk

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestLinks puts links and other folders where folders were, before Open and between
// the steps; nothing is ever written elsewhere.
func TestLinks(t *testing.T) {
	needRoot(t)
	for _, moment := range []string{"open", "stage", "commit"} {
		for _, kind := range []string{"link", "other folder", "gone"} {
			t.Run(moment+"/"+kind, func(t *testing.T) {
				root := t.TempDir()
				s := situation{old: "old\n", new: "new\n", mode: 0o644}
				path := s.begin(t, filepath.Join(root, "nginx"))
				elsewhere := filepath.Join(root, "elsewhere")
				s.begin(t, elsewhere)
				swap := func() {
					must(t, os.Rename(filepath.Dir(path), filepath.Join(root, "moved")))
					switch kind {
					case "link":
						must(t, os.Symlink(elsewhere, filepath.Dir(path)))
					case "other folder":
						must(t, os.Rename(elsewhere, filepath.Dir(path)))
					}
				}
				err := swapAt(t, path, moment, swap)
				want := map[string]error{"link": ErrLink, "other folder": ErrChanged, "gone": ErrChanged}[kind]
				if moment == "open" && kind != "link" {
					want = nil
				}
				if !errors.Is(err, want) {
					t.Errorf("%v, want %v", err, want)
				}
				for _, folder := range []string{"moved", "elsewhere", "nginx"} {
					if list, err := os.ReadDir(filepath.Join(root, folder)); err == nil && (len(list) != 2 || text(t, filepath.Join(root, folder, "nginx.conf")) != "old\n") {
						t.Errorf("%s holds %v", folder, list)
					}
				}
			})
		}
	}
}

// swapAt swaps a folder before a step, and returns what that says.
func swapAt(t *testing.T, path, moment string, swap func()) error {
	if moment == "open" {
		swap()
	}
	f, err := Open(path)
	if err != nil || moment == "open" {
		return err
	}
	defer f.Close()
	if moment == "stage" {
		swap()
	}
	err = f.Stage("new\n", temporary, nil)
	if moment == "commit" && err == nil {
		swap()
		err = f.Commit()
	}
	must(t, f.RollBack())
	return err
}

func TestOpen(t *testing.T) {
	folder := t.TempDir()
	must(t, os.WriteFile(filepath.Join(folder, "file"), nil, 0o644), os.Symlink("file", filepath.Join(folder, "link")),
		os.Symlink("nowhere", filepath.Join(folder, "dangling")))
	for path, want := range map[string]error{
		"nginx.conf": nil, "/": nil, folder + "/": nil, folder + "/../x": nil, folder + "/file/x": nil,
		folder + "/link": ErrLink, folder + "/dangling": ErrLink, folder + "/dangling/x": ErrLink,
	} {
		f, err := Open(path)
		if err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", path, err, want)
		}
		if err == nil {
			f.Close()
		}
	}
	for path, want := range map[string]error{folder: nil, folder + "/none": nil, folder + "/none/none": nil, folder + "/file": ErrLink, folder + "/link/x": ErrLink} {
		if err := RemoveFolder(path); !errors.Is(err, want) {
			t.Errorf("remove %q: %v, want %v", path, err, want)
		}
	}
}

// TestCreatedMeanwhile lets somebody else create the file, and the folder of one.
func TestCreatedMeanwhile(t *testing.T) {
	needRoot(t)
	folder := t.TempDir()
	path := filepath.Join(folder, "conf.d", "x.conf")
	a, b := mustOpen(t, path, nil), mustOpen(t, path, nil)
	must(t, a.Stage("a\n", ".a", nil), b.Stage("b\n", ".b", nil), a.Commit())
	if err := b.Commit(); !errors.Is(err, ErrChanged) {
		t.Error(err)
	}
	must(t, b.RollBack())
	if text(t, path) != "a\n" || names(t, filepath.Dir(path)) != "x.conf" {
		t.Errorf("%q beside %s", text(t, path), names(t, filepath.Dir(path)))
	}
	must(t, a.RollBack())
	if got := names(t, folder); got != "" {
		t.Errorf("left %s", got)
	}
}

// TestTemporaryTaken leaves alone what has the name already.
func TestTemporaryTaken(t *testing.T) {
	needRoot(t)
	folder := t.TempDir()
	path := situation{old: "old\n", mode: 0o644}.begin(t, filepath.Join(folder, "nginx"))
	theirs := filepath.Join(filepath.Dir(path), temporary)
	must(t, os.WriteFile(theirs, []byte("theirs"), 0o600))
	f := mustOpen(t, path, nil)
	if f.Stage("new\n", temporary, nil) == nil {
		t.Error("staged")
	}
	must(t, f.RollBack())
	if text(t, theirs) != "theirs" {
		t.Error("overwritten")
	}
}

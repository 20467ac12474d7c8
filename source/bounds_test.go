package source

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// reach is a project /p whose host has its root in /p/web.
var reach = Memory{
	"/p/web/etc/a.conf":       "a",
	"/p/web/etc/up.conf":      LinkPrefix + "../../shared/s.conf",
	"/p/web/etc/abs.conf":     LinkPrefix + "/etc/a.conf",
	"/p/web/etc/passwd":       LinkPrefix + "../../../secret/key",
	"/p/web/etc/near":         LinkPrefix + "../../../p-other/x",
	"/p/web/etc/hops":         LinkPrefix + "../../shared/out",
	"/p/web/etc/back":         LinkPrefix + "../../../alias/shared/s.conf",
	"/p/web/etc/dir":          LinkPrefix + "../../../secret",
	"/p/web/etc/sites/x.conf": "x",
	"/p/web/etc/sites/y":      LinkPrefix + "../dir",
	"/p/shared/s.conf":        "s",
	"/p/shared/out":           LinkPrefix + "../../secret/key",
	"/secret/key":             "k",
	"/secret/x.conf":          "k",
	"/p-other/x":              "o",
	"/alias":                  LinkPrefix + "p",
}

func TestWithin(t *testing.T) {
	v := NewStore(reach).View("/p/web", Mapping{"/far", "/secret"}).Within([]string{"/p/web", "/p"})
	for name, want := range map[string]string{
		"/etc/a.conf":              "",
		"/etc/up.conf":             "",
		"/etc/abs.conf":            "",
		"/../../etc/a.conf":        "",
		"/etc/passwd":              "leads out of /p to /secret/key",
		"/etc/near":                "leads out of /p to /p-other/x",
		"/etc/hops":                "leads out of /p to /secret/key",
		"/etc/back":                "leads out of /p to /alias/shared/s.conf",
		"/etc/dir/key":             "leads out of /p to /secret/key",
		"/etc/dir/none":            "leads out of /p to /secret/none",
		"/far/key":                 "lies outside /p",
		"/etc/sites/../dir/x.conf": "leads out of /p to /secret/x.conf",
	} {
		_, err := v.Open(name)
		var outside *OutsideError
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case want != "" && (!errors.As(err, &outside) || outside.Error() != want+": not read (--allow-outside reads it)"):
			t.Errorf("%s: %v, want %q", name, err, want)
		case want != "" && v.Exists(name):
			t.Errorf("%s exists", name)
		}
	}
	if n := len(v.Refused()); n != 8 {
		t.Errorf("%d paths were refused: %v", n, v.Refused())
	}
	if n := len(v.Store().Files()); n != 2 {
		t.Errorf("%d files were read", n)
	}
	for _, folders := range [][]string{nil, {"/"}, {"/p", "/"}} {
		if f, err := NewStore(reach).View("/p/web").Within(folders).Open("/etc/passwd"); err != nil || f.Text != "k" {
			t.Errorf("%q: %v", folders, err)
		}
	}
}

// What matches inside is still told beside the error.
func TestGlobOutside(t *testing.T) {
	v := NewStore(reach).View("/p/web").Within([]string{"/p"})
	for pattern, want := range map[string]struct {
		names   []string
		outside bool
	}{
		"/etc/d*/x.conf":    {[]string{"/etc/dir/x.conf"}, false}, // to open it tells why not
		"/etc/[ds]*/*.conf": {[]string{"/etc/sites/x.conf"}, true},
		"/etc/dir/*":        {nil, true},
		"/etc/pass*":        {[]string{"/etc/passwd"}, false},
		"/etc/[":            {nil, false},
	} {
		names, err := v.Glob(pattern)
		if IsOutside(err) != want.outside {
			t.Errorf("%s: %v", pattern, err)
		}
		if diff := cmp.Diff(want.names, names); diff != "" {
			t.Errorf("%s: %s", pattern, diff)
		}
	}
}

// Where the root is outside, what no mapping places is not there.
func TestWithinMappings(t *testing.T) {
	v := NewStore(reach).View("/p", Mapping{"/etc/nginx", "/p/web/etc"}).Within([]string{"/p/web/etc"})
	if _, err := v.Open("/etc/nginx/a.conf"); err != nil {
		t.Error(err)
	}
	if _, err := v.Open("/shared/s.conf"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("below the root: %v", err)
	}
	if _, err := v.Open("/etc/nginx/up.conf"); !IsOutside(err) {
		t.Errorf("a link to the root: %v", err)
	}
	if n := len(v.Refused()); n != 1 {
		t.Errorf("refused: %v", v.Refused())
	}
}

func TestWidest(t *testing.T) {
	got := Widest([]string{"/p/web", "/p-a", "/p", "/p/web/x", "/q", "/p"})
	if diff := cmp.Diff([]string{"/p", "/p-a", "/q"}, got); diff != "" {
		t.Error(diff)
	}
}

// A pipe that nobody writes to is not opened.
func TestSpecialFileIsNotOpened(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.Symlink("pipe", filepath.Join(dir, "link"))); err != nil {
		t.Fatal(err)
	}
	opened := make(chan error, 1)
	go func() {
		f, err := os.OpenFile(pipe, os.O_WRONLY, 0) // waits for a reader
		if err == nil {
			err = f.Close()
		}
		opened <- err
	}()
	time.Sleep(20 * time.Millisecond)
	v := NewStore(OS()).View(dir)
	v.Prefetch([]string{"/pipe", "/link"}, func(int, *File) { t.Error("read") })
	for _, name := range []string{"/pipe", "/link"} {
		if _, err := v.Open(name); !errors.Is(err, errSpecial) {
			t.Errorf("%s: %v", name, err)
		}
	}
	select {
	case <-opened:
		t.Error("the pipe was opened")
	case <-time.After(50 * time.Millisecond):
	}
	f, err := os.OpenFile(pipe, os.O_RDONLY|syscall.O_NONBLOCK, 0) // lets the writer end
	if err != nil {
		t.Fatal(err)
	}
	<-opened
	f.Close()
}

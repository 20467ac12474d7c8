package trial

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/tunelint/tunelint/fixes"
)

// bogus is a line that nginx refuses: where it is shown, it is complained of.
const bogus = "bogus on;\n"

func TestShown(t *testing.T) {
	for _, c := range []struct {
		name    string
		files   map[string]string
		prepare func(t *testing.T, dir string)
		path    string // of what is changed to bogus
		place   string // in the complaint
	}{
		{name: "new file", files: map[string]string{"nginx.conf": "include DIR/conf.d/*.conf;\nevents {}\n", "conf.d/a.conf": "\n"}, path: "conf.d/new.conf"},
		{name: "new folders", files: map[string]string{"nginx.conf": "include DIR/conf.d/*/*/*.conf;\nevents {}\n"}, path: "conf.d/a/b/new.conf"},
		{
			name: "through a link to a file", files: map[string]string{"nginx.conf": "include DIR/on/*;\nevents {}\n", "available/a": "\n", "on/x": ""},
			prepare: func(t *testing.T, dir string) { link(t, "../available/a", dir+"/on/a") }, path: "available/a", place: "/on/a:1",
		},
		{
			name: "through a link to a folder", files: map[string]string{"nginx.conf": "include DIR/link/*;\nevents {}\n", "real/a": "\n"},
			prepare: func(t *testing.T, dir string) { link(t, dir+"/real", dir+"/link") }, path: "real/a", place: "/link/a:1",
		},
		{
			name: "through another mount", files: map[string]string{"nginx.conf": "include DIR/seen/*;\nevents {}\n", "real/a": "\n", "seen/.keep": ""},
			prepare: func(t *testing.T, dir string) { bind(t, dir+"/real", dir+"/seen") }, path: "real/a", place: "/seen/a:1",
		},
		{
			name: "new file, through another mount", files: map[string]string{"nginx.conf": "include DIR/seen/*;\nevents {}\n", "real/a": "\n", "seen/.keep": ""},
			prepare: func(t *testing.T, dir string) { bind(t, dir+"/real", dir+"/seen") }, path: "real/new", place: "/seen/new:1",
		},
		{
			name: "a file that is a mount", files: map[string]string{"nginx.conf": "include DIR/a;\nevents {}\n", "a": "\n", "other": "\n"},
			prepare: func(t *testing.T, dir string) { bind(t, dir+"/other", dir+"/a") }, path: "a",
		},
		{
			name: "on a file system of its own", files: map[string]string{"nginx.conf": "include DIR/own/*;\nevents {}\n", "own/.keep": ""},
			prepare: func(t *testing.T, dir string) {
				if err := syscall.Mount("tmpfs", dir+"/own", "tmpfs", 0, ""); err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = syscall.Unmount(dir+"/own", 0) })
				write(t, dir+"/own/a", "\n")
			}, path: "own/a",
		},
		{
			name: "hidden from others", files: map[string]string{"nginx.conf": "include DIR/secret/a;\nevents {}\n", "secret/a": "\n"},
			prepare: func(t *testing.T, dir string) {
				for path, mode := range map[string]os.FileMode{"/secret/a": 0, "/secret": 0o700} {
					if err := os.Chmod(dir+path, mode); err != nil {
						t.Fatal(err)
					}
				}
			}, path: "secret/a",
		},
		{name: "a blank and a quote", files: map[string]string{"nginx.conf": "include \"DIR/a 'b/*\";\nevents {}\n", "a 'b/c\nd": "\n"}, path: "a 'b/c\nd", place: "a 'b/c"},
	} {
		for _, bare := range []bool{false, true} {
			t.Run(c.name+map[bool]string{true: " without layers"}[bare], func(t *testing.T) {
				dir := tree(t, c.files)
				tr := installed(t, filepath.Join(dir, "nginx.conf"))
				tr.bare = bare
				tr.Writes = []string{"/run/nginx.pid", "/var/lib/nginx/body"}
				if c.prepare != nil {
					c.prepare(t, dir)
				}
				seen := stateOf(t, append(places[:], dir)...)
				if c.place == "" {
					c.place = c.path + ":1"
				}
				_, after := twice(t, tr, change(t, filepath.Join(dir, c.path), bogus))
				if after.Kind != Broken || !strings.Contains(after.String(), c.place) {
					t.Errorf("got %v, want a complaint in %s", after, c.place)
				}
				if now := stateOf(t, append(places[:], dir)...); strings.Join(now, "\n") != strings.Join(seen, "\n") {
					t.Error("the machine changed")
				}
			})
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

func bind(t *testing.T, from, to string) {
	t.Helper()
	if err := syscall.Mount(from, to, "", syscall.MS_BIND, ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(to, 0) })
}

// TestStillSeen has nginx read what lies where it also writes.
func TestStillSeen(t *testing.T) {
	dir := tree(t, map[string]string{"nginx.conf": "pid DIR/run/pid;\ninclude DIR/run/a.conf;\nevents {}\nhttp { access_log DIR/run/log; }\n", "run/a.conf": "worker_processes 1;\n", "run/log": "a line\n"})
	tr := installed(t, filepath.Join(dir, "nginx.conf"))
	for _, bare := range []bool{false, true} {
		tr.bare = bare
		tr.Writes = []string{dir + "/run/pid", dir + "/run/log", "/run/nginx.pid", "/var/lib/nginx/body", "/var/lib/nginx/proxy", "/var/lib/nginx/scgi", "/var/lib/nginx/uwsgi", "/var/lib/nginx/fastcgi"}
		before, after := twice(t, tr, change(t, dir+"/run/a.conf", "worker_processes 2;\n"))
		if before.Kind != OK || after.Kind != OK {
			t.Errorf("bare %v: %v, %v", bare, before, after)
		}
	}
}

func TestConfined(t *testing.T) {
	dir := tree(t, map[string]string{"nginx.conf": "events {}\n"})
	tr := installed(t, dir+"/nginx.conf")
	ch := change(t, tr.Conf, "events {}\nhttp { access_log /proc/version; }\n")
	before, after := twice(t, tr, ch)
	if got := Judge(before, after, []fixes.Change{ch}, nil); got != Undecided || after.Kind != CannotTell {
		t.Errorf("%d: %v", got, after)
	}
}

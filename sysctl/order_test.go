package sysctl

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
)

func load(t *testing.T, files source.Memory, o Options) *Settings {
	t.Helper()
	s, err := Load(source.NewStore(files).View("/"), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func paths(docs []*Document) []string {
	var out []string
	for _, d := range docs {
		out = append(out, d.File.Path)
	}
	return out
}

func TestOrder(t *testing.T) {
	s := load(t, source.Memory{
		"/etc/sysctl.conf":                  "k = conf\n",
		"/etc/sysctl.d/99-sysctl.conf":      source.LinkPrefix + "../sysctl.conf",
		"/etc/sysctl.d/100-a.conf":          "",
		"/etc/sysctl.d/9-c.conf":            "",
		"/etc/sysctl.d/A.conf":              "",
		"/etc/sysctl.d/zz.conf":             "k = zz\n",
		"/etc/sysctl.d/x.CONF":              "k = x\n",
		"/etc/sysctl.d/.hidden.conf":        "k = hidden\n",
		"/etc/sysctl.d/10-off.conf":         source.LinkPrefix + "/dev/null",
		"/etc/sysctl.d/11-gone.conf":        source.LinkPrefix + "nowhere",
		"/run/sysctl.d/zz.conf":             "k = run\n",
		"/usr/lib/sysctl.d/10-off.conf":     "k = off\n",
		"/usr/lib/sysctl.d/11-gone.conf":    "k = gone\n",
		"/usr/lib/sysctl.d/99-protect.conf": "",
		"/lib":                              source.LinkPrefix + "usr/lib",
	}, Options{Kernel: "6.1"})
	boot := []string{"/etc/sysctl.d/100-a.conf", "/etc/sysctl.d/9-c.conf", "/usr/lib/sysctl.d/99-protect.conf", "/etc/sysctl.conf", "/etc/sysctl.d/A.conf", "/etc/sysctl.d/zz.conf"}
	if diff := cmp.Diff(boot, paths(s.Documents)); diff != "" {
		t.Error(diff)
	}
	system := []string{"/etc/sysctl.d/.hidden.conf", "/etc/sysctl.d/100-a.conf", "/etc/sysctl.d/9-c.conf", "/usr/lib/sysctl.d/99-protect.conf", "/etc/sysctl.d/A.conf", "/etc/sysctl.d/zz.conf", "/etc/sysctl.conf"}
	if diff := cmp.Diff(system, paths(s.SystemOrder())); diff != "" {
		t.Error(diff)
	}
	masked := []Masked{
		{"/run/sysctl.d/zz.conf", "/etc/sysctl.d/zz.conf"},
		{"/usr/lib/sysctl.d/10-off.conf", "/etc/sysctl.d/10-off.conf"},
		{"/usr/lib/sysctl.d/11-gone.conf", "/etc/sysctl.d/11-gone.conf"},
		{"/lib/sysctl.d/10-off.conf", "/etc/sysctl.d/10-off.conf"},
		{"/lib/sysctl.d/11-gone.conf", "/etc/sysctl.d/11-gone.conf"},
	}
	if diff := cmp.Diff(masked, s.Masked); diff != "" {
		t.Error(diff)
	}
	var unread []string
	for _, u := range s.Unread {
		unread = append(unread, u.Document.File.Path)
	}
	if diff := cmp.Diff([]string{"/etc/sysctl.d/.hidden.conf", "/etc/sysctl.d/x.CONF"}, unread); diff != "" {
		t.Error(diff)
	}
	if got := s.Value("k"); got.Value != "zz" || got.Origin.Span.File.Path != "/etc/sysctl.d/zz.conf" {
		t.Errorf("boot ends with %v", got)
	}
	if got := s.SystemValue("k"); got.Value != "conf" {
		t.Errorf("sysctl --system ends with %v", got)
	}
	if len(s.Files()) != 7 {
		t.Errorf("%d files", len(s.Files()))
	}
}

func TestSysctlConfWithoutLink(t *testing.T) {
	s := load(t, source.Memory{"/etc/sysctl.conf": "net.core.somaxconn = 1\n"}, Options{Kernel: "6.1"})
	if len(s.Documents) != 0 || len(s.Unread) != 1 || s.Int("net.core.somaxconn").Value != 4096 || s.SystemValue("net.core.somaxconn").Value != "1" {
		t.Errorf("%+v", s)
	}
}

func TestPatterns(t *testing.T) {
	files := source.Memory{
		"/etc/sysctl.d/20-web.conf":     "",
		"/etc/sysctl.d/sub/x":           "",
		"/usr/lib/sysctl.d/20-web.conf": "",
		"/roles/b/10-net.conf":          "",
		"/roles/a/10-net.conf":          "",
		"/etc/sysctl.conf":              "",
	}
	for _, c := range []struct {
		patterns, want []string
	}{
		{[]string{"etc/sysctl.d/*"}, []string{"/etc/sysctl.d/20-web.conf"}},
		{[]string{"/usr/lib/sysctl.d/*", "/etc/sysctl.d/*.conf"}, []string{"/etc/sysctl.d/20-web.conf"}},
		{[]string{"/usr/lib/sysctl.d/*"}, []string{"/usr/lib/sysctl.d/20-web.conf"}},
		{[]string{"/roles/b/*", "/etc/sysctl.d/*", "/roles/*/*"}, []string{"/roles/b/10-net.conf", "/roles/a/10-net.conf", "/etc/sysctl.d/20-web.conf"}},
		{[]string{"/etc/sysctl.conf", "/roles/a/*"}, []string{"/roles/a/10-net.conf", "/etc/sysctl.conf"}},
		{[]string{"/none/*"}, nil},
		{[]string{}, nil},
	} {
		s := load(t, files, Options{Patterns: c.patterns})
		if diff := cmp.Diff(c.want, paths(s.Documents)); diff != "" {
			t.Errorf("%v: %s", c.patterns, diff)
		}
	}
	files["/etc/sysctl.d/99-sysctl.conf"] = source.LinkPrefix + "../sysctl.conf"
	files["/etc/sysctl.d/zz.conf"] = ""
	s := load(t, files, Options{Patterns: []string{"/etc/sysctl.conf", "/etc/sysctl.d/*.conf"}})
	if diff := cmp.Diff([]string{"/etc/sysctl.d/20-web.conf", "/etc/sysctl.conf", "/etc/sysctl.d/zz.conf"}, paths(s.Documents)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("/etc/sysctl.conf", paths(s.SystemOrder())[2]); diff != "" {
		t.Error(diff)
	}
}

// failing is a file system where some paths cannot be read.
type failing struct {
	source.Memory
	bad []string
}

func (f failing) Read(p string) ([]byte, fs.FileMode, error) {
	if slices.Contains(f.bad, p) {
		return nil, 0, &fs.PathError{Op: "open", Path: p, Err: fs.ErrPermission}
	}
	return f.Memory.Read(p)
}

func (f failing) ReadDir(p string) ([]fs.DirEntry, error) {
	if slices.Contains(f.bad, p) {
		return nil, &fs.PathError{Op: "open", Path: p, Err: fs.ErrPermission}
	}
	return f.Memory.ReadDir(p)
}

func TestUnreadableFiles(t *testing.T) {
	files := source.Memory{
		"/etc/sysctl.d/a.conf": "a = 1\n", "/etc/sysctl.d/b.conf": "b = 1\n", "/etc/sysctl.d/c.conf": source.LinkPrefix + "/etc",
		"/run/sysctl.d/d.conf": "d = 1\n", "/etc/sysctl.d/dir.conf/x": "", "/usr/lib/sysctl.d/dir.conf": "d = 1\n",
	}
	v := source.NewStore(failing{files, []string{"/etc/sysctl.d/a.conf", "/run/sysctl.d"}}).View("/")
	s, err := Load(v, Options{})
	if err == nil || len(s.Documents) != 1 {
		t.Fatalf("%v, %d documents", err, len(s.Documents))
	}
	for _, key := range []string{"b", "net.core.somaxconn"} {
		if s.Value(key).Known {
			t.Errorf("%s: a directory that cannot be listed may say otherwise", key)
		}
	}
	for _, name := range []string{"/etc/sysctl.d/a.conf", "/etc/sysctl.d/c.conf", "/etc/sysctl.d/dir.conf", "/run/sysctl.d"} {
		if strings.Count(err.Error(), "settings "+name+":") != 1 {
			t.Errorf("%s is not named once in: %v", name, err)
		}
	}
}

// What stands behind a file that cannot be read holds, what stands before it
// may be overruled. A directory called x.conf overrules nothing.
func TestValuesAroundUnreadableFiles(t *testing.T) {
	files := source.Memory{
		"/etc/sysctl.d/a.conf": "a = 1\n", "/etc/sysctl.d/b.conf": "b = 1\n", "/etc/sysctl.d/c.conf": "c = 1\n", "/etc/sysctl.d/d.conf/x": "",
	}
	s, err := Load(source.NewStore(failing{files, []string{"/etc/sysctl.d/b.conf"}}).View("/"), Options{Kernel: "6.1"})
	if err == nil {
		t.Fatal("no error")
	}
	for key, want := range map[string]bool{"a": false, "b": false, "c": true, "net.core.somaxconn": false} {
		if s.Value(key).Known != want || s.SystemValue(key).Known != want {
			t.Errorf("%s: %v", key, s.Value(key))
		}
	}
	s, _ = Load(source.NewStore(files).View("/"), Options{Kernel: "6.1"})
	if !s.Value("a").Known || !s.Value("net.core.somaxconn").Known {
		t.Error("a directory hides values")
	}
}

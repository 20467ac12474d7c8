package sysctl

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tunelint/tunelint/source"
)

// Files that look as if somebody meant them to be read, and assign something.
func TestUnread(t *testing.T) {
	files := source.Memory{
		"/etc/sysctl.d/99-empty": "# k = 1\n", "/etc/sysctl.d/98-exclusion": "-k\n",
		"/etc/sysctl.d/link.conf": source.LinkPrefix + "/nowhere", "/etc/sysctl.d/null.conf": source.LinkPrefix + "/dev/null",
		"/etc/sysctl.d/99-sysctl.conf": source.LinkPrefix + "../sysctl.conf",
	}
	for _, name := range []string{
		"/etc/sysctl.d/99-tuning", "/etc/sysctl.d/web.Conf", "/etc/sysctl.d/web.cnf", "/run/sysctl.d/sub/a.conf", "/etc/sysctl.d/.hidden.conf",
		"/etc/sysctl.d/README", "/etc/sysctl.d/a.conf.bak", "/etc/sysctl.d/a.conf~", "/etc/sysctl.d/notes~", "/etc/sysctl.d/.a.swp", "/etc/sysctl.d/a.dpkg-new",
		"/etc/sysctl.d/old/a.conf", "/etc/sysctl.d/.git/a.conf", "/etc/sysctl.d/sub/README", "/etc/sysctl.d/a.conf.j2", "/etc/sysctl.d/a.txt",
	} {
		files[name] = "k = 1\n"
	}
	s := load(t, files, Options{})
	var names []string
	for _, u := range s.Unread {
		names = append(names, u.Name)
	}
	want := []string{"/etc/sysctl.d/.hidden.conf", "/etc/sysctl.d/99-tuning", "/etc/sysctl.d/web.Conf", "/etc/sysctl.d/web.cnf", "/run/sysctl.d/sub/a.conf"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"/etc/sysctl.d/link.conf"}, s.Dangling); diff != "" {
		t.Error(diff)
	}
}

package spelling

import "testing"

func TestMisnamed(t *testing.T) {
	for name, want := range map[string]bool{
		"90-web.conf": false, "90-web": true, "90-web.CONF": true, "/etc/sysctl.d/web.cnf": true, "override": true, "a.sysctl": true,
		"web.conf.bak": false, "web.conf~": false, "web~": false, "README": false, "README.sysctl": false, ".conf": false, ".web": false, "web.conf.j2": false, "x.dpkg-old": false,
	} {
		if got := Misnamed(name); (got != "") != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

package trial

import "testing"

func TestParseMount(t *testing.T) {
	for line, want := range map[string]mount{
		`36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`: {id: 36, device: "98:0", root: "/mnt1", point: "/mnt2", kind: "ext3", source: "/dev/root", fd: -1},
		`36 35 0:44 / /a\040b\134c rw - tmpfs a\011b rw`:                                 {id: 36, device: "0:44", root: "/", point: `/a b\c`, kind: "tmpfs", source: "a\tb", fd: -1},
	} {
		if got, ok := parseMount(line); !ok || got != want {
			t.Errorf("%s: %+v", line, got)
		}
	}
	for _, line := range []string{"", "36 35", "36 35 98:0 / /mnt2 rw master:1 ext3 /dev/root rw", "x 35 98:0 / /mnt2 rw - ext3 /dev/root rw", "1 2 0:1 / /a rw - "} {
		if got, ok := parseMount(line); ok {
			t.Errorf("%q: %+v", line, got)
		}
	}
}

func TestWithin(t *testing.T) {
	for _, c := range []struct {
		path, folder string
		want         bool
	}{{"/a/b", "/a", true}, {"/a", "/a", true}, {"/ab", "/a", false}, {"/a", "/", true}, {"/", "/", true}, {"/a", "/a/b", false}} {
		if got := within(c.path, c.folder); got != c.want {
			t.Errorf("%s within %s: %v", c.path, c.folder, got)
		}
	}
}

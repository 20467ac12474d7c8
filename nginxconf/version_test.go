package nginxconf

import (
	"testing"

	"github.com/tunelint/tunelint/source"
)

func TestParseVersion(t *testing.T) {
	for text, want := range map[string]Version{
		"1.24": {1, 24, 0}, "1.22.1": {1, 22, 1}, "0.8.55": {0, 8, 55}, "1": {}, "": {}, "1.2.3.4": {}, "1.x": {}, "1.-2": {}, "v1.2": {},
	} {
		got, err := ParseVersion(text)
		if got != want || (err == nil) != want.Known() {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func TestVersionOrder(t *testing.T) {
	ascending := []Version{{0, 9, 7}, {1, 0, 15}, {1, 9, 15}, {1, 10, 0}, {1, 22, 0}, {1, 22, 1}, {}, {1, 99, 0}}
	for i, v := range ascending {
		for k, w := range ascending {
			if v.Less(w) != (i < k) {
				t.Errorf("%v < %v: %v", v, w, v.Less(w))
			}
		}
	}
	if got := (Version{1, 22, 1}).String(); got != "1.22.1" {
		t.Error(got)
	}
	if (Version{}).String() != Newest().String() || (Version{}).Compare(Newest()) != 0 {
		t.Error("an unknown version is not the newest")
	}
}

func TestSinceReadsBranches(t *testing.T) {
	for _, c := range []struct {
		list, version string
		want          bool
	}{
		{"", "0.1.0", true},
		{"1.9.0", "1.8.1", false},
		{"1.9.0", "1.9.0", true},
		{"1.2.2,1.3.1", "1.2.1", false},
		{"1.2.2,1.3.1", "1.2.2", true},
		{"1.2.2,1.3.1", "1.3.0", false},
		{"1.2.2,1.3.1", "1.3.1", true},
		{"1.2.2,1.3.1", "1.4.0", true},
		{"1.0.9,1.1.6", "1.1.5", false},
		{"0.5.34,0.6.14", "0.5.40", true},
	} {
		v, err := ParseVersion(c.version)
		if err != nil {
			t.Fatal(err)
		}
		if got := v.Since(c.list); got != c.want {
			t.Errorf("%s since %q: %v", c.version, c.list, got)
		}
	}
}

func TestPoolByDefault(t *testing.T) {
	for v, want := range map[Version]bool{{1, 29, 6}: false, {1, 29, 7}: true, {1, 30, 0}: true, {}: true, {1, 28, 9}: false} {
		if PoolByDefault(v) != want {
			t.Errorf("%v: want %v", v, want)
		}
	}
}

func TestStableIsOfTheStableBranch(t *testing.T) {
	v := Stable()
	if v[1]%2 != 0 || !v.Less(Newest()) {
		t.Errorf("%s is not stable, or newer than the table", v)
	}
	c := load(t, source.Memory{"/etc/nginx/nginx.conf": "http { server { } }"}, Options{})
	if got := c.Root.Effective("worker_processes").Origin().Default; got != "nginx "+v.String()+" default" {
		t.Errorf("the default of no version is one of %q", got)
	}
	if c.Version.Known() {
		t.Error("an assumed version counts as known")
	}
}

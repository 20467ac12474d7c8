package nginxconf

import "testing"

func TestDecodePath(t *testing.T) {
	for target, want := range map[string]string{
		"/":               "/",
		"/a/b?x=/../y":    "/a/b",
		"/a#b":            "/a",
		"/a//b///c":       "/a/b/c",
		"/a/./b/.":        "/a/b/",
		"/a/b/../c":       "/a/c",
		"/a/b/..":         "/a/",
		"/a/..?x":         "/",
		"/a%2Fb":          "/a/b",
		"/a/%2e%2E/b":     "/b",
		"/a%252e":         "/a%2e",
		"/a%3Fb%23c":      "/a?b#c",
		"/a%2f%2fb":       "/a/b",
		"/...":            "/...",
		"/.a/..b/c.":      "/.a/..b/c.",
		"/a+b%20c":        "/a+b c",
		"/%c3%a9":         "/é",
		"/..":             "",
		"/a/../../b":      "",
		"/a%0":            "",
		"/a%zz":           "",
		"/a%00":           "",
		"/a/%2e%2e/..//b": "",
	} {
		got, err := DecodePath(target, true)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v; want %q", target, got, err, want)
		}
	}
	if got, _ := DecodePath("/a//b/../c", false); got != "/a//c" {
		t.Errorf("slashes kept: %q", got)
	}
	if got, _ := DecodePath("/a/b//../c", false); got != "/a/b/c" {
		t.Errorf("slashes kept above dots: %q", got)
	}
}

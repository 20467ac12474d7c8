package limits

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

const link = source.LinkPrefix

func load(t *testing.T, m source.Memory, o Options) *Limits {
	t.Helper()
	l, err := Load(source.NewStore(m).View("/h"), o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func names(files []*UnitFile) string {
	var out []string
	for _, f := range files {
		out = append(out, strings.TrimPrefix(f.File.Path, "/h"))
	}
	return strings.Join(out, " ")
}

func TestLoadStandardPlaces(t *testing.T) {
	l := load(t, source.Memory{
		"/h/etc/security/limits.conf":             "web soft nofile 1\n",
		"/h/etc/security/limits.d/b.conf":         "web soft nofile 2\n",
		"/h/etc/security/limits.d/B.conf":         "web soft nofile 3 {{ x }}\n",
		"/h/etc/security/limits.d/.c.conf":        "web soft nofile 4\n",
		"/h/etc/security/limits.d/d.conf.old":     "web soft nofile 5\n",
		"/h/etc/security/limits.d/null.conf":      link + "/dev/null",
		"/h/etc/security/limits.d/dir.conf/file":  "",
		"/h/etc/security/limits.d/dangling.conf":  link + "nowhere",
		"/h/usr/lib/systemd/system/nginx.service": "[Service]\nLimitNOFILE=1\n",
		"/h/lib": link + "usr/lib",
		"/h/usr/lib/systemd/system/nginx.service.d/mask.conf": "[Service]\nLimitNOFILE=2\n",
		"/h/etc/systemd/system/nginx.service.d/mask.conf":     link + "/dev/null",
		"/h/etc/systemd/system/nginx.service.d/20.conf":       "[Service]\nLimitNOFILE=3\nMemoryMax=50%\n",
		"/h/etc/systemd/system/service.d/50.conf":             "[Service]\nLimitNOFILE=4:5\n",
		"/h/etc/systemd/system.conf":                          "[Manager]\n",
		"/h/usr/lib/systemd/system.conf.d/10.conf":            "[Manager]\nDefaultLimitNOFILE=7\n",
	}, Options{})
	var documents []string
	for _, d := range l.Documents {
		documents = append(documents, path.Base(d.File.Path))
	}
	if diff := cmp.Diff([]string{"limits.conf", "B.conf", "b.conf"}, documents); diff != "" {
		t.Error(diff)
	}
	u := l.Unit("nginx.service")
	const system = "/etc/systemd/system"
	if got, want := names(u.Files()), "/usr/lib/systemd/system/nginx.service "+system+"/nginx.service.d/20.conf "+system+"/service.d/50.conf"; got != want {
		t.Errorf("nginx.service: %s", got)
	}
	if got := names(l.SystemConf); got != "/etc/systemd/system.conf /usr/lib/systemd/system.conf.d/10.conf" {
		t.Errorf("system.conf: %s", got)
	}
	if len(l.Skips) != 2 || len(l.Files()) != 8 || l.Unit("none.service") != nil {
		t.Errorf("%v, %d files", l.Skips, len(l.Files()))
	}
	if s := l.ServiceNoFile("nginx.service"); !s.Known || s.Value != (Range{4, 5}) || s.Origin.Span.Text() != "LimitNOFILE=4:5" {
		t.Errorf("%+v", s)
	}
	if got := len(u.All("Service", "LimitNOFILE")); got != 3 {
		t.Errorf("%d assignments", got)
	}
}

func TestLoadPatterns(t *testing.T) {
	l := load(t, source.Memory{
		"/h/l/z.conf":      "a soft nofile 1\n",
		"/h/l/limits.conf": "a soft nofile 2\n",
		"/h/etc/systemd/system/nginx.service.d/b.conf":     "[Service]\nLimitNOFILE=1\n",
		"/h/deploy/nginx.service.d/b.conf":                 "[Service]\nLimitNOFILE=2\n",
		"/h/deploy/nginx.service.d/a.conf":                 "[Service]\nLimitNOFILE=3\n",
		"/h/deploy/app.service":                            "[Service]\nLimitNOFILE=4\n",
		"/h/deploy/job@.service":                           "[Service]\nLimitNOFILE=5\n",
		"/h/deploy/README":                                 "x",
		"/h/deploy/system.conf":                            "[Manager]\nDefaultLimitNOFILE=6\n",
		"/h/usr/lib/systemd/system/nginx.service.d/c.conf": "[Service]\nLimitNOFILE=7\n",
		"/h/etc/security/limits.conf":                      "a soft nofile 8\n",
	}, Options{
		LimitsPatterns: []string{"l/*.conf"},
		UnitPatterns:   []string{"etc/systemd/system/*.d/*.conf", "deploy/*", "deploy/*.d/*"},
		Services:       []string{"job@1.service", "other.service"},
	})
	if got := texts(l.Entries("nofile")); !slices.Equal(got, []string{"a soft nofile 2", "a soft nofile 1"}) {
		t.Errorf("%q", got)
	}
	for name, want := range map[string]string{
		"job@1.service": "/deploy/job@.service",
		"app.service":   "/deploy/app.service",
		"nginx.service": "/deploy/nginx.service.d/a.conf /deploy/nginx.service.d/b.conf",
	} {
		if u := l.Unit(name); u == nil || names(u.Files()) != want {
			t.Errorf("%s: %+v", name, u)
		}
	}
	if len(l.Units) != 3 || names(l.SystemConf) != "/deploy/system.conf" {
		t.Errorf("%d units, %s", len(l.Units), names(l.SystemConf))
	}
	if len(l.Skips) != 1 || path.Base(l.Skips[0].Span.File.Path) != "README" {
		t.Errorf("%v", l.Skips)
	}
}

func TestLoadErrors(t *testing.T) {
	loop := source.Memory{
		"/h/etc/security/limits.conf":             link + "limits.conf",
		"/h/etc/systemd/system/nginx.service":     link + "/etc/systemd/system/nginx.service",
		"/h/etc/security/limits.d/ok.conf":        "* soft nofile 1\n",
		"/h/etc/systemd/system.conf.d/gone.conf":  link + "/nowhere",
		"/h/etc/systemd/system.conf.d/there.conf": "[Manager]\n",
	}
	l, err := Load(source.NewStore(loop).View("/h"), Options{})
	if err == nil || strings.Count(err.Error(), "read ") != 2 || len(l.Documents) != 1 || len(l.SystemConf) != 1 {
		t.Errorf("%v", err)
	}
	if _, err := Load(source.NewStore(loop).View("/h"), Options{LimitsPatterns: []string{"etc/[/x"}}); err == nil {
		t.Error("a bad pattern was accepted")
	}
	empty, err := Load(source.NewStore(source.Memory{}).View("/h"), Options{})
	if err != nil || len(empty.Files()) != 0 || !errors.Is(err, nil) {
		t.Errorf("%v", err)
	}
}

func TestAliases(t *testing.T) {
	const system, vendor = "/h/etc/systemd/system/", "/h/usr/lib/systemd/system/"
	l := load(t, source.Memory{
		vendor + "redis-server.service":              "[Service]\n",
		system + "redis-server.service":              "[Service]\nLimitNOFILE=5\n",
		system + "redis.service":                     link + "/usr/lib/systemd/system/redis-server.service",
		system + "redis.service.d/a.conf":            "[Service]\nLimitNOFILE=6\n",
		vendor + "redis-server.service.d/b.conf":     "[Service]\nLimitNOFILE=7\n",
		system + "redis-.service.d/c.conf":           "[Service]\nLimitNOFILE=8\n",
		system + "web.service":                       link + "/srv/web/unit.service",
		"/h/srv/web/unit.service":                    "[Service]\nLimitNOFILE=9\n",
		system + "unit.service.d/a.conf":             "[Service]\nLimitNOFILE=10\n",
		system + "gone.service":                      link + "/dev/null",
		vendor + "gone.service":                      "[Service]\n",
		system + "prefix-.service.d/a.conf":          "[Service]\n",
		system + "multi-user.target.wants/x.service": link + "../web.service",
	}, Options{Services: []string{"redis.service", "redis-server.service", "web.service", "gone.service", "prefix-a.service"}})
	redis := l.Unit("redis-server.service")
	if want := "/etc/systemd/system/redis-server.service /etc/systemd/system/redis.service.d/a.conf " +
		"/usr/lib/systemd/system/redis-server.service.d/b.conf /etc/systemd/system/redis-.service.d/c.conf"; redis == nil ||
		redis != l.Unit("redis.service") || names(redis.Files()) != want {
		t.Errorf("redis: %+v", redis)
	}
	if u := l.Unit("web.service"); u == nil || names(u.Files()) != "/srv/web/unit.service" {
		t.Errorf("web: %+v", u)
	}
	if u := l.Unit("gone.service"); u == nil || !u.Masked || u.Fragment != nil || l.ServiceNoFile("gone.service").Known {
		t.Errorf("gone: %+v", u)
	}
	if len(l.Units) != 3 {
		t.Errorf("%d units", len(l.Units))
	}
}

func TestServiceNoFile(t *testing.T) {
	const unit, dropIn, manager = "/h/etc/systemd/system/nginx.service", "/h/etc/systemd/system/nginx.service.d/x.conf", "/h/etc/systemd/system.conf"
	for _, c := range []struct {
		name string
		m    source.Memory
		want string
	}{
		{"nothing", source.Memory{}, "1024:524288 systemd default assumed"},
		{"a unit without limit", source.Memory{unit: "[Service]\n"}, "1024:524288 systemd default"},
		{"the manager", source.Memory{unit: "[Service]\n", manager: "[Manager]\nDefaultLimitNOFILE=5\n"}, "5 DefaultLimitNOFILE=5"},
		{"the manager, no unit", source.Memory{manager: "[Manager]\nDefaultLimitNOFILE=5\n"}, "5 DefaultLimitNOFILE=5 assumed"},
		{"a drop-in alone", source.Memory{dropIn: "[Service]\nLimitNOFILE=6\n"}, "6 LimitNOFILE=6"},
		{"broken lines", source.Memory{unit: "[Service]\nLimitNOFILE=7\nLimitNOFILE=64k\nLimitNOFILE=\n"}, "7 LimitNOFILE=7"},
		{"a broken drop-in", source.Memory{unit: "[Service]\nLimitNOFILE=7\n", dropIn: "LimitNOFILE=8\n"}, "7 LimitNOFILE=7"},
		{"a unit that does not load", source.Memory{unit: "[Service]\nLimitNOFILE=7\n[Service\n"}, "unknown"},
		{"a drop-in cut short", source.Memory{unit: "[Service]\n", dropIn: "[Service]\nLimitNOFILE=7\n[Service\nLimitNOFILE=8\n"}, "7 LimitNOFILE=7"},
		{"a template decides", source.Memory{unit: "[Service]\nLimitNOFILE=7\n", dropIn: "[Service]\nLimitNOFILE={{ n }}\n"}, "unknown"},
		{"a template may decide", source.Memory{unit: "[Service]\nLimitNOFILE=7\n", dropIn: "[Service]\n{{ extra }}\n"}, "unknown"},
		{"a template is overridden", source.Memory{unit: "[Service]\n{{ extra }}\n", dropIn: "[Service]\nLimitNOFILE=7\n"}, "7 LimitNOFILE=7"},
		{"infinity", source.Memory{unit: "[Service]\nLimitNOFILE=infinity\n"}, "infinity LimitNOFILE=infinity"},
	} {
		s := load(t, c.m, Options{}).ServiceNoFile("nginx.service")
		got := "unknown"
		if s.Known {
			got = s.Value.String() + " " + s.Origin.Default + s.Origin.Span.Text()
		}
		if s.Origin.Assumed {
			got += " assumed"
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestMemoryMax(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "0 false ",
		"MemoryMax=2G\n":                 "2147483648 true MemoryMax=2G",
		"MemoryMax=2G\nMemoryMax=1GB\n":  "2147483648 true MemoryMax=2G",
		"MemoryMax=2G\nMemoryMax=\n":     "0 false MemoryMax=",
		"MemoryMax=infinity\n":           "0 false MemoryMax=infinity",
		"MemoryMax=50%\n":                "0 false MemoryMax=50%",
		"MemoryMax=8E\n":                 "0 false MemoryMax=8E",
		"MemoryMax={{ n }}\n":            "0 false MemoryMax={{ n }}",
		"MemoryMax=1G\n[Broken\n":        "0 false ",
		"[Unit]\nMemoryMax=1G\n":         "0 false ",
		"MemoryMax=1.5K\nMemoryHigh=1\n": "1536 true MemoryMax=1.5K",
	} {
		l := load(t, source.Memory{"/h/run/systemd/system/nginx.service": "[Service]\n" + text}, Options{})
		s := l.Unit("nginx.service").MemoryMax()
		if got := fmt.Sprint(s.Value, s.Known, " ", s.Origin.Span.Text()); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// TestDropInOrderAsSystemd lets systemd parse generated trees in which every
// file complains under its own name, and compares the order.
func TestDropInOrderAsSystemd(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	seen := 0
	for i := range 300 {
		name := []string{"web-ng.service", "a-b@x-y.service", "nginx.service", "a-b-c-.service", "job@.service", "n@1.service"}[i%6]
		m := randomTree(r, name)
		root := t.TempDir()
		writeTree(t, root, m)
		want := parseOrder(t, root, name)
		seen += len(want)
		l, err := Load(source.NewStore(source.OS()).View(root), Options{Services: []string{name}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		if u := l.Unit(name); u != nil {
			for _, f := range u.Files() {
				for _, a := range f.Assignments[:min(1, len(f.Assignments))] {
					if v := strings.TrimPrefix(a.Value, "bad-"); !slices.Contains(got, v) {
						got = append(got, v)
					}
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: systemd (-), we (+):\n%s\n%q", name, diff, m)
		}
	}
	if seen < 500 {
		t.Errorf("only %d files seen", seen)
	}
}

// parseOrder returns the marks of the files of a unit in the order in which
// systemd complains about them.
func parseOrder(t *testing.T, root, name string) (order []string) {
	t.Helper()
	for _, line := range verify(t, "", "--man=no", "--root="+root, "verify", name) {
		if _, v, ok := strings.Cut(line, "ignoring: bad-"); ok && !slices.Contains(order, v) {
			order = append(order, v)
		}
	}
	return order
}

// randomTree returns unit files and drop-ins for a unit and others, in
// several directories of the search path.
func randomTree(r *rand.Rand, name string) source.Memory {
	dirs := []string{"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system"}
	m := source.Memory{}
	for _, dir := range dirs {
		if r.IntN(4) == 0 {
			continue
		}
		if r.IntN(2) == 0 {
			randomUnitFile(r, m, dir+"/"+name)
		}
		if template := templateOf(name); template != "" && r.IntN(2) == 0 {
			randomUnitFile(r, m, dir+"/"+template)
		}
		names := append(dropInNames(name), "service", "al.service", "a.service", "web.service", "ng.service")
		for range 1 + r.IntN(4) {
			base := []string{"10.conf", "20.conf", "a.conf", "Z.conf", "9.conf", ".h.conf", "x.txt"}[r.IntN(7)]
			randomUnitFile(r, m, dir+"/"+names[r.IntN(len(names))]+".d/"+base)
		}
	}
	if vendor := "/usr/lib/systemd/system/" + name; m[vendor] == "" {
		m[vendor] = unitMark("vendor")
	}
	if !strings.Contains(name, "@") && r.IntN(2) == 0 {
		m["/etc/systemd/system/al.service"] = link + []string{"", "/usr/lib/systemd/system/"}[r.IntN(2)] + name
		m["/etc/systemd/system/"+name] = unitMark("etc")
		m["/usr/lib/systemd/system/"+name] = unitMark("vendor")
	}
	return m
}

// randomUnitFile puts a unit file or a drop-in in a place, or what may stand
// there instead: a mask, a dangling link, a link to another file, a directory.
func randomUnitFile(r *rand.Rand, m source.Memory, at string) {
	if m[at] != "" || m[at+"/inner.conf"] != "" {
		return
	}
	text := unitMark(at)
	switch r.IntN(12) {
	case 0:
		text = link + "/dev/null"
	case 1:
		text = link + "nowhere"
	case 2:
		text = strings.ReplaceAll(text, "\n", "\r\n")
	case 3:
		text = strings.TrimSuffix(text, "\n")
	case 4:
		text = byteOrderMark + text
	case 5:
		if strings.HasSuffix(at, ".conf") {
			m[at+"/inner.conf"] = text
			return
		}
	case 6:
		m["/srv/shared.conf"] = unitMark("shared")
		if strings.HasSuffix(at, ".conf") {
			text = link + strings.Repeat("../", strings.Count(at, "/")-1) + "srv/shared.conf"
		}
	}
	m[at] = text
}

func unitMark(name string) string {
	return "[Service]\nLimitNOFILE=bad-" + strings.ReplaceAll(name, "/", "_") + "\nExecStart=/bin/true\n"
}

// TestManagerOrderAsSystemd compares the order of system.conf and its drop-ins
// with what systemd-analyze cat-config shows.
func TestManagerOrderAsSystemd(t *testing.T) {
	realpart.Need(t, "systemd-analyze")
	r := rand.New(rand.NewPCG(7, 8))
	for range 20 {
		m := source.Memory{"/etc/systemd/system.conf": "[Manager]\n"}
		for _, dir := range []string{"/etc", "/run", "/usr/local/lib", "/usr/lib"} {
			for _, base := range []string{"10-a.conf", "9-b.conf", "Z.conf", "x.conf"} {
				if r.IntN(2) == 0 {
					m[dir+"/systemd/system.conf.d/"+base] = "[Manager]\n"
				}
			}
		}
		root := t.TempDir()
		writeTree(t, root, m)
		out, err := exec.Command("systemd-analyze", "--root="+root, "cat-config", "systemd/system.conf").CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		var want []string
		for line := range strings.SplitSeq(string(out), "\n") {
			if name, ok := strings.CutPrefix(line, "# "+root); ok {
				want = append(want, name)
			}
		}
		l, err := Load(source.NewStore(source.OS()).View(root), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Join(want, " "), strings.ReplaceAll(names(l.SystemConf), root, "")); diff != "" {
			t.Error(diff)
		}
	}
}

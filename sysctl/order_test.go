package sysctl

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
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

// tree writes a random host below dir: the same names in several directories,
// masks, empty files, names that do not count; with 11 kinds of entry also links
// and directories. contents returns the text of one file.
func tree(t *testing.T, random *rand.Rand, dir string, kinds int, contents func(name string) string) {
	t.Helper()
	bases := []string{"10-a.conf", "9-b.conf", "99-sysctl.conf", "A.conf", "a.conf", "zz.conf", ".hidden.conf", "x.CONF", "y.conf.bak", "README", "ä.conf"}
	for _, d := range directories()[:4] {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, base := range bases {
			name := filepath.Join(dir, d, base)
			var err error
			switch random.IntN(kinds) {
			case 0:
				err = os.Symlink("/dev/null", name)
			case 1:
				err = os.WriteFile(name, nil, 0o644)
			case 2, 3, 4:
				err = os.WriteFile(name, []byte(contents(path.Join(d, base))), 0o644)
			case 8:
				err = os.Symlink("../../etc/sysctl.conf", name)
			case 9:
				err = os.Symlink("nowhere", name)
			case 10:
				err = os.Mkdir(name, 0o755)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "etc/sysctl.conf"), []byte(contents("/etc/sysctl.conf")), 0o644); err != nil {
		t.Fatal(err)
	}
}

// systemd-analyze lists the files in the order systemd-sysctl applies them.
func TestOrderAgainstSystemd(t *testing.T) {
	realpart.Need(t, "systemd-analyze")
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 120 {
		dir := t.TempDir()
		tree(t, random, dir, 8, func(name string) string { return "file = " + name + "\n" })
		out, err := exec.Command("systemd-analyze", "cat-config", "--root="+dir, "sysctl.d").Output()
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for line := range strings.Lines(string(out)) {
			if name, ok := strings.CutPrefix(line, "file = "); ok {
				want = append(want, strings.TrimSpace(name))
			}
		}
		s, err := Load(source.NewStore(source.OS()).View(dir), Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range s.Lines("file") {
			got = append(got, l.Value)
		}
		if diff := cmp.Diff(lastOf(want), got); diff != "" {
			t.Fatalf("tree %d: %s", i, diff)
		}
	}
}

// lastOf keeps the last place of every name, as a file with several names has.
func lastOf(names []string) []string {
	var out []string
	for i, name := range names {
		if !slices.Contains(names[i+1:], name) {
			out = append(out, name)
		}
	}
	return out
}

// applyEach takes over the directories of one host after the other, lets both
// loaders apply them, and prints what the kernel holds after each. The file start
// in the root holds the values to begin with.
const applyEach = `set -e
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /usr/local/lib
mkdir -p /run/sysctl.d /usr/local/lib/sysctl.d /etc/sysctl.d /usr/lib/sysctl.d
mount -t tmpfs tmpfs /etc/sysctl.d
mount -t tmpfs tmpfs /usr/lib/sysctl.d
touch /etc/sysctl.conf
loader=$1 root=$2 count=$3
shift 3
show() { for key; do printf '%s|' "$(tr '\t' ' ' </proc/sys/$key)"; done; echo; }
reset() { while read -r key value; do printf '%s\n' "$value" >/proc/sys/$key; done <$root/start; }
reset
for i in $(seq 0 $((count - 1))); do
	for dir in /etc/sysctl.d /run/sysctl.d /usr/local/lib/sysctl.d /usr/lib/sysctl.d; do
		find $dir -mindepth 1 -delete
		cp -a $root/$i$dir/. $dir/
	done
	mount --bind $root/$i/etc/sysctl.conf /etc/sysctl.conf
	$loader >/dev/null 2>&1 || true; show "$@"; reset
	sysctl --system >/dev/null 2>&1 || true; show "$@"; reset
	umount /etc/sysctl.conf
done
`

// Whatever the files say, a value that is called known is the one the loaders
// leave in the kernel: systemd-sysctl for Value, sysctl --system for SystemValue.
func TestValuesAgainstTheLoaders(t *testing.T) {
	loader := systemdSysctl(t)
	realpart.Need(t, "sysctl", "find", "cp", "seq")
	const hosts = 110
	keys := []string{"net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_rmem", "net.ipv4.ip_local_port_range", "net.core.somaxconn", "net.ipv4.ip_local_reserved_ports"}
	root := t.TempDir()
	random := rand.New(rand.NewPCG(3, 4))
	for i := range hosts {
		tree(t, random, filepath.Join(root, fmt.Sprint(i)), 11, func(string) string { return randomFile(random) })
	}
	args := []string{loader, root, fmt.Sprint(hosts)}
	kernel, known, start := runningKernel(t), 0, ""
	for _, key := range keys {
		k, _ := Lookup(key)
		value, ok := k.DefaultFor(kernel)
		if !ok {
			t.Skipf("the default of %s is not known for kernel %s", key, kernel)
		}
		args = append(args, swap(key))
		start += swap(key) + " " + value + "\n"
	}
	if err := os.WriteFile(filepath.Join(root, "start"), []byte(start), 0o600); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(inNamespace(t, applyEach, args...), "\n")
	for i := range hosts {
		// The error names directories called x.conf; the rest is read.
		s, _ := Load(source.NewStore(source.OS()).View(filepath.Join(root, fmt.Sprint(i))), Options{Kernel: kernel})
		boot, system := strings.Split(lines[2*i], "|"), strings.Split(lines[2*i+1], "|")
		for k, key := range keys {
			known += compareValue(t, i, key, s.Value(key), boot[k]) + compareValue(t, i, key+" by hand", s.SystemValue(key), system[k])
		}
	}
	if known < hosts*len(keys) {
		t.Errorf("only %d values are known", known)
	}
}

func systemdSysctl(t *testing.T) string {
	t.Helper()
	for _, p := range []string{"/usr/lib/systemd/systemd-sysctl", "/lib/systemd/systemd-sysctl"} {
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	realpart.Lacking(t, "systemd-sysctl")
	return ""
}

// compareValue returns 1 for a known value. Numbers are compared as the kernel prints them.
func compareValue(t *testing.T, host int, key string, got source.Setting[string], want string) int {
	t.Helper()
	if !got.Known {
		return 0
	}
	have := got.Value
	if list, _ := leadingNumbers(got.Value, len(strings.Fields(want))); len(list) > 0 && !strings.ContainsAny(want, ",-") {
		have = strings.Trim(fmt.Sprint(list), "[]")
	}
	if have != want {
		t.Errorf("host %d: %s is %q, the kernel has %q", host, key, got.Value, want)
	}
	return 1
}

// randomFile returns lines of every kind for a handful of keys.
func randomFile(random *rand.Rand) string {
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	var b strings.Builder
	for range random.IntN(6) {
		number := pick("31", "32", "33", "0x20", "010", "31 # c", "4k", "", "31x", "7 8", "4294967296")
		value := map[string]string{
			"net.ipv4.tcp_rmem":                pick("4096 8192 16384", "8192", "4096 8192", "4096 8192 x", "x", "8192 16384 32768 5", "1,2,3"),
			"net.ipv4.ip_local_port_range":     pick("2000 3000", "4000 5000", "3000", "5000 4000", "2000-3000", "70000 1"),
			"net.ipv4.ip_local_reserved_ports": pick("8080", "8080-8090,9000", "", "8080, 9000"),
		}
		key := pick("net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_rmem", "net.ipv4.ip_local_port_range", "net.core.somaxconn", "net.ipv4.ip_local_reserved_ports")
		if v, ok := value[key]; ok {
			number = v
		}
		written := pick(key, key, key, swap(key), "/"+swap(key), strings.Replace(key, "net.", "net..", 1), key+".")
		switch random.IntN(14) {
		case 0:
			b.WriteString("-" + written + "\n")
		case 1:
			b.WriteString(pick("- ", "--", "\v", "# x\r", "\ufeff", "sysctl -w ") + written + " = " + number + "\n")
		case 2:
			b.WriteString(key[:len(key)-3] + "* = " + number + "\n")
		case 3:
			b.WriteString("-" + key[:len(key)-3] + "* \n")
		case 4:
			b.WriteString(written + " " + number + "\n")
		case 5:
			b.WriteString(key[:len(key)-1] + pick("[a-z]", "?", "[!x]", "[[:alpha:]]", "[x", "[^x]") + "=" + number + "\n")
		case 6:
			b.WriteString("  -" + written + "=" + number + " \r\n")
		case 7:
			b.WriteString(pick("# ", ";") + written + " = " + number + "\n\n")
		default:
			b.WriteString(written + pick(" = ", "=", "\t=\t") + number + pick("\n", "\n", "\r\n", " \n", "\n\n"))
		}
	}
	return strings.TrimSuffix(b.String(), pick("\n", ""))
}

package sysctl

import (
	"fmt"
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

// Kinds of entries in the directories of a random host. What comes later in the
// list is only there where [tree] is asked for it.
const (
	kindNull = iota
	kindEmpty
	kindFile
	kindFile2
	kindFile3
	kindNone
	kindNone2
	kindNone3
	kindMainLink     // to sysctl.conf, seen from /etc/sysctl.d
	kindDangling     // relative
	kindMainAbsolute // to /etc/sysctl.conf
	kindNeighbour    // to another name of the same directory: chains and loops
	kindTwin         // to the same name in another directory
	kindLost         // absolute, to nothing
	kindsOfFiles
	kindDirectory = iota - 1
	kindDirectoryLink
	allKinds
)

// tree writes a random host below dir: the same names in several directories,
// masks, empty files, links of every sort, names that do not count. contents
// returns the text of one file.
func tree(t *testing.T, random *rand.Rand, dir string, kinds int, contents func(name string) string) {
	t.Helper()
	bases := []string{"10-a.conf", "9-b.conf", "99-sysctl.conf", "A.conf", "a.conf", "zz.conf", ".hidden.conf", "x.CONF", "y.conf.bak", "README", "ä.conf"}
	dirs := directories()[:4]
	for _, d := range dirs {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, base := range bases {
			name := filepath.Join(dir, d, base)
			var err error
			switch kind := random.IntN(kinds); kind {
			case kindEmpty:
				err = os.WriteFile(name, nil, 0o644)
			case kindFile, kindFile2, kindFile3:
				err = os.WriteFile(name, []byte(contents(path.Join(d, base))), 0o644)
			case kindDirectory:
				err = os.Mkdir(name, 0o755)
			case kindNone, kindNone2, kindNone3:
			default:
				target := map[int]string{
					kindNull: "/dev/null", kindMainLink: "../../etc/sysctl.conf", kindDangling: "nowhere", kindMainAbsolute: "/etc/sysctl.conf",
					kindNeighbour: bases[random.IntN(len(bases))], kindTwin: "../.." + path.Join(dirs[random.IntN(len(dirs))], base), kindLost: "/nowhere/x.conf",
					kindDirectoryLink: "/etc/sysctl.d",
				}
				err = os.Symlink(target[kind], name)
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

// inMemory returns a directory for thousands of small files: in memory where the
// machine has a place for that.
func inMemory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "sysctl")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// randomTrees is how many hosts the loaders are asked about.
const randomTrees = 320

// systemd-analyze lists the files in the order systemd-sysctl applies them. It stops
// at what it cannot read, so that such names are taken away first.
func TestOrderAgainstSystemd(t *testing.T) {
	realpart.Need(t, "systemd-analyze")
	random := rand.New(rand.NewPCG(1, 2))
	root := inMemory(t)
	for i := range randomTrees {
		dir := filepath.Join(root, fmt.Sprint(i))
		tree(t, random, dir, kindsOfFiles, func(name string) string {
			odd := []string{"", "\ufeff", "# \xff\xfe\n", "\r\n"}[random.IntN(4)]
			return odd + "\nfile = " + name + []string{"\n", "\r\n", ""}[random.IntN(3)]
		})
		prune(t, dir)
		out, err := exec.Command("systemd-analyze", "cat-config", "--root="+dir, "sysctl.d").Output()
		if err != nil {
			t.Fatalf("tree %d: %v", i, err)
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

// prune removes links that lead nowhere, and absolute ones, which systemd-analyze
// follows out of the tree.
func prune(t *testing.T, root string) {
	t.Helper()
	for _, d := range append(directories()[:4], directories()[:4]...) { // once more for links to what is gone
		v := source.NewStore(source.OS()).View(root)
		entries, err := os.ReadDir(filepath.Join(root, d))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			name := path.Join(d, e.Name())
			target, _ := os.Readlink(filepath.Join(root, name))
			if target == "" || target == "/dev/null" {
				continue
			}
			if _, err := v.Open(name); err != nil || path.IsAbs(target) {
				if err := os.Remove(filepath.Join(root, name)); err != nil {
					t.Fatal(err)
				}
			}
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

// randomKeys are the keys that random files set. Each network namespace has them
// for itself.
var randomKeys = []string{
	"net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_rmem",
	"net.ipv4.ip_local_port_range", "net.core.somaxconn", "net.ipv4.ip_local_reserved_ports",
}

// randomFile returns lines of every kind for a handful of keys.
func randomFile(random *rand.Rand) string {
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	var b strings.Builder
	for range random.IntN(6) {
		number := pick("31", "32", "33", "0x20", "010", "31 # c", "4k", "", "31x", "7 8", "4294967296", "31\xff", "31 \xff")
		value := map[string]string{
			"net.ipv4.tcp_rmem":                pick("4096 8192 16384", "8192", "4096 8192", "4096 8192 x", "x", "8192 16384 32768 5", "1,2,3"),
			"net.ipv4.ip_local_port_range":     pick("2000 3000", "4000 5000", "3000", "5000 4000", "2000-3000", "70000 1"),
			"net.ipv4.ip_local_reserved_ports": pick("8080", "8080-8090,9000", "", "8080, 9000"),
		}
		key := pick(randomKeys...)
		if v, ok := value[key]; ok {
			number = v
		}
		written := pick(key, key, key, swap(key), "/"+swap(key), strings.Replace(key, "net.", "net..", 1), key+".")
		switch random.IntN(14) {
		case 0:
			b.WriteString("-" + written + "\n")
		case 1:
			b.WriteString(pick("- ", "--", "\v", "# x\r", "\ufeff", "sysctl -w ", "\xff", "# \xff") + written + " = " + number + "\n")
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

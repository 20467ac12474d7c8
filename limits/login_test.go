package limits

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

const (
	passwd = "root:x:0:0::/root:/bin/sh\nweb:x:60001:60001::/:/bin/sh\nother:x:60009:60009::/:/bin/sh\n"
	group  = "root:x:0:\nweb:x:60001:\nextra:x:60002:other,web\nforeign:x:60003:other\n"
)

// host returns the limits of a machine with one limits.conf.
func host(t *testing.T, conf string) *Limits {
	t.Helper()
	m := source.Memory{"/etc/passwd": passwd, "/etc/group": group, confFile: conf}
	l, err := Load(source.NewStore(m).View("/"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func texts(entries []*Entry) []string {
	var out []string
	for _, e := range entries {
		out = append(out, e.Span.Text())
	}
	return out
}

func TestLogin(t *testing.T) {
	for _, c := range []struct {
		name, conf, user string
		soft, hard       string // the entries, winner last, joined by ";"
		undecided        string
	}{
		{
			"a user beats a group beats everyone, wherever they stand",
			"web soft nofile 3\n@web soft nofile 2\n* soft nofile 1\n", "web",
			"web soft nofile 3", "", "",
		},
		{
			"the last of one class wins",
			"* soft nofile 1\n@web soft nofile 2\n@extra soft nofile 3\n60001: soft nofile 4\nweb soft nofile 5\n60000:60001 soft nofile 6\n", "web",
			"* soft nofile 1;@web soft nofile 2;@extra soft nofile 3;60001: soft nofile 4;web soft nofile 5;60000:60001 soft nofile 6", "", "",
		},
		{
			"soft and hard are apart",
			"web soft nofile 1\n* hard nofile 2\n", "web",
			"web soft nofile 1", "* hard nofile 2", "",
		},
		{
			"a beaten soft half takes the hard half along",
			"web soft nofile 1\n* - nofile 2\n", "web",
			"web soft nofile 1", "", "",
		},
		{
			"a beaten hard half does not",
			"web hard nofile 1\n* - nofile 2\n", "web",
			"* - nofile 2", "web hard nofile 1", "",
		},
		{"others", "other - nofile 1\n@foreign - nofile 2\n:60002 - nofile 3\n@60002: - nofile 4\nweb - nproc 5\n", "web", "", "", ""},
		{"broken lines", "web - nofiles 1\nweb - nofile\nweb - nofile x\n", "web", "", "", ""},
		{"an exemption ends it", "web - nofile 1\n@extra -\n", "web", "", "", ""},
		{"an exemption of nobody", "web soft nofile 1\n* -\n%web -\n", "web", "web soft nofile 1", "", ""},
		{
			"an unknown user", "* soft nofile 1\nghost hard nofile 2\n60001: soft nofile 3\n@web - nofile 4\n@web - nproc 4\n@extra -\n", "ghost",
			"* soft nofile 1", "ghost hard nofile 2", "60001: soft nofile 3;@web - nofile 4;@extra -",
		},
		{
			"root", "* soft nofile 1\n@root - nofile 2\n0: soft nofile 3\n1: soft nofile 4\nroot hard nofile 5\n", "root",
			"0: soft nofile 3", "root hard nofile 5", "* soft nofile 1;@root - nofile 2",
		},
		{
			"templates", "* soft nofile {{ n }}\nother soft nofile {{ n }}\nweb {{ t }}\n{{ u }} - nofile 1\nweb soft nproc {{ n }}\n", "web",
			"", "", "* soft nofile {{ n }};web {{ t }};{{ u }} - nofile 1",
		},
	} {
		l := host(t, c.conf)
		got := []string{
			strings.Join(texts(l.Login(c.user, "nofile", "soft")), ";"),
			strings.Join(texts(l.Login(c.user, "nofile", "hard")), ";"),
			strings.Join(texts(l.Undecided(c.user, "nofile", "-")), ";"),
		}
		if diff := cmp.Diff([]string{c.soft, c.hard, c.undecided}, got); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
	l := host(t, "* hard maxlogins 1\nweb soft maxlogins 2\n% - maxlogins 3\n* - priority 1\nweb - priority 2\n* - priority 3\n")
	if got := texts(l.Login("web", "maxlogins", "-")); got[len(got)-1] != "web soft maxlogins 2" {
		t.Errorf("maxlogins: %q", got)
	}
	if got := texts(l.Login("web", "priority", "-")); got[len(got)-1] != "* - priority 3" {
		t.Errorf("priority: %q", got)
	}
	if got := texts(l.Entries("priority")); len(got) != 3 {
		t.Errorf("entries: %q", got)
	}
}

// A session's limits before pam_limits acts on the files, shown to it as those
// of process 1. No case raises the hard limit: that takes a capability which a
// container may lack.
const (
	baseSoft = 1024
	baseHard = 4000
)

// sessionCases are directories to stand for /etc/security: file texts by name.
func sessionCases() []map[string]string {
	var out []map[string]string
	for _, conf := range []string{
		"", "# nothing\n", "web soft nofile 100", "web soft nofile 100\r\n", "web\tSOFT\vNOFILE\f101\n",
		"web soft nofile 100 200\n", "web soft nofile 0200k\n", "web soft nofile +300#c\n", "#web soft nofile 1\n",
		"web - nofile 300\nWeb - nofile 200\n\"web\" - nofile 200\nweb,other - nofile 200\n",
		"web soft nofile unlimited\n", "web soft nofile -5\n", "web soft nofile -\n", "web soft nofile 99999999999999999999\n",
		"web soft nofile 3000\nweb hard nofile 2000\n", "web hard nofile 500\n", "web - nofile\nweb nofile 200\nweb - nofiles 200\n",
		"web -\n", "web -x\n", "web soft nofile 100\nweb -\n", "* -\nweb soft nofile 100\n", "@web -\nweb soft nofile 100\n",
		"@extra -\nweb soft nofile 100\n", "@foreign -\nweb soft nofile 100\n", ":60001 -\nweb soft nofile 100\n",
		"%60001: -\nweb soft nofile 100\n", "%:60002 -\nweb soft nofile 100\n", "%web -\nweb soft nofile 100\n",
		"%60000:60002 -\nweb soft nofile 100\n", "60002: -\nweb soft nofile 100\n", "@:60002 -\nweb soft nofile 100\n",
		"@60002: -\nweb soft nofile 100\n", "@60001: -\nweb soft nofile 100\n",
		"@:60002 soft nofile 100\n", "@60002:60003 soft nofile 100\n", "@60000:60001 soft nofile 100\n",
		"%web - nofile 100\n", "% - nofile 100\n", "%:60001 - nofile 100\n", "a:b soft nofile 100\nweb soft nofile 200\n",
		"web soft nofile 100\x00\nweb hard nofile 200", "web soft nofile 100\x00 web hard nofile 200\n",
		"web soft nofile 0x100\nweb soft nofile 100\n", "web - nofile 4k\nweb - nofile 400\n",
	} {
		out = append(out, map[string]string{"limits.conf": conf})
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		files := map[string]string{"limits.conf": sessionText(r), "limits.d/50-b.conf": sessionText(r)}
		if r.IntN(2) == 0 {
			files["limits.d/40-c.conf"] = sessionText(r)
			files["limits.d/A.conf"] = sessionText(r)
			files["limits.d/.hidden.conf"] = "web - nofile 77\n"
			files["limits.d/zz.conf.bak"] = "web - nofile 78\n"
		}
		out = append(out, files)
	}
	return out
}

// roughCases are directories as nobody should leave them: odd bytes, very long
// lines, missing line ends, and what is no file where a file is looked for.
func roughCases() []map[string]string {
	long := strings.Repeat("a", 10<<20)
	out := []map[string]string{
		{"limits.conf": "web soft nofile 100\n" + long + "\nweb hard nofile 200\n"},
		{"limits.conf": "# " + long + "\nweb - nofile 200\n"},
		{"limits.conf": "web soft nofile 100\n", "limits.d/x.conf/inner": "web - nofile 200\n"},
		{"limits.conf": "", "limits.d/x.conf/inner": "web - nofile 200\n", "limits.d/y.conf": "web - nofile 300\n"},
		{"limits.conf": "\r\nweb - nofile 300\r\n\r\n* - nofile 200\r"},
		{"limits.conf": "\ufeffweb - nofile 300\nweb soft nofile 200\n"},
	}
	r := rand.New(rand.NewPCG(11, 12))
	for range 200 {
		files := map[string]string{"limits.conf": roughText(r), "limits.d/50-b.conf": roughText(r)}
		if r.IntN(4) == 0 {
			files["limits.d/60.conf/inner.conf"] = roughText(r)
		}
		out = append(out, files)
	}
	return out
}

// roughText is [sessionText] with noise between, before and behind the lines.
func roughText(r *rand.Rand) string {
	var b strings.Builder
	for _, line := range strings.SplitAfter(sessionText(r), "\n") {
		for range r.IntN(3) {
			b.WriteByte("\x00\x01\t\r\v\f #\xff\x80\n"[r.IntN(11)])
		}
		for range r.IntN(2) * r.IntN(12) {
			if c := byte(r.IntN(256)); !strings.ContainsRune("${<", rune(c)) { // no tags of templates
				b.WriteByte(c)
			}
		}
		b.WriteString(line)
	}
	return strings.TrimRight(b.String(), []string{"", "\n"}[r.IntN(2)])
}

func sessionText(r *rand.Rand) string {
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	var b strings.Builder
	for range r.IntN(5) {
		domain := pick("web", "*", "*", "@web", "@extra", "@foreign", "60001:", "60000:60001", ":60001", "@:60002", "@60001:",
			"other", "%", "%web", "60002:", ":", "WEB")
		typ := pick("soft", "hard", "-", "-", "Soft", "both")
		item := pick("nofile", "nofile", "nofile", "nproc", "nofiles")
		fmt.Fprintf(&b, "%s%s %s\t%s %d%s\n", pick("", " ", "#", "\t"), domain, typ, item, 64+r.IntN(baseHard-64), pick("", "k", " # c", "\r"))
	}
	if r.IntN(12) == 0 {
		b.WriteString(pick("web", "@extra", "*", "other", "60001:") + " -\n")
	}
	return b.String()
}

// sessions lets the real pam_limits, by way of runuser, open a session of web
// for every case and returns the soft and hard limit of each.
func sessions(t *testing.T, root string, cases int) []string {
	t.Helper()
	realpart.Need(t, "unshare", "runuser", "mount")
	if os.Getuid() != 0 {
		realpart.Lacking(t, "root")
	}
	if pam, _ := os.ReadFile("/etc/pam.d/runuser"); !strings.Contains(string(pam), "pam_limits.so") {
		realpart.Lacking(t, "pam_limits in the stack of runuser")
	}
	write(t, root+"/run.sh", fmt.Sprintf(`set -e
ulimit -Sn %[1]d; ulimit -Hn %[2]d
sed 's/^Max open files.*/Max open files            %[1]d                 %[2]d                 files     /' /proc/1/limits >limits
for f in passwd group; do mount --bind $f /etc/$f; done
mount --bind limits /proc/1/limits
i=0
while [ $i -lt %[3]d ]; do
	mount --bind $i/etc/security /etc/security
	runuser -u web -- sh -c 'echo $(ulimit -Sn) $(ulimit -Hn)' || echo failed
	umount /etc/security
	i=$((i+1))
done
`, baseSoft, baseHard, cases))
	if out, err := exec.Command("unshare", "-m", "true").CombinedOutput(); err != nil {
		realpart.Lacking(t, "a private mount namespace: "+string(out))
	}
	cmd := exec.Command("unshare", "-m", "sh", "run.sh")
	cmd.Dir = root
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, &said)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

func TestLoginAsPAM(t *testing.T) {
	cases := append(sessionCases(), roughCases()...)
	root := t.TempDir()
	write(t, root+"/passwd", passwd)
	write(t, root+"/group", group)
	for i, files := range cases {
		dir := filepath.Join(root, fmt.Sprint(i))
		write(t, dir+"/etc/passwd", passwd)
		write(t, dir+"/etc/group", group)
		for name, text := range files {
			write(t, dir+"/etc/security/"+name, text)
		}
	}
	got := sessions(t, root, len(cases))
	if len(got) != len(cases) {
		t.Fatalf("%d sessions of %d:\n%s", len(got), len(cases), strings.Join(got, "\n"))
	}
	for i, files := range cases {
		l, err := Load(source.NewStore(source.OS()).View(filepath.Join(root, fmt.Sprint(i))), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if u := l.Undecided("web", "nofile", "-"); len(u) > 0 {
			t.Errorf("undecided: %q", texts(u))
		}
		hard := min(winner(l, "hard", baseHard), baseHard)
		want := fmt.Sprintf("%d %d", min(winner(l, "soft", baseSoft), hard), hard)
		if got[i] != want {
			t.Errorf("%.2000q: pam_limits gives %s, we say %s", files, got[i], want)
		}
	}
}

func winner(l *Limits, typ string, base uint64) uint64 {
	entries := l.Login("web", "nofile", typ)
	if len(entries) == 0 {
		return base
	}
	n, _, _ := entries[len(entries)-1].Number()
	return n
}

package rules_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

// applyLines lets both loaders apply one file after the other in a network and
// directories of their own and prints for each what systemd-sysctl says, the
// values it leaves, and the values that "sysctl --system" leaves.
const applyLines = `set -e
mkdir -p /run/sysctl.d /usr/local/lib/sysctl.d /etc/sysctl.d /usr/lib/sysctl.d
for dir in /run/sysctl.d /usr/local/lib/sysctl.d /etc/sysctl.d /usr/lib/sysctl.d; do mount -t tmpfs tmpfs $dir; done
touch /etc/sysctl.conf
mount --bind /dev/null /etc/sysctl.conf
loader=$1 root=$2 count=$3
shift 3
show() { for key; do printf '%s|' "$(tr '\t' ' ' </proc/sys/$key)"; done; echo; }
reset() { while IFS='|' read -r key value; do printf '%s\n' "$value" >/proc/sys/$key; done <$root/start; }
reset
for i in $(seq 0 $((count - 1))); do
	cp $root/$i /etc/sysctl.d/90-web.conf
	said=$($loader 2>&1 >/dev/null | tr '\n' ' ') || true
	echo "$said"; show "$@"; reset
	sysctl --system >/dev/null 2>&1 || true; show "$@"; reset
done
`

// lineKeys are keys that a network namespace has for itself, with what they hold
// to begin with.
var lineKeys = [][2]string{
	{"net.ipv4.tcp_fin_timeout", "60"}, {"net.core.somaxconn", "4096"}, {"net.ipv4.tcp_rmem", "4096 131072 6291456"},
	{"net.ipv4.ip_local_port_range", "32768 60999"}, {"net.ipv4.ip_local_reserved_ports", ""},
}

// TestLinesAgainstTheLoaders writes hundreds of lines, good and bad ones, and asks
// both loaders: what the rules call an error has no effect, of what they say
// nothing both loaders set the key, and systemd-sysctl complains where they do.
func TestLinesAgainstTheLoaders(t *testing.T) {
	loader := systemdSysctl(t)
	realpart.Need(t, "unshare", "mount", "sysctl", "seq", "tr", "cp")
	root, random := t.TempDir(), rand.New(rand.NewPCG(11, 12))
	lines := make([]string, 240)
	for i := range lines {
		lines[i] = randomLine(random)
		writeTest(t, filepath.Join(root, fmt.Sprint(i)), lines[i])
	}
	args := []string{"-nm", "sh", "-c", applyLines, "sh", loader, root, fmt.Sprint(len(lines))}
	var start, begin strings.Builder
	for _, k := range lineKeys {
		path := strings.ReplaceAll(k[0], ".", "/")
		args = append(args, path)
		fmt.Fprintf(&start, "%s|%s\n", path, k[1])
		begin.WriteString(k[1] + "|")
	}
	writeTest(t, filepath.Join(root, "start"), start.String())
	out, err := exec.Command("unshare", args...).Output()
	answers := strings.Split(string(out), "\n")
	if err != nil || len(answers) < 3*len(lines) {
		realpart.Lacking(t, fmt.Sprintf("namespaces by unshare -nm: %v, %d answers", err, len(answers)))
	}
	kinds := map[string]int{}
	for i, line := range lines {
		a := answer{answers[3*i], answers[3*i+1] != begin.String(), answers[3*i+2] != begin.String(), answers[3*i+1]}
		kinds[compareLine(t, line, a)]++
	}
	for _, rule := range []string{"", "kernel/syntax-error", "kernel/unknown-key", "kernel/invalid-value", "kernel/trailing-comment"} {
		if kinds[rule] < 10 {
			t.Errorf("only %d lines for %q: %v", kinds[rule], rule, kinds)
		}
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

func writeTest(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// answer is what the loaders made of a file: what systemd-sysctl said, whether
// each changed anything, and what the keys hold after a boot.
type answer struct {
	said         string
	boot, manual bool
	values       string
}

// compareLine compares what the rules say of one line with the answer and returns
// the rule that speaks, "" for none.
func compareLine(t *testing.T, line string, a answer) string {
	t.Helper()
	f := formFinding(t, line)
	wrong := func(what string) { t.Errorf("%q: %s, the loaders: %+v", line, what, a) }
	switch {
	case f == nil:
		forgiving := strings.HasPrefix(strings.TrimSpace(line), "-")
		if !forgiving && (!a.boot || !a.manual || a.said != "") && !strings.HasSuffix(strings.TrimSpace(line), "=") {
			wrong("nothing is found")
		}
		return ""
	case strings.Contains(f.Message, "alike"):
		if a.boot && a.manual {
			wrong(f.Message)
		}
	case f.Severity == lint.Error && strings.Contains(printFindings([]*lint.Finding{f}), "in force"):
		if !a.boot || a.said == "" || !strings.Contains(a.values, "|8192 ") {
			wrong(f.Message)
		}
	case f.Severity == lint.Error:
		if a.boot || a.manual || a.said == "" && f.Rule.Name != "kernel/syntax-error" {
			wrong(f.Message)
		}
	default:
		if !a.boot || !a.manual {
			wrong(f.Message)
		}
	}
	return f.Rule.Name
}

// TestSysctlFixesSettle fixes files of good and bad lines: nothing is held back, and
// a second run changes nothing.
func TestSysctlFixesSettle(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 14))
	applied := 0
	for range 150 {
		var web, conf strings.Builder
		for range random.IntN(7) {
			web.WriteString(strings.TrimRight(randomLine(random), "\n") + "\n")
			conf.WriteString(strings.TrimRight(randomLine(random), "\n") + "\n")
		}
		c := &testCase{files: source.Memory{
			machineRoot + "/etc/sysctl.d/90-web.conf":    web.String(),
			machineRoot + "/etc/sysctl.d/99-sysctl.conf": source.LinkPrefix + "../sysctl.conf",
			machineRoot + "/etc/sysctl.conf":             conf.String(),
			machineRoot + "/tunelint.yaml":               fuzzConfig,
		}}
		m := c.open(t)
		out := m.settle(t, nil, true)
		applied += len(out.Applied)
		for _, h := range out.Held {
			t.Errorf("%s is held back: %s\n%s---\n%s", h.Finding.Message, h.Reason, web.String(), conf.String())
		}
		texts := map[*source.File]string{}
		for _, change := range out.Changes {
			texts[change.File] = change.Text
		}
		m.store = m.store.With(texts)
		if again := m.settle(t, nil, true); len(again.Changes) > 0 {
			t.Errorf("a second run changes %d files of\n%s---\n%s", len(again.Changes), web.String(), conf.String())
		}
	}
	if applied < 100 {
		t.Errorf("only %d fixes", applied)
	}
}

// formFinding returns the worst finding about the form of one line, nil for none.
func formFinding(t *testing.T, line string) *lint.Finding {
	t.Helper()
	m := (&testCase{name: "line", files: source.Memory{
		machineRoot + "/etc/sysctl.d/90-web.conf": line,
		machineRoot + "/tunelint.yaml":            "version: 1\nhosts:\n  - name: web\n    root: .\n    kernel: \"6.12\"\n",
	}}).open(t)
	hosts, err := m.load(m.store)
	if err != nil {
		t.Fatal(err)
	}
	var worst *lint.Finding
	for _, f := range lint.Run(hosts, m.options).Findings {
		switch f.Rule.Name {
		case "kernel/syntax-error", "kernel/unknown-key", "kernel/invalid-value", "kernel/trailing-comment":
			if worst == nil || f.Severity > worst.Severity {
				worst = f
			}
		}
	}
	return worst
}

// randomLine returns a line for one of the keys with a slip in the key, in the
// separator or in the value, or with none.
func randomLine(random *rand.Rand) string {
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	key := lineKeys[random.IntN(len(lineKeys))][0]
	value := map[string]string{
		"net.ipv4.tcp_rmem":                pick("8192 16384 32768", "8192 131072 6291456", "8192", "8192 x 1", "8192 16384 32768 5", "32768 16384 8192", "8192,2,3", "8192 # min", "8192 16384 32768 # c", "x 1 2"),
		"net.ipv4.ip_local_port_range":     pick("2000 3000", "3000", "5000 4000", "2000-3000", "70000 80000", "2000 3000 # c"),
		"net.ipv4.ip_local_reserved_ports": pick("8080", "8080-8090,9000", "8080, 9000", "8080 # c", "eighty"),
	}[key]
	if value == "" {
		value = pick("31", "33", "0x20", "010", "31 # c", "31\t; c", "31#c", "4k", "", "31x", "7 8", "4294967296", `"31"`, "yes", "+31", "31,", `31\`, "08")
	}
	name := key[strings.LastIndexByte(key, '.')+1:]
	path := strings.ReplaceAll(key, ".", "/")
	if random.IntN(3) == 0 {
		value = map[string]string{"net.ipv4.tcp_rmem": "8192 16384 32768", "net.ipv4.ip_local_port_range": "2000 3000"}[key]
		if value == "" {
			value = "31"
		}
		key = pick(path, "/"+path, "/proc/sys/"+path, strings.Replace(key, "."+name, "/"+name, 1), strings.ToUpper(key), key[:len(key)-1], key+"s",
			strings.Replace(key, "net.", "net..", 1), key+".", "-"+key, "- "+key, "--"+key, "\ufeff"+key, "sysctl -w "+key, "export "+key, name,
			strings.ReplaceAll(key, "_", "-"), "net/core/../"+strings.TrimPrefix(path, "net/"), `"`+key+`"`)
	}
	return pick("", "", "  ") + key + pick(" = ", "=", "\t=\t", " = ", "=", ": ", " ", " == ") + value + pick("\n", "\r\n", " \n", "")
}

package rules_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source/realpart"
)

// withSettings runs nginx -t as inNamespace does, on a network with one interface
// whose address comes after the settings in $1/etc/sysctl.d, as at boot.
const withSettings = `
ip link set lo up && ip link add eth1 type veth peer name eth2 && ip link set eth1 up || exit 99
cat "$1"/etc/sysctl.d/*.conf | sysctl -q -p - >/dev/null 2>&1
ip addr add 2001:db8::80/64 dev eth1 nodad 2>/dev/null
` + inNamespace

// TestLiveIPv6Disabled asks the real nginx about every machine of the rule's cases:
// where the rule says that it does not start it cannot bind, else it can.
func TestLiveIPv6Disabled(t *testing.T) {
	if !haveNginx(t) {
		realpart.Lacking(t, "nginx to ask")
	}
	const rule = "kernel/ipv6-disabled-in-use"
	a, err := txtar.ParseFile("kernel-ipv6-disabled-in-use.txtar")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, c := range readCases(a) {
		if c.name == "template" || c.name == "container" {
			continue
		}
		m := c.open(t)
		hosts, err := m.load(m.store)
		if err != nil {
			t.Fatal(err)
		}
		if m.options.Rules, err = lint.Select(m.options.All, []string{rule}); err != nil {
			t.Fatal(err)
		}
		said := strings.Contains(printFindings(lint.Run(hosts, m.options).Findings), "does not start")
		root := t.TempDir()
		for name, text := range c.files {
			writeFile(t, root, strings.TrimPrefix(name, machineRoot), text)
		}
		out, err := exec.Command("unshare", "-n", "-m", "--propagation", "private", "sh", "-c", withSettings, "sh", root).CombinedOutput()
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.ExitCode() == 99 {
			realpart.Lacking(t, "a pair of interfaces: "+string(out))
		}
		if refused := strings.Contains(string(out), "99: Cannot assign requested address"); refused != said || !said && err != nil {
			t.Errorf("%s: tunelint says it does not start: %t, nginx: %v %s", c.name, said, err, out)
		}
		asked++
	}
	if asked < 8 {
		t.Errorf("only %d machines asked", asked)
	}
}

// listening starts nginx in a network of its own and shows its sockets.
const listening = `
ip link set lo up || exit 99
nginx -p "$1" -c "$1/nginx.conf" -e stderr -g "pid $1/pid;" || exit 1
ss -ltnmH
nginx -p "$1" -c "$1/nginx.conf" -e stderr -g "pid $1/pid;" -s stop`

// TestLiveCutBuffer lets nginx ask for a larger receive buffer than there is: it
// starts without a word and gets what rmem_max allows, which the kernel counts twice.
func TestLiveCutBuffer(t *testing.T) {
	if !haveNginx(t) {
		realpart.Lacking(t, "nginx to ask")
	}
	realpart.Need(t, "ss")
	text, err := os.ReadFile("/proc/sys/net/core/rmem_max")
	if err != nil {
		t.Fatal(err)
	}
	most, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	conf := "events {}\nhttp {\n    access_log off;\n    server {\n        listen 8081 rcvbuf=1000m;\n    }\n}\n"
	if err := os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("unshare", "-n", "sh", "-c", listening, "sh", dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v, %s", err, out)
	}
	given := regexp.MustCompile(`\brb(\d+)`).FindSubmatch(out)
	if want := 2 * min(1000<<20, most); given == nil || string(given[1]) != strconv.Itoa(want) {
		t.Errorf("nginx asks for 1000m, rmem_max is %d: %s", most, out)
	}
}

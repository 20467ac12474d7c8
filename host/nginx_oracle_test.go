package host_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

// runNginx runs a shell script in namespaces of its own (network, mounts,
// processes), where $1 is a folder that holds nginx.conf and start starts nginx
// with it. What the script prints is returned; nothing outlives it.
func runNginx(t *testing.T, conf, script string) string {
	t.Helper()
	for _, part := range []string{"nginx", "unshare", "ss", "ip", "prlimit"} {
		if _, err := exec.LookPath(part); err != nil || os.Geteuid() != 0 {
			realpart.Lacking(t, "root and "+part)
		}
	}
	if exec.Command("unshare", "-nmpf", "true").Run() != nil {
		realpart.Lacking(t, "namespaces")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	const setup = `set -e
for d in /run /var/log/nginx /var/lib/nginx; do [ ! -d $d ] || mount -t tmpfs tmpfs $d; done
ip link set lo up; ip addr add 192.0.2.1/32 dev lo
start() { nginx -e stderr -c "$1/nginx.conf"; }
`
	cmd := exec.Command("unshare", "-nmpf", "--mount-proc", "--propagation", "private", "sh", "-c", setup+script, "sh", dir)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, &said)
	}
	return string(out)
}

// loadHost loads a host from files in memory.
func loadHost(t *testing.T, files map[string]string, decl appconf.HostConfig) *host.Host {
	t.Helper()
	m := source.Memory{}
	for name, text := range files {
		m["/machine"+name] = text
	}
	decl.Root = "/machine"
	h, err := host.Load(source.NewStore(m), "/machine", decl)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestAcceptQueues holds the real nginx and the real kernel to what the socket
// rules say: net.core.somaxconn caps what is asked for, a reload applies a new
// backlog=, and it does not apply a new net.core.somaxconn.
func TestAcceptQueues(t *testing.T) {
	conf := "worker_processes 1;\nevents {}\nhttp {\n    server {\n        listen 127.0.0.1:8080 backlog=4096;\n        listen 127.0.0.1:8081;\n    }\n}\n"
	got := runNginx(t, conf, `
queues() { ss -Hltn | awk '{print $4, $3}' | sort; }
sysctl -qw net.core.somaxconn=1024
start "$1"; queues
sed -i 's/8081;/8081 backlog=900;/' "$1/nginx.conf"
nginx -e stderr -c "$1/nginx.conf" -s reload
for i in $(seq 100); do queues | grep -q 900 && break; sleep 0.2; done; queues
sysctl -qw net.core.somaxconn=4096
nginx -e stderr -c "$1/nginx.conf" -s reload; sleep 1; queues
`)
	want := "127.0.0.1:8080 1024\n127.0.0.1:8081 511\n" +
		"127.0.0.1:8080 1024\n127.0.0.1:8081 900\n" +
		"127.0.0.1:8080 1024\n127.0.0.1:8081 900\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestSockets compares the sockets of listen directives with those a real nginx
// opens, before and after a backlog is added to the directive of each.
func TestSockets(t *testing.T) {
	for name, servers := range map[string][]string{
		"one":                   {"listen 80;"},
		"two families":          {"listen 80; listen [::]:80;"},
		"shared":                {"listen 80; listen 8080;", "listen 80;"},
		"options in the second": {"listen 80;", "listen 80 so_keepalive=on;"},
		"other parameters":      {"listen 80;", "listen 80 default_server;"},
		"under the wildcard":    {"listen 80;", "listen 192.0.2.1:80;"},
		"beside the wildcard":   {"listen 80 reuseport;", "listen 192.0.2.1:80 reuseport;"},
		"own port":              {"listen 80;", "listen 192.0.2.1:8080;"},
		"one address":           {"listen 192.0.2.1:80;", "listen 192.0.2.1:80;"},
		"spellings":             {"listen *:80;", "listen 0.0.0.0:80;"},
		"reuseport":             {"listen 80 reuseport; listen [::]:80 ipv6only=on;"},
	} {
		t.Run(name, func(t *testing.T) {
			conf := "worker_processes 1;\nevents {}\nhttp {\n"
			for _, s := range servers {
				conf += "    server { " + s + " }\n"
			}
			conf += "}\n"
			h := loadHost(t, map[string]string{"/etc/nginx/nginx.conf": conf}, appconf.HostConfig{})
			var names []string
			var edits []source.Edit
			for _, s := range h.Sockets() {
				names = append(names, strings.Replace(s.Name, "*:", "0.0.0.0:", 1))
				if d := s.Options(); d != nil {
					edits = append(edits, d.AddArgs("backlog=700"))
				}
			}
			slices.Sort(names)
			list := `start "$1" && ss -Hltn | awk '{print $4}' | sort -u`
			if diff := cmp.Diff(names, sortedFields(runNginx(t, conf, list))); diff != "" {
				t.Errorf("sockets (-want +real):\n%s", diff)
			}
			conf = source.Apply(edits[0].Span.File, edits)
			changed := sortedFields(runNginx(t, conf, `start "$1" && ss -Hltn | awk '{print $4 "=" $3}' | sort -u`))
			for i := range names {
				names[i] += "=700"
			}
			slices.Sort(names)
			if diff := cmp.Diff(names, changed); diff != "" {
				t.Errorf("sockets with a backlog (-want +real):\n%s\n%s", diff, conf)
			}
		})
	}
}

func sortedFields(out string) []string {
	list := strings.Fields(out)
	slices.Sort(list)
	return list
}

// TestWorkerNoFile compares the limit of workers with that of real ones.
func TestWorkerNoFile(t *testing.T) {
	const without = "CapabilityBoundingSet=~CAP_SYS_RESOURCE\n"
	for _, c := range []struct {
		unit, more, own, want string
		raises                bool
	}{
		{unit: "1024:2048", want: "1024"},
		{unit: "1024:2048", own: "1500", want: "1500"},
		{unit: "1024:2048", own: "600", want: "600"},
		{unit: "1024:2048", more: without, want: "1024"},
		{unit: "1024:2048", more: without, own: "1500", want: "1500"},
		{unit: "1024:2048", more: without, own: "65536", want: "1024"},
		{unit: "1024:2048", more: without, own: "4294967296", want: "1024"},
		{unit: "1024:2048", own: "4294967296", want: "1024"},
		{unit: "1024:2048", own: "65536", want: "65536", raises: true},
		{unit: "1024:524288", own: "65536", want: "65536", raises: true},
		{unit: "1024:524288", own: "1000000", want: "1000000", raises: true},
		{unit: "4096", own: "600", want: "600"},
		{unit: "600", want: "600"},
	} {
		if c.raises && !mayRaise(t) {
			continue // as in a container: the limit of workers is not told either
		}
		start := `start "$1"`
		if c.more != "" {
			realpart.Need(t, "setpriv")
			start = `setpriv --bounding-set=-sys_resource --inh-caps=-sys_resource -- nginx -e stderr -c "$1/nginx.conf"`
		}
		conf := "worker_processes 1;\nevents { worker_connections 100; }\nhttp { server { listen 80; } }\n"
		if c.own != "" {
			conf = "worker_rlimit_nofile " + c.own + ";\n" + conf
		}
		h := loadHost(t, map[string]string{
			"/etc/nginx/nginx.conf":             conf,
			"/etc/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\nLimitNOFILE=" + c.unit + "\n" + c.more,
		}, appconf.HostConfig{})
		limit, why := h.WorkerNoFile()
		if !limit.Known {
			t.Errorf("%v: unknown: %s", c, why)
			continue
		}
		got := runNginx(t, conf, `
prlimit --pid $$ --nofile=`+c.unit+`
`+start+`
for i in 1 2 3 4 5 6 7 8 9 10; do
	for p in $(pgrep -x nginx); do
		if grep -q 'nginx: worker' /proc/$p/cmdline; then sleep 0.3; awk '/Max open files/ {print $4}' /proc/$p/limits; exit; fi
	done
	sleep 0.3
done`)
		if real := strings.TrimSpace(got); real != c.want {
			t.Errorf("%v: a worker has %s", c, real)
		}
		if told := strconv.FormatInt(limit.Value, 10); told != c.want {
			t.Errorf("%v: told %s", c, told)
		}
	}
}

// mayRaise reports whether this process has CAP_SYS_RESOURCE, as nginx's master
// has when systemd starts it.
func mayRaise(t *testing.T) bool {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "CapEff:")
	mask, _, _ := strings.Cut(strings.TrimSpace(rest), "\n")
	caps, err := strconv.ParseUint(mask, 16, 64)
	return err == nil && caps&(1<<24) != 0
}

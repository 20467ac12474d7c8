package host_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
)

// peersConf passes requests to servers that refuse every connection.
const peersConf = `worker_processes 1;
error_log /run/error.log;
events {}
http {
    access_log off;
    upstream backend {
        %s
    }
    server {
        listen 127.0.0.1:8080;
        location / {
            proxy_pass http://backend;
        }
    }
}
`

// TestPeers holds the count of servers to what a real nginx does with five
// requests that all fail: whether in the end it asks no server any more.
func TestPeers(t *testing.T) {
	const both, one = "127.0.0.1 localhost\n::1 localhost\n", "127.0.0.1 localhost # ::1 localhost\n"
	for name, c := range map[string]struct {
		servers, hosts string
		takenOut       bool
	}{
		"one":                   {"server 127.0.0.1:9;", both, false},
		"one with max_fails":    {"server 127.0.0.1:9 max_fails=1 fail_timeout=30s;", both, false},
		"two":                   {"server 127.0.0.1:9; server 127.0.0.1:10;", both, true},
		"two, one for ever":     {"server 127.0.0.1:9; server 127.0.0.1:10 max_fails=0;", both, false},
		"one beside one down":   {"server 127.0.0.1:9; server 127.0.0.1:10 down;", both, true},
		"the same, for ever":    {"server 127.0.0.1:9 max_fails=0; server 127.0.0.1:10 down;", both, false},
		"backup":                {"server 127.0.0.1:9; server 127.0.0.1:10 backup;", both, true},
		"backup for ever":       {"server 127.0.0.1:9; server 127.0.0.1:10 backup max_fails=0;", both, false},
		"localhost, both":       {"server localhost:9;", both, true},
		"localhost, one family": {"server localhost:9;", one, false},
		"three failures":        {"server 127.0.0.1:9 max_fails=3; server 127.0.0.1:10 max_fails=3;", both, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conf := fmt.Sprintf(peersConf, c.servers)
			h := loadHost(t, map[string]string{"/etc/nginx/nginx.conf": conf, "/etc/hosts": c.hosts}, appconf.HostConfig{})
			u := h.Nginx.Upstreams()[0]
			_, all := host.AllMayFail(u)
			peers := h.PeersOf(u)
			if got := all && peers.Several(); got != c.takenOut {
				t.Errorf("all servers taken out: %t, want %t", got, c.takenOut)
			}
			if peers.Single() == peers.Several() {
				t.Errorf("%+v leaves it open", peers)
			}
			said := runNginx(t, conf, fmt.Sprintf(`
ip -6 addr add 2001:db8::1/128 dev lo
printf '%s' > /run/hosts; mount --bind /run/hosts /etc/hosts
start "$1"
for i in 1 2 3 4 5; do : > /run/error.log; curl -s -o /dev/null http://127.0.0.1:8080/; done
cat /run/error.log
`, strings.ReplaceAll(c.hosts, "\n", `\n`)))
			if got := !strings.Contains(said, "connect() failed"); got != c.takenOut {
				t.Errorf("nginx took all servers out: %t, want %t\n%s", got, c.takenOut, said)
			}
		})
	}
}

package capacity_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/capacity"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

func TestStanding(t *testing.T) {
	term := func(n int64, atMost bool) capacity.Term {
		return capacity.Term{Figure: source.Known(n, source.Origin{}), AtMost: atMost}
	}
	unknown := capacity.Term{Why: "nobody says"}
	for _, c := range []struct {
		name  string
		terms []capacity.Term
		limit capacity.Term
		want  capacity.Standing
		sum   int64
	}{
		{"fits", []capacity.Term{term(4, false), term(6, true)}, term(10, false), capacity.Fitting, 10},
		{"only where the most is reached", []capacity.Term{term(4, false), term(7, true)}, term(10, false), capacity.Risky, 11},
		{"surely", []capacity.Term{term(11, false), unknown}, term(10, false), capacity.Exceeding, 11},
		{"a lower bound", []capacity.Term{term(4, false), unknown}, term(10, false), capacity.Untold, 4},
		{"a lower bound above", []capacity.Term{term(4, false), term(7, true), unknown}, term(10, false), capacity.Risky, 11},
		{"no limit", []capacity.Term{term(4, false)}, unknown, capacity.Untold, 4},
		{"as large as numbers are", []capacity.Term{term(math.MaxInt64, false), term(math.MaxInt64, true)}, term(10, false), capacity.Exceeding, math.MaxInt64},
	} {
		b := capacity.Budget{Terms: c.terms, Limit: c.limit}
		if sum, _ := b.Sum(); b.Standing() != c.want || sum != c.sum {
			t.Errorf("%s: %d, sum %d; want %d, %d", c.name, b.Standing(), sum, c.want, c.sum)
		}
	}
}

// memoryTerms writes the known terms of a host's memory, in bytes.
func memoryTerms(t *testing.T, conf, sysctl string, decl appconf.HostConfig) string {
	t.Helper()
	files := source.Memory{"/machine/etc/nginx/nginx.conf": conf, "/machine/etc/sysctl.d/90.conf": sysctl}
	decl.Root = "/machine"
	h, err := host.Load(source.NewStore(files), "/machine", decl)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, term := range capacity.MemoryOf(h).Terms {
		if term.Figure.Known {
			out = append(out, fmt.Sprint(term.Name, " ", term.Figure.Value))
		}
	}
	return strings.Join(out, "\n")
}

func TestMemoryBudget(t *testing.T) {
	known := func(n int) source.Setting[int] { return source.Known(n, source.Origin{Default: "declared"}) }
	decl := func(clients int, memory int64) appconf.HostConfig {
		return appconf.HostConfig{
			Kernel:   source.Known("6.1", source.Origin{}),
			Facts:    appconf.FactsConfig{Memory: source.Known(memory, source.Origin{})},
			Workload: appconf.WorkloadConfig{PeakConnections: known(clients)},
		}
	}
	const static = "worker_processes 2;\nevents { worker_connections 1000; }\nhttp { server { listen 80; } }\n"
	const tls = "events { worker_connections 1000; }\nhttp { limit_req_zone $uri zone=a:1m rate=1r/s; server { listen 443 ssl; location / { proxy_pass http://127.0.0.1:1; } } }\n"
	for _, c := range []struct {
		name, conf, sysctl string
		decl               appconf.HostConfig
		want               string
	}{
		{"static files", static, "", decl(100, 1<<34), "nginx, connection slots 860000\nnginx, connected clients 102400\nkernel, sockets 460800\nkernel, socket buffers 1048576000"},
		{"more clients than connections", static, "", decl(5000, 1<<34), "nginx, connection slots 860000\nnginx, connected clients 2048000\nkernel, sockets 9216000\nkernel, socket buffers 1610612736"},
		{"no more than tcp_mem", static, "net.ipv4.tcp_mem = 10 20 30\n", decl(100, 1<<34), "nginx, connection slots 860000\nnginx, connected clients 102400\nkernel, sockets 460800\nkernel, socket buffers 122880"},
		{"no more than the default tcp_mem", static, "", decl(2000, 1<<30), "nginx, connection slots 860000\nnginx, connected clients 2048000\nkernel, sockets 9216000\nkernel, socket buffers 100663296"},
		{
			"TLS, zones, tracked connections", tls, "net.netfilter.nf_conntrack_max = 1000\n", decl(100, 1<<34),
			"nginx, connection slots 430000\nnginx, connected clients 3276800\nnginx, buffers of requests in flight 4505600\nnginx, shared zones 1048576\n" +
				"kernel, sockets 921600\nkernel, socket buffers 1610612736\nkernel, connection tracking 400000",
		},
	} {
		if diff := cmp.Diff(c.want, memoryTerms(t, c.conf, c.sysctl, c.decl)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestUpstreamInUse rounds up for each worker, as the rule about worker_connections
// does, and says so where the product says another number.
func TestUpstreamInUse(t *testing.T) {
	const conf = "worker_processes 8;\nevents { worker_connections 1000; }\nhttp { server { location / { proxy_pass http://127.0.0.1:1; } } }\n"
	for _, c := range []struct {
		rps  int
		want string
	}{
		{3200, "160: 3200 requests/s x 50ms"},
		{3000, "152: 3000 requests/s x 50ms, 19 in each of 8 workers"},
	} {
		workload := appconf.WorkloadConfig{
			PeakConnections: source.Known(4000, source.Origin{}),
			PeakRPS:         source.Known(c.rps, source.Origin{}),
			UpstreamLatency: source.Known(50*time.Millisecond, source.Origin{}),
		}
		h, err := host.Load(source.NewStore(source.Memory{"/m/etc/nginx/nginx.conf": conf}), "/m", appconf.HostConfig{Root: "/m", Workload: workload})
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range capacity.Of(h) {
			if b.Kind != capacity.WorkerConnections {
				continue
			}
			in := b.Term(capacity.UpstreamInUse)
			if got := fmt.Sprintf("%d: %s", in.Figure.Value, in.How); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		}
	}
}

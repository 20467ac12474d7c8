package rules_test

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/source"
)

// lawHosts calls f for machines that the laws of fixes are held against, with a seed
// for each: so many that are made up, as many configurations of the corpus as
// machines at most, and one of so many cases of the archives. TUNELINT_LAWS=N makes
// up N machines and takes all of the rest.
func lawHosts(t *testing.T, machines uint64, oneOf uint32, f func(c *testCase, seed uint64)) {
	t.Helper()
	corpus := machines
	if text := os.Getenv("TUNELINT_LAWS"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("TUNELINT_LAWS: %v", err)
		}
		machines, corpus, oneOf = n, n, 1
	}
	for _, pattern := range []string{"*.txtar", "../../testdata/hosts/*.txtar"} {
		eachCase(t, pattern, func(archive string, c *testCase) {
			c.name = archive + "/" + c.name
			if seed := seedOf(c.name); c.madeUp == "" && uint32(seed)%oneOf == 0 {
				f(c, seed)
			}
		})
	}
	eachInCorpus(t, corpus, f)
	for seed := range machines {
		f(&testCase{name: fmt.Sprint("machine ", seed), files: lawMachine(rand.New(rand.NewPCG(seed, 3)))}, seed)
	}
}

func seedOf(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64()
}

// eachInCorpus makes machines of so many configurations of the corpus: what stands
// below and beside nginx is made up.
func eachInCorpus(t *testing.T, limit uint64, f func(c *testCase, seed uint64)) {
	t.Helper()
	names, err := filepath.Glob("../../testdata/corpus/*.conf")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d configurations, %v", len(names), err)
	}
	r := rand.New(rand.NewPCG(limit, 17))
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, name := range names[:min(limit, uint64(len(names)))] {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		seed := seedOf(filepath.Base(name))
		f(&testCase{name: filepath.Base(name), files: aroundNginx(rand.New(rand.NewPCG(seed, 19)), string(text))}, seed)
	}
}

const aroundYAML = `version: 1
hosts:
  - name: web
    root: .
    nginx: {version: 1.30.6}
    kernel: "6.1"
    facts: {cpus: 4, memory: 8GiB}
    workload: {peak_connections: 20000, peak_rps: 4000, upstream_latency: 200ms}
    load_balancers:
      - {name: edge, kind: aws-alb, idle_timeout: 75s}
    apps:
      - {name: other, upstream: "127.0.0.1:9999", runtime: gunicorn@23, request_timeout: 20s}
`

var upstreamName = regexp.MustCompile(`(?m)^\s*upstream\s+([\w.-]+)\s*\{`)

// aroundNginx puts a kernel, limits and applications around a configuration.
func aroundNginx(r *rand.Rand, conf string) source.Memory {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	yaml := aroundYAML
	for i, m := range upstreamName.FindAllStringSubmatch(conf, 3) {
		if !strings.Contains(yaml, "upstream: "+m[1]+",") {
			yaml += fmt.Sprintf("      - {name: app%d, upstream: %s, runtime: %s, request_timeout: 90s, websocket: true}\n", i, m[1], pick("node@18", "uvicorn@0.30", "php-fpm@8.3"))
		}
	}
	var kernel strings.Builder
	for _, line := range []string{
		"net.core.somaxconn = 1024", "net.core.somaxconn = 128 # more", "net.ipv4.tcp_tw_recycle = 1", "net.ipv4.tcp_max_syn_backlog=512", "net.ipv4.tcp_tw_reuse = 1",
		"net.ipv4.tcp_timestamps = 0", "net.core.netdev_max_backlg = 5000", "fs.file-max = 65536", "net.ipv4.tcp_mem = 1024 2048 4096", "net.ipv4.tcp_fin_timeout = 15",
		"net.ipv4.ip_local_port_range = 32768 60999", "net.ipv4.tcp_mtu_probing = 0", "vm.swappiness = 10", "net.ipv4.tcp_max_orphans = 64",
	} {
		if r.IntN(3) == 0 {
			kernel.WriteString(line + "\n")
		}
	}
	return source.Memory{
		machineRoot + "/etc/nginx/nginx.conf":                           conf,
		machineRoot + "/etc/nginx/mime.types":                           "types { text/html html; }\n",
		machineRoot + "/etc/nginx/fastcgi_params":                       "fastcgi_param QUERY_STRING $query_string;\n",
		machineRoot + "/etc/sysctl.d/90-web.conf":                       kernel.String(),
		machineRoot + "/etc/sysctl.d/50-early.conf":                     pick("", "net.core.somaxconn = 4096\n", "net.ipv4.tcp_fin_timeout = 30\n"),
		machineRoot + "/etc/security/limits.conf":                       pick("", "* soft nofile 65536\n* hard nofile 4096\n", "www-data - nofile 1024\n"),
		machineRoot + "/usr/lib/systemd/system/nginx.service":           "[Service]\nExecStart=/usr/sbin/nginx\n" + pick("", "LimitNOFILE=1024\n", "LimitNOFILE=unlimitted\n"),
		machineRoot + "/etc/systemd/system/nginx.service.d/limits.conf": pick("", "[Service]\nLimitNOFILE=4096\n", "[Unit]\nLimitNOFILE=8192\n", "LimitNOFILE=8k\n"),
		machineRoot + "/tunelint.yaml":                                  yaml,
	}
}

package nginxconf

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/nginxconf/nginxtest"
	"github.com/tunelint/tunelint/source"
)

// loadText loads a configuration of one file.
func loadText(t *testing.T, text string) *Config {
	t.Helper()
	c, err := Load(source.NewStore(source.Memory{"/etc/nginx/nginx.conf": text}).View("/"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var conflictWarning = regexp.MustCompile(`conflicting server name "([^"]*)" on (\S+), ignored`)

// TestNameConflicts compares the names that are ignored with nginx's warnings,
// over random servers.
func TestNameConflicts(t *testing.T) {
	found := 0
	for _, n := range nginxtest.All(t) {
		nginxtest.Side(60, func(seed int) {
			text := randomServers(rand.New(rand.NewPCG(uint64(seed), 7)))
			o := n.Test(t, map[string]string{"nginx.conf": text})
			if o.Refused {
				t.Errorf("seed %d: refused: %s\n%s", seed, o.Message, text)
				return
			}
			var want []string
			for _, m := range conflictWarning.FindAllStringSubmatch(o.Output, -1) {
				want = append(want, m[1]+" on "+strings.Replace(m[2], "0.0.0.0:", "*:", 1))
			}
			var got []string
			for _, c := range loadText(t, text).NameConflicts() {
				got = append(got, c.Ignored.Name+" on "+c.Address.Name)
			}
			slices.Sort(want)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("nginx %s, seed %d (-real +got):\n%s\n%s", n.Version, seed, diff, text)
			}
		})
	}
	for seed := range uint64(60) {
		found += len(loadText(t, randomServers(rand.New(rand.NewPCG(seed, 7)))).NameConflicts())
	}
	if found < 100 {
		t.Errorf("only %d conflicts", found)
	}
}

func randomServers(r *rand.Rand) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	var b strings.Builder
	b.WriteString("error_log stderr warn;\nevents {}\nhttp {\naccess_log off;\n")
	for range 2 + r.IntN(4) {
		b.WriteString("server {\n")
		listens := [][]string{
			{"80", "*:80", "0.0.0.0:80", "*"}, {"8080", "8079-8081"}, {"127.0.0.1:80", "127.0.0.1"},
			{"unix:/tmp/tunelint-test.sock"}, {"[::]:80", "[0:0::0]:80"},
		}
		for _, same := range listens {
			if r.IntN(3) == 0 {
				fmt.Fprintf(&b, "listen %s;\n", pick(same...))
			}
		}
		for range r.IntN(3) {
			b.WriteString("server_name")
			for range 1 + r.IntN(3) {
				b.WriteString(" " + pick("a.test", "A.test", ".a.test", "*.a.test", "b.a.test", ".test", "*.test", "www.*", "www.a.*", "WWW.a.*", `""`, "_", "localhost", "~^x"))
			}
			b.WriteString(";\n")
		}
		b.WriteString("}\n")
	}
	return b.String() + "}\n"
}

// TestAddresses lists the servers of each address.
func TestAddresses(t *testing.T) {
	c := loadText(t, `events {} http {
server { listen 80; listen [::]:80; server_name a; }
server { listen 0.0.0.0:80 default_server; listen 8000-8002; server_name b; }
server { server_name c; }
server { listen 443 ssl; listen 443 quic; server_name d; listen LocalHost; listen a-b:80; listen [0::01]:81; }
}`)
	var got []string
	for _, a := range c.Addresses() {
		line := a.Name
		if a.QUIC {
			line += " udp"
		}
		for _, s := range a.Servers {
			if line += " " + s.Last("server_name").Arg(0); s == a.Default {
				line += "(default)"
			}
		}
		got = append(got, line)
	}
	want := []string{
		"*:80 a b(default) c", "[::]:80 a", "*:8000 b", "*:8001 b", "*:8002 b", "*:443 d", "*:443 udp d", "localhost:80 d", "a-b:80 d", "[::1]:81 d",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

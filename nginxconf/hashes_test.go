package nginxconf

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/nginxconf/nginxtest"
)

var couldNot = regexp.MustCompile(`\[(warn|emerg)\] .*could not build (?:optimal )?(\w+), (?:you should increase (?:either )?(\w+): (\d+)|(too large))`)

// TestHashes compares what is said of hashes with what nginx says while it
// builds them, over random names and bounds on both sides of what fits.
func TestHashes(t *testing.T) {
	said := map[string]int{}
	var mu sync.Mutex
	for _, n := range nginxtest.All(t) {
		nginxtest.Side(80, func(seed int) {
			text := randomHash(rand.New(rand.NewPCG(uint64(seed), 3)))
			o := n.Test(t, map[string]string{"nginx.conf": text})
			var real []string
			for _, m := range couldNot.FindAllStringSubmatch(o.Output, -1) {
				if o.Refused == (m[1] == "emerg") && m[1]+m[2] != "warnvariables_hash" {
					real = append(real, m[1]+" "+m[2]+" "+m[3]+m[5])
				}
			}
			if o.Refused && len(real) == 0 {
				t.Errorf("seed %d: refused: %s\n%s", seed, o.Message, text)
				return
			}
			got := describeHashes(loadText(t, text))
			real, got = unique(real), unique(got)
			if diff := cmp.Diff(real, got); diff != "" {
				t.Errorf("nginx %s, seed %d (-real +got):\n%s\n%s", n.Version, seed, diff, text)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, s := range real {
				said[s]++
			}
			if len(real) == 0 {
				said["nothing"]++
			}
		})
	}
	t.Log(said)
	for _, name := range []string{"server_names_hash", "map_hash", "types_hash", "proxy_headers_hash"} {
		if said["warn "+name+" "+name+"_max_size"] == 0 || said["emerg "+name+" "+name+"_bucket_size"] == 0 {
			t.Errorf("%s: the random names lie on one side of the bounds", name)
		}
	}
}

func unique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// describeHashes lists the problems in nginx's words, up to the first refusal.
func describeHashes(c *Config) []string {
	var out []string
	for _, h := range c.Hashes() {
		switch p, _ := h.Problem(); p {
		case HashFits:
		case HashSlow:
			out = append(out, "warn "+h.Name+" "+h.Name+"_max_size")
		case HashBucketTooSmall:
			return append(out, "emerg "+h.Name+" "+h.Name+"_bucket_size")
		case HashMaxTooSmall:
			return append(out, "emerg "+h.Name+" "+h.Name+"_max_size")
		case HashBucketTooLarge:
			return append(out, "emerg "+h.Name+" too large")
		}
	}
	return out
}

// randomHash is a configuration with many names of one kind.
func randomHash(r *rand.Rand) string {
	kind := []string{"server_names", "map", "types", "proxy_headers", "variables"}[r.IntN(5)]
	var bounds strings.Builder
	if r.IntN(2) == 0 {
		size := []int{0, 1, 7, 16, 50, 100, 300, 512, 10001, 20000}[r.IntN(10)]
		if kind == "variables" || kind == "proxy_headers" {
			size = max(size, 50) // nginx's own names go there too
		}
		fmt.Fprintf(&bounds, "%s_hash_max_size %d;\n", kind, size)
	}
	if r.IntN(2) == 0 {
		fmt.Fprintf(&bounds, "%s_hash_bucket_size %d;\n", kind, []int{1, 32, 64, 65, 128, 200, 65535}[r.IntN(7)])
	}
	longest := []int{8, 20, 40, 46, 48, 120}[r.IntN(6)]
	names := make([]string, 1+r.IntN(60))
	for i := range names {
		b := fmt.Appendf(nil, "n%d", i)
		for range r.IntN(longest) {
			b = append(b, "abcdefghijklmnopqrstuvwxyz"[r.IntN(26)])
		}
		names[i] = string(b)
	}
	text := "error_log stderr warn;\nevents {}\nhttp {\naccess_log off;\n"
	if kind != "proxy_headers" && kind != "types" || r.IntN(2) == 0 {
		text += bounds.String()
		bounds.Reset()
	}
	return text + hashedNames(r, kind, names, bounds.String()) + "}\n"
}

func hashedNames(r *rand.Rand, kind string, names []string, bounds string) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	switch kind {
	case "server_names":
		for i, name := range names {
			names[i] = name + ".test"
			switch r.IntN(5) {
			case 0:
				names[i] = "*." + names[i]
			case 1:
				names[i] = name + ".*"
			case 2:
				names[i] = "." + names[i]
			}
		}
		line("server { server_name %s; }\nserver { server_name x; }", strings.Join(names, " "))
	case "map":
		line("map $uri $to {\ndefault a;")
		if r.IntN(2) == 0 {
			line("hostnames;\n*.shop.test b;\n.cafe.test c;\nwww.* d;")
		}
		for _, name := range names {
			line(`%s x;`, name)
		}
		line("~* y;\n\\default z;\n}\nserver { }")
	case "types":
		if outer := r.IntN(2) == 0; outer {
			line("types { text/plain %s; }\nserver { %s }", strings.Join(names, " "), bounds)
		} else {
			line("server {\n%s\nlocation / { types { text/html html; text/plain %s; } }\n}", bounds, strings.Join(names, " "))
		}
	case "proxy_headers":
		if r.IntN(2) == 0 {
			line("server {\n%s\nlocation / {", bounds)
			for _, name := range names {
				line("proxy_set_header %s x;", name)
			}
			line("proxy_pass http://127.0.0.1;\n}\n}")
			break
		}
		for _, name := range names {
			line("proxy_set_header %s x;", name)
		}
		line("proxy_set_header Host $host;\nserver { %s }", bounds)
	case "variables":
		line("server {")
		for _, name := range names {
			line("set $%s x;", name)
		}
		line("}")
	}
	return b.String()
}

package nginxconf

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/nginxconf/nginxtest"
)

var redefined = regexp.MustCompile(`load balancing method redefined in \S+:(\d+)`)

// TestBalancingMethods compares the lines of second methods with those nginx
// warns about, over random upstream blocks.
func TestBalancingMethods(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	methods := []string{"hash $remote_addr;", "hash $remote_addr consistent;", "ip_hash;", "least_conn;", "random;", "random two least_conn;", "# least_conn"}
	var b strings.Builder
	b.WriteString("error_log stderr warn;\nevents {}\nhttp {\n")
	for i := range 40 {
		fmt.Fprintf(&b, "upstream u%d {\nserver 127.0.0.1;\n", i)
		for range r.IntN(4) {
			b.WriteString(methods[r.IntN(len(methods))] + "\n")
		}
		b.WriteString("}\n")
	}
	b.WriteString("}\n")
	text := b.String()
	var got []int
	for _, u := range loadText(t, text).Upstreams() {
		for i, d := range u.BalancingMethods() {
			if i > 0 {
				got = append(got, d.HeadSpan().Position().Line)
			}
		}
	}
	for _, n := range nginxtest.All(t) {
		var want []int
		for _, m := range redefined.FindAllStringSubmatch(n.Test(t, map[string]string{"nginx.conf": text}).Output, -1) {
			line, _ := strconv.Atoi(m[1])
			want = append(want, line)
		}
		if diff := cmp.Diff(want, got); diff != "" || len(got) < 10 {
			t.Errorf("nginx %s, %d found (-real +got):\n%s\n%s", n.Version, len(got), diff, text)
		}
	}
}

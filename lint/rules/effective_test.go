package rules_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/lint/rules"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// TestPoolFixesLeaveTheRestAlone applies the fixes that make nginx use its
// pools to many small configurations and compares every route: requests to a
// place without a pool go out as before, and no other header changes.
func TestPoolFixesLeaveTheRestAlone(t *testing.T) {
	settleTrees(t, "upstream/keepalive-without-*", func(before, after *host.Host) string {
		return cmp.Diff(describeRoutes(before), describeRoutes(after))
	})
}

// TestHeaderFixesLoseNothing applies the fixes that repeat lost headers: every
// route still sends what it sent.
func TestHeaderFixesLoseNothing(t *testing.T) {
	settleTrees(t, "headers/inherited-set-lost", func(before, after *host.Host) string {
		now := after.Nginx.Routes()
		for i, r := range before.Nginx.Routes() {
			sent := headersOf(now[i])
			for _, header := range headersOf(r) {
				if !slices.Contains(sent, header) {
					return r.Scope.Path() + " loses " + header
				}
			}
		}
		return ""
	})
}

func headersOf(r *nginxconf.Route) []string {
	var out []string
	for _, d := range r.Scope.Effective("proxy_set_header").Directives {
		out = append(out, d.ArgText())
	}
	return out
}

// settleTrees applies the fixes of some rules to many small configurations. None
// may be held back, and law says what is wrong with the result.
func settleTrees(t *testing.T, pattern string, law func(before, after *host.Host) string) {
	only, err := lint.Select(rules.All(), []string{pattern})
	if err != nil {
		t.Fatal(err)
	}
	fixed := 0
	for seed := range uint64(1000) {
		files := randomTree(rand.New(rand.NewPCG(seed, 1)))
		store := source.NewStore(files)
		out, err := lint.Settle(store, loadTree, lint.FixOptions{Options: lint.Options{Rules: only, All: only}, Only: only})
		if err != nil || len(out.Held) > 0 {
			t.Fatalf("seed %d: %v, %d fixes held back", seed, err, len(out.Held))
		}
		fixed += len(out.Applied)
		texts := map[*source.File]string{}
		for _, c := range out.Changes {
			texts[c.File] = c.Text
		}
		before, _ := loadTree(store)
		after, _ := loadTree(store.With(texts))
		if wrong := law(before[0], after[0]); wrong != "" {
			t.Fatalf("seed %d (-before +after):\n%s\n%v\n%v", seed, wrong, files, out.Changes)
		}
	}
	if fixed < 500 {
		t.Errorf("only %d fixes were applied", fixed)
	}
}

func loadTree(store *source.Store) ([]*host.Host, error) {
	version := source.Known("1.22.1", source.Origin{Default: "test"})
	h, err := host.Load(store, "/m", appconf.HostConfig{Root: "/m", Nginx: appconf.NginxConfig{Version: version}})
	return []*host.Host{h}, err
}

// describeRoutes lists what each route sends, without what the fixes are for.
func describeRoutes(h *host.Host) []string {
	var out []string
	for _, r := range h.Nginx.Routes() {
		pooled := r.Upstream != nil && r.Upstream.Name == "pooled"
		reuse := h.ReuseOn(r)
		line := r.Scope.Path() + " " + r.Pass.ArgText()
		if !pooled {
			line += fmt.Sprintf(" http/1.0: %t close: %t", reuse.HTTP10, reuse.Close)
		}
		for _, d := range reuse.Connection.Directives {
			if connection := d.Arg(0) == "Connection"; !connection || !pooled && host.ConnectionHeader(reuse.Connection).Arg(1) != "close" {
				line += " [" + d.ArgText() + "]"
			}
		}
		out = append(out, line)
	}
	return out
}

// randomTree is an http block with servers, nested locations and a file that
// several of them include.
func randomTree(r *rand.Rand) source.Memory {
	var b strings.Builder
	b.WriteString("events {}\nhttp {\nupstream pooled { server 10.0.0.1; keepalive 4; }\nupstream plain { server 10.0.0.2; }\n")
	b.WriteString("map $http_upgrade $closing { default upgrade; '' close; }\n")
	randomSettings(r, &b)
	for i := range 1 + r.IntN(2) {
		fmt.Fprintf(&b, "server {\nlisten %d;\n", 80+i)
		randomSettings(r, &b)
		if r.IntN(3) == 0 {
			b.WriteString("include shared.conf;\n")
		}
		randomLocations(r, &b, "/", 2)
		b.WriteString("}\n")
	}
	b.WriteString("}\n")
	var shared strings.Builder
	randomLocations(r, &shared, "/shared/", 1)
	var own strings.Builder
	randomSettings(r, &own)
	return source.Memory{"/m/etc/nginx/nginx.conf": b.String(), "/m/etc/nginx/shared.conf": shared.String(), "/m/etc/nginx/own.conf": own.String()}
}

// randomSettings writes at most one of each kind, so that nothing is duplicate.
func randomSettings(r *rand.Rand, b *strings.Builder) {
	if r.IntN(4) == 0 {
		fmt.Fprintf(b, "proxy_http_version 1.%d;\n", r.IntN(2))
	}
	for _, header := range []string{"Host $host", "X-Trace $request_id", `Connection ""`, "Connection close", "Connection $closing"} {
		if r.IntN(7) == 0 {
			fmt.Fprintf(b, "proxy_set_header %s;\n", header)
		}
	}
}

func randomLocations(r *rand.Rand, b *strings.Builder, prefix string, depth int) {
	for i := range 1 + r.IntN(3) {
		path := fmt.Sprintf("%s%d/", prefix, i)
		fmt.Fprintf(b, "location %s {\n", path)
		if r.IntN(5) == 0 {
			b.WriteString("include own.conf;\n")
		} else {
			randomSettings(r, b)
		}
		target := []string{"pooled", "pooled", "plain", "10.0.0.9:80"}[r.IntN(4)]
		switch r.IntN(5) {
		case 0:
			fmt.Fprintf(b, "if ($arg_x) {\nproxy_pass http://%s;\n}\n", target)
		case 1:
			fmt.Fprintf(b, "limit_except GET { proxy_pass http://%s; }\n", target)
		default:
			fmt.Fprintf(b, "proxy_pass http://%s;\n", target)
		}
		if depth > 0 && r.IntN(3) == 0 {
			randomLocations(r, b, path, depth-1)
		}
		b.WriteString("}\n")
	}
}

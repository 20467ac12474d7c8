package rules_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/tufanbarisyildirim/gonginx/parser"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/lint/rules"
	"github.com/tunelint/tunelint/source"
)

// virtualHosts is the size of the tree that checking is measured on.
const virtualHosts = 2000

// writeTree writes the tree to a folder and returns all of its files.
func writeTree(tb testing.TB) (root string, files []string) {
	tb.Helper()
	root = tb.TempDir()
	write := func(name, text string) {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			tb.Fatal(err)
		}
		files = append(files, path)
	}
	write("etc/nginx/nginx.conf", "worker_processes auto;\nevents { worker_connections 1024; }\nhttp {\n    server_names_hash_max_size 65536;\n    server_names_hash_bucket_size 128;\n    log_format main '$remote_addr $status';\n    include sites-enabled/*;\n}\n")
	virtualHost, err := os.ReadFile("../../testdata/virtualhost.txt")
	if err != nil {
		tb.Fatal(err)
	}
	for i := range virtualHosts {
		write(fmt.Sprintf("etc/nginx/sites-enabled/shop%05d", i), fmt.Sprintf(string(virtualHost), i, i/250, i%250))
	}
	return root, files
}

// BenchmarkCheck measures a whole run over 2,000 virtual hosts: reading,
// parsing, resolving, every rule.
func BenchmarkCheck(b *testing.B) {
	root, files := writeTree(b)
	b.SetBytes(size(b, files))
	b.ReportAllocs()
	for b.Loop() {
		h, err := host.Load(source.NewStore(source.OS()), root, appconf.HostConfig{Name: "web", Root: root})
		if err != nil {
			b.Fatal(err)
		}
		r := lint.Run([]*host.Host{h}, lint.Options{Rules: rules.All(), All: rules.All()})
		if n := r.Count(lint.Error); n > 0 {
			b.Fatalf("%d errors, first: %s", n, r.Findings[0].Message)
		}
	}
}

// BenchmarkGonginx measures gonginx's parser alone over the same files.
func BenchmarkGonginx(b *testing.B) {
	_, files := writeTree(b)
	b.SetBytes(size(b, files))
	b.ReportAllocs()
	for b.Loop() {
		for _, f := range files {
			p, err := parser.NewParser(f, parser.WithSkipValidDirectivesErr())
			if err != nil {
				b.Fatal(err)
			}
			if _, err := p.Parse(); err != nil { // closes the file
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkRead measures reading the same files and nothing else: the floor.
func BenchmarkRead(b *testing.B) {
	_, files := writeTree(b)
	b.SetBytes(size(b, files))
	for b.Loop() {
		for _, f := range files {
			if _, err := os.ReadFile(f); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func size(tb testing.TB, files []string) (n int64) {
	tb.Helper()
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			tb.Fatal(err)
		}
		n += info.Size()
	}
	return n
}

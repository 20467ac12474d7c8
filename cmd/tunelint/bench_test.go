package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/tufanbarisyildirim/gonginx/parser"
)

// parseVariable makes the test binary a program that only parses: the nginx.conf
// of a folder and all that it includes, by gonginx.
const parseVariable = "TUNELINT_BENCH_PARSE"

func parseTree(folder string) error {
	if err := os.Chdir(folder); err != nil {
		return err
	}
	p, err := parser.NewParser("nginx.conf", parser.WithSkipValidDirectivesErr(), parser.WithIncludeParsing())
	if err != nil {
		return err
	}
	_, err = p.Parse() // closes the file
	return err
}

// BenchmarkProgram runs whole programs over one tree of virtual hosts, each in
// a file of its own: tunelint's check, gonginx's parser alone, nginx's own test,
// and, as the floor, reading the files. TUNELINT_BENCH_HOSTS is how many.
func BenchmarkProgram(b *testing.B) {
	hosts := 2000
	if text := os.Getenv("TUNELINT_BENCH_HOSTS"); text != "" {
		var err error
		if hosts, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	root := b.TempDir()
	writeHosts(b, root, hosts)
	sites := filepath.Join(root, "etc/nginx/sites-enabled")
	program := filepath.Join(b.TempDir(), "tunelint")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	b.Run("tunelint check", func(b *testing.B) {
		runs(b, func() *exec.Cmd { return exec.Command(program, "check", "--root", root, "--fail-on", "never") })
	})
	b.Run("tunelint version", func(b *testing.B) {
		runs(b, func() *exec.Cmd { return exec.Command(program, "version") })
	})
	b.Run("tunelint check of three files", func(b *testing.B) {
		runs(b, func() *exec.Cmd {
			return exec.Command(program, "check", "--fail-on", "never", "../../examples/node-behind-nginx")
		})
	})
	b.Run("gonginx parse", func(b *testing.B) {
		runs(b, func() *exec.Cmd {
			c := exec.Command(os.Args[0])
			c.Env = append(os.Environ(), parseVariable+"="+filepath.Join(root, "etc/nginx"))
			return c
		})
	})
	b.Run("nginx -t", func(b *testing.B) {
		if _, err := exec.LookPath("nginx"); err != nil {
			b.Skip("no nginx")
		}
		prefix := filepath.Join(root, "etc/nginx")
		runs(b, func() *exec.Cmd {
			return exec.Command("unshare", "-n", "nginx", "-t", "-q", "-e", "stderr", "-p", prefix, "-c", prefix+"/nginx.conf", "-g", "pid "+root+"/pid;")
		})
	})
	b.Run("reading", func(b *testing.B) {
		for b.Loop() {
			names, err := filepath.Glob(sites + "/*")
			if err != nil {
				b.Fatal(err)
			}
			for _, name := range names {
				if _, err := os.ReadFile(name); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

func runs(b *testing.B, command func() *exec.Cmd) {
	for b.Loop() {
		if out, err := command().CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
	}
}

// writeHosts writes the tree, which nginx accepts.
func writeHosts(b *testing.B, root string, hosts int) {
	site, err := os.ReadFile("../../testdata/virtualhost.txt")
	if err != nil {
		b.Fatal(err)
	}
	files := map[string]string{"nginx.conf": "worker_processes auto;\nevents { worker_connections 4096; }\nhttp {\n" +
		"    server_names_hash_max_size 131072;\n    server_names_hash_bucket_size 128;\n" +
		"    log_format main '$remote_addr $status';\n    include sites-enabled/*;\n}\n", "logs/shops.log": ""}
	for _, name := range []string{"pair.crt", "pair.key"} {
		text, err := os.ReadFile("../../testdata/corpus/" + name)
		if err != nil {
			b.Fatal(err)
		}
		files[name] = string(text)
	}
	for i := range hosts {
		files[fmt.Sprintf("sites-enabled/shop%06d", i)] = fmt.Sprintf(string(site), i, i/250, i%250)
	}
	for name, text := range files {
		path := filepath.Join(root, "etc/nginx", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
}

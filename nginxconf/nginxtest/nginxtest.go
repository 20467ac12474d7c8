// Package nginxtest asks real nginx binaries what they say of a configuration.
// Only tests import it.
package nginxtest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tunelint/tunelint/source/realpart"
)

// An Nginx is one binary with its dynamic modules.
type Nginx struct {
	// Version is as "nginx -v" says, such as "1.22.1".
	Version string
	// Build is what it was configured with, as "nginx -V" says.
	Build string
	// Modules is the folder of the shared objects.
	Modules string

	command []string
}

// Installed returns the nginx of this machine. The test is skipped where there
// is none, except in CI, where it fails.
func Installed(t testing.TB) *Nginx {
	t.Helper()
	if _, err := exec.LookPath("nginx"); err != nil {
		realpart.Lacking(t, "nginx")
	}
	return versioned(t, &Nginx{Modules: "/usr/lib/nginx/modules", command: []string{"nginx"}})
}

// NewerVariable names the folder that a newer nginx is unpacked in, with the
// libraries it needs; .ci/newer-nginx makes it.
const NewerVariable = "TUNELINT_NEWER_NGINX"

// Newer returns an nginx that is unpacked beside the one of this machine.
func Newer(t testing.TB) *Nginx {
	t.Helper()
	root := os.Getenv(NewerVariable)
	if root == "" {
		realpart.Lacking(t, "newer nginx ("+NewerVariable+")")
	}
	libraries := filepath.Join(root, "usr/lib/x86_64-linux-gnu")
	return versioned(t, &Nginx{
		Modules: filepath.Join(root, "usr/lib/nginx/modules"),
		command: []string{filepath.Join(libraries, "ld-linux-x86-64.so.2"), "--library-path", libraries, filepath.Join(root, "usr/sbin/nginx")},
	})
}

// All returns every nginx that there has to be.
func All(t testing.TB) []*Nginx {
	t.Helper()
	return []*Nginx{Installed(t), Newer(t)}
}

var versionWord = regexp.MustCompile(`nginx/([0-9.]+)`)

func versioned(t testing.TB, n *Nginx) *Nginx {
	t.Helper()
	out, err := exec.Command(n.command[0], append(n.command[1:], "-V")...).CombinedOutput()
	if err != nil {
		t.Fatalf("ask nginx for its version: %v: %s", err, out)
	}
	m := versionWord.FindSubmatch(out)
	if m == nil {
		t.Skipf("not nginx: %s", out)
	}
	n.Version = string(m[1])
	_, build, _ := strings.Cut(string(out), "configure arguments:")
	n.Build = strings.TrimSpace(build)
	return n
}

// Command returns the absolute path of the binary, with what starts it.
func (n *Nginx) Command(t testing.TB) []string {
	t.Helper()
	program, err := exec.LookPath(n.command[0])
	if err != nil {
		t.Fatal(err)
	}
	return append([]string{program}, n.command[1:]...)
}

// Has reports whether a shared object is there.
func (n *Nginx) Has(object string) bool {
	_, err := os.Stat(filepath.Join(n.Modules, object))
	return err == nil
}

// Load returns load_module directives for shared objects, which must be there.
func (n *Nginx) Load(t testing.TB, objects ...string) string {
	t.Helper()
	var b strings.Builder
	for _, object := range objects {
		if !n.Has(object) {
			realpart.Lacking(t, object+" of nginx "+n.Version)
		}
		b.WriteString("load_module modules/" + object + ";\n")
	}
	return b.String()
}

// An Opinion is what an nginx says of a configuration.
type Opinion struct {
	Refused bool
	// File and Line are the place of the complaint, as nginx names it, the file
	// relative to the prefix; "" and 0 where it names none.
	File string
	Line int
	// Message is the complaint, without place and prefix.
	Message string
	// Outside reports that the world around is at fault: files, names and
	// certificates that are not there, or the operating system.
	Outside bool
	// Output is everything nginx printed.
	Output string
}

// What nginx refuses for reasons outside of the configuration, and, apart from
// them, errors of the operating system and too little memory.
var (
	outside = regexp.MustCompile(`failed \((?:\d+: |/)|^host not found in|^getpwnam|^getgrnam|^cannot load certificate|^SSL_|^X509_|^cannot load CRL|^eval_pv|^require_pv|^perl_parse|^SyntaxError|^BIO_|^GeoIP_open|^xmlParse|is not binary compatible|^no such process`)
	errno   = regexp.MustCompile(`failed \(\d+: `)
	memory  = regexp.MustCompile(`failed \(12: `)
)

// Test runs "nginx -t" on files by name, nginx.conf the main one, in a prefix and
// a network of their own, where no name resolves and every address is free. The
// prefix has the folders logs, cache and modules.
func (n *Nginx) Test(t testing.TB, files map[string]string) Opinion {
	t.Helper()
	needNetworks(t)
	dir := n.prefix(t, files)
	defer os.RemoveAll(dir)
	limit, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	args := append([]string{"-n"}, n.command...)
	args = append(args, "-t", "-e", "stderr", "-p", dir, "-c", filepath.Join(dir, "nginx.conf"), "-g", "pid "+dir+"/pid;")
	out, err := exec.CommandContext(limit, "unshare", args...).CombinedOutput()
	var exit *exec.ExitError
	switch {
	case limit.Err() != nil:
		return Opinion{Refused: true, Message: "took too long", Outside: true}
	case err != nil && !errors.As(err, &exit):
		t.Fatalf("run nginx: %v", err)
	}
	return opinionOf(string(out), dir, err != nil)
}

// prefix writes the files into a folder of their own.
func (n *Nginx) prefix(t testing.TB, files map[string]string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "nginxtest")
	if err != nil {
		t.Fatal(err)
	}
	for _, sub := range []string{"logs", "cache", "conf"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(n.Modules, filepath.Join(dir, "modules")); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var networks = sync.OnceValue(func() error { return exec.Command("unshare", "-n", "true").Run() })

func needNetworks(t testing.TB) {
	t.Helper()
	if networks() != nil {
		realpart.Lacking(t, "network namespace")
	}
}

// opinionOf reads what nginx said. What has no place in a file and is an error
// of the operating system comes after the last file was read to its end.
func opinionOf(out, dir string, refused bool) Opinion {
	o := Opinion{Refused: refused, Output: out}
	if !refused {
		return o
	}
	o.File, o.Line, o.Message = complaint(out, dir)
	o.Message = strings.ReplaceAll(strings.TrimSpace(o.Message), dir, "")
	switch {
	case memory.MatchString(o.Message):
		o.Outside = true
	case o.Line == 0 && errno.MatchString(o.Message):
		return Opinion{Output: out}
	case outside.MatchString(o.Message):
		o.Outside = true
	}
	return o
}

var complaintStart = regexp.MustCompile(`\[(?:emerg|alert|crit|error)\] (?:\d+#\d+: )?`)

func complaint(out, dir string) (file string, line int, message string) {
	at := complaintStart.FindStringIndex(out)
	if at == nil {
		return "", 0, ""
	}
	message = out[at[1]:]
	where := regexp.MustCompile(` in ` + regexp.QuoteMeta(dir) + `/([^:\n]*):(\d+)\n`).FindStringSubmatchIndex(message)
	if where == nil {
		message, _, _ = strings.Cut(message, "\nnginx: configuration file ")
		return "", 0, message
	}
	line, _ = strconv.Atoi(message[where[4]:where[5]])
	return message[where[2]:where[3]], line, message[:where[0]]
}

// Side calls f for 0 to n-1, a few at a time: most of the time goes into waiting
// for nginx.
func Side(n int, f func(i int)) {
	var wait sync.WaitGroup
	free := make(chan struct{}, 4)
	for i := range n {
		free <- struct{}{}
		wait.Add(1)
		go func() {
			defer func() { <-free; wait.Done() }()
			f(i)
		}()
	}
	wait.Wait()
}

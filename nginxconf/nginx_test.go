package nginxconf

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// askNginx runs nginx -t on files by name, nginx.conf the main one, in a prefix
// of their own. It returns nginx's first complaint and its line, 0 when it names
// none. The test is skipped where there is no nginx, except in CI, where it fails.
func askNginx(t *testing.T, files map[string]string) (ok bool, line int, message string) {
	t.Helper()
	needNginx(t)
	dir, err := os.MkdirTemp(t.TempDir(), "nginx")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("nginx", "-t", "-e", "stderr", "-p", dir, "-c", filepath.Join(dir, "nginx.conf"), "-g", "pid "+dir+"/nginx.pid;")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("run nginx: %v", err)
	}
	line, message = complaint(string(out), dir)
	if writable.MatchString(message) {
		return true, 0, "" // the configuration was read to its end
	}
	return err == nil, line, message
}

var (
	complaintStart = regexp.MustCompile(`\[(?:emerg|alert|crit|error)\] (?:\d+#\d+: )?`)
	writable       = regexp.MustCompile(`^(?:mkdir|open|chown)\(\) "/var/`)
)

func complaint(out, dir string) (line int, message string) {
	at := complaintStart.FindStringIndex(out)
	if at == nil {
		return 0, ""
	}
	message = out[at[1]:]
	where := regexp.MustCompile(` in ` + regexp.QuoteMeta(dir) + `/[^:\n]*:(\d+)\n`).FindStringSubmatchIndex(message)
	if where == nil {
		message, _, _ = strings.Cut(message, "\nnginx: configuration file ")
		return 0, message
	}
	line, _ = strconv.Atoi(message[where[2]:where[3]])
	return line, message[:where[0]]
}

func needNginx(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("nginx"); err != nil {
		lacking(t, "nginx")
	}
}

// needModules returns load_module directives for shared objects of nginx.
func needModules(t *testing.T, objects ...string) string {
	t.Helper()
	needNginx(t)
	var b strings.Builder
	for _, object := range objects {
		file := filepath.Join("/usr/lib/nginx/modules", object)
		if _, err := os.Stat(file); err != nil {
			lacking(t, object)
		}
		b.WriteString("load_module " + file + ";\n")
	}
	return b.String()
}

// lacking skips a test for want of a part, except in CI.
func lacking(t *testing.T, part string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is needed in CI", part)
	}
	t.Skipf("no %s", part)
}

// nginxVersion returns the version of the nginx at hand.
func nginxVersion(t *testing.T) Version {
	t.Helper()
	needNginx(t)
	out, err := exec.Command("nginx", "-v").CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile(`nginx/([0-9.]+)`).FindSubmatch(out)
	if text == nil {
		t.Skipf("not nginx: %s", out)
	}
	v, err := ParseVersion(string(text[1]))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// side calls f for 0 to n-1, a few at a time: most of the time goes into
// waiting for nginx.
func side(n int, f func(i int)) {
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

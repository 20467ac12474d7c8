package rules_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

// environment matches what nginx says about things a case does not carry:
// names, certificates, modules, users.
var environment = regexp.MustCompile(`(?i)host not found in|cannot load certificate|dlopen\(\)|getpwnam|no "ssl_certificate" is defined|cannot assign requested address`)

// checkNginx asks the real nginx about the machine after the fixes: where no
// error of the group nginx/ or of buffers that do not fit, and nothing too new is
// left, nginx must accept it.
func checkNginx(t *testing.T, c *testCase, out *lint.Outcome) {
	if len(out.Changes) == 0 || c.files[machineRoot+"/etc/nginx/nginx.conf"] == "" {
		return
	}
	for _, f := range out.After.Findings {
		switch refused := f.Rule.Group() == "nginx" && f.Severity == lint.Error; {
		case refused, f.Rule.Name == "nginx/needs-newer-nginx", f.Rule.Name == "buffers/busy-buffers-arithmetic":
			return
		}
	}
	if !haveNginx(t) || newerThanHere(t, c) {
		return
	}
	after := map[string]string{}
	for name, text := range c.files {
		after[strings.TrimPrefix(name, machineRoot)] = text
	}
	for name, text := range texts(out.Changes) {
		after["/"+name] = text
	}
	if ok, message := askNginx(t, after); !ok && !environment.MatchString(message) {
		t.Errorf("nginx refuses the fixed tree: %s", message)
	}
}

var nginxHere = sync.OnceValue(func() bool {
	_, err := exec.LookPath("nginx")
	return err == nil && os.Geteuid() == 0 && exec.Command("unshare", "-n", "-m", "ip", "link").Run() == nil
})

// haveNginx reports whether a real nginx can be asked; in CI it must be there.
func haveNginx(t *testing.T) bool {
	t.Helper()
	if !nginxHere() && os.Getenv("CI") != "" {
		t.Fatal("nginx, root, unshare and ip are needed in CI")
	}
	return nginxHere()
}

// inNamespace runs nginx -t where /etc/nginx is the tree in $1, everything
// nginx -t writes to is thrown away, and no name server answers slowly.
const inNamespace = `
ip link set lo up
for d in /run /var/log/nginx /var/lib/nginx /var/cache; do [ -d "$d" ] && mount -t tmpfs tmpfs "$d"; done
mount --bind "$1/etc/nginx" /etc/nginx
exec nginx -t -q -e stderr 2>&1`

// askNginx returns the real nginx's verdict on a machine's files, by path.
func askNginx(t *testing.T, files map[string]string) (ok bool, message string) {
	t.Helper()
	root := t.TempDir()
	for _, packaged := range []string{"mime.types", "fastcgi_params", "fastcgi.conf", "uwsgi_params", "scgi_params", "proxy_params"} {
		if data, err := os.ReadFile("/etc/nginx/" + packaged); err == nil {
			writeFile(t, root, "/etc/nginx/"+packaged, string(data))
		}
	}
	for name, text := range files {
		writeFile(t, root, name, text)
	}
	out, err := exec.Command("unshare", "-n", "-m", "--propagation", "private", "sh", "-c", inNamespace, "sh", root).CombinedOutput()
	return err == nil, string(out)
}

func writeFile(t *testing.T, root, name, text string) {
	t.Helper()
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if target, ok := strings.CutPrefix(text, source.LinkPrefix); ok {
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

package trial

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

// needNginx skips a test that needs a real nginx in a mount namespace.
func needNginx(t *testing.T) {
	t.Helper()
	realpart.Need(t, "nginx")
	if err := exec.Command("unshare", "-m", "--propagation", "private", "true").Run(); err != nil {
		realpart.Lacking(t, "permission to make a mount namespace (root, unshare)")
	}
}

// nginxTree writes files below a folder and returns it.
func nginxTree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(text, "DIR", dir)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAsk(t *testing.T) {
	needNginx(t)
	const good = "events {}\nhttp {\n\tserver { listen 127.0.0.1:18099; }\n\tinclude DIR/b.conf;\n}\n"
	for _, c := range []struct {
		name                 string
		main, other, changed string
		want                 Verdict
		after                string
	}{
		{name: "accepted", main: good, other: "\n", changed: "keepalive_timeout 1s;\n", want: Accepted},
		{name: "worse, behind an absolute include", main: good, other: "\n", changed: "keepalive_tmeout 1s;\n", want: Worse, after: "keepalive_tmeout"},
		{name: "repaired", main: good, other: "keepalive_tmeout 1s;\n", changed: "keepalive_timeout 1s;\n", want: Accepted},
		{name: "same complaint a line below", main: good, other: "bogus on;\n", changed: "\nbogus on;\n", want: CannotTell, after: "bogus"},
		{name: "new complaint in the changed file", main: good, other: "bogus on;\n", changed: "other on;\n", want: Worse, after: "other"},
		{
			name: "new complaint elsewhere", main: "events {}\nhttp {\n\tinclude DIR/b.conf;\n\tbogus on;\n}\n",
			other: "other on;\n", changed: "\n", want: CannotTell, after: "bogus",
		},
		{
			name: "missing certificate before and after", other: "\n", changed: "keepalive_timeout 1s;\n", want: CannotTell, after: "cannot load certificate",
			main: "events {}\nhttp {\n\tinclude DIR/b.conf;\n\tserver { listen 127.0.0.1:18099 ssl; ssl_certificate /none.pem; ssl_certificate_key /none.key; }\n}\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := nginxTree(t, map[string]string{"nginx.conf": c.main, "b.conf": c.other})
			live := &source.File{Path: filepath.Join(dir, "b.conf"), Text: c.other, Mode: 0o644}
			v, err := Ask(context.Background(), []fixes.Change{{File: live, Text: c.changed}}, filepath.Join(dir, "nginx.conf"), "")
			if err != nil {
				t.Fatal(err)
			}
			if v.Verdict != c.want || !strings.Contains(v.After, c.after) {
				t.Errorf("got %+v, want verdict %d about %q", v, c.want, c.after)
			}
			if text, _ := os.ReadFile(live.Path); string(text) != c.other {
				t.Errorf("the live file changed: %q", text)
			}
		})
	}
}

func TestAskLeavesTheMachineAlone(t *testing.T) {
	needNginx(t)
	dir := nginxTree(t, map[string]string{"nginx.conf": "user games;\npid /run/tunelint-test.pid;\nevents {}\nhttp { access_log /var/log/nginx/tunelint-test.log; }\n"})
	before := machineState(t)
	text, _ := os.ReadFile(filepath.Join(dir, "nginx.conf"))
	f := &source.File{Path: filepath.Join(dir, "nginx.conf"), Text: string(text), Mode: 0o644}
	v, err := Ask(context.Background(), []fixes.Change{{File: f, Text: f.Text + "\n"}}, f.Path, "")
	if err != nil || v.Verdict != Accepted {
		t.Errorf("%+v, %v", v, err)
	}
	if diff := cmp.Diff(before, machineState(t)); diff != "" {
		t.Error(diff)
	}
}

// machineState lists what nginx -t would touch, with owners and modes.
func machineState(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("sh", "-c", "find /run/*.pid /var/log/nginx /var/lib/nginx -printf '%p %u %m\n' 2>/dev/null | sort").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestAskCannotAsk(t *testing.T) {
	needNginx(t)
	dir := nginxTree(t, map[string]string{"nginx.conf": "events {}\n"})
	conf := filepath.Join(dir, "nginx.conf")
	created := []fixes.Change{{File: source.NewFile(filepath.Join(dir, "new.conf"), ""), Text: "x"}}
	if v, err := Ask(context.Background(), created, conf, ""); err == nil {
		t.Errorf("a new file: %+v", v)
	}
	ended, stop := context.WithCancel(context.Background())
	stop()
	if v, err := Ask(ended, nil, conf, ""); err == nil {
		t.Errorf("an ended context: %+v", v)
	}
	gone := []fixes.Change{{File: &source.File{Path: filepath.Join(dir, "gone.conf"), Text: "a", Mode: 0o644}, Text: "x"}}
	if v, err := Ask(context.Background(), gone, conf, ""); err == nil {
		t.Errorf("a mount that fails: %+v", v)
	}
}

func TestFirstComplaint(t *testing.T) {
	for said, want := range map[string]string{
		"nginx: [warn] w in /a:1\nnginx: [emerg] unknown directive \"x\" in /a:2\nnginx: configuration file /a test failed\n":  "unknown directive \"x\" in /a:2",
		"2026/11/21 06:34:42 [emerg] 16638#16638: unknown directive \"x\" in /a:2\nnginx: configuration file /a test failed\n": "unknown directive \"x\" in /a:2",
		"nginx: something\nelse": "nginx: something",
	} {
		if got, ok := firstComplaint(said); got != want || !ok {
			t.Errorf("%q: %q, %v", said, got, ok)
		}
	}
	if _, ok := firstComplaint("unshare: unshare failed: Operation not permitted\n"); ok {
		t.Error("unshare taken for nginx")
	}
}

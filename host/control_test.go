package host_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/machine"
	"github.com/tunelint/tunelint/nginxconf/nginxtest"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

// TestControl asks how nginx is told to read its files again and to start anew.
func TestControl(t *testing.T) {
	const (
		byHand    = "kill -TERM 7 && while kill -0 7 2>/dev/null; do sleep 0.1; done"
		openresty = "/usr/lib/systemd/system/openresty.service"
	)
	master := func(line, unit string, parent int) *machine.Master {
		binary, rest, _ := strings.Cut(line, " ")
		m := &machine.Master{Process: machine.Process{PID: 7, Parent: parent}, Binary: binary, Line: line, Unit: unit}
		words := strings.Fields(rest)
		for i, w := range words {
			switch w {
			case "-c":
				m.Conf = words[i+1]
			case "-p":
				m.Prefix = words[i+1]
			}
		}
		return m
	}
	for _, c := range []struct {
		name            string
		tree            map[string]string
		decl            func(*appconf.HostConfig)
		runs            *machine.Master
		reload, restart string
	}{
		{name: "files only", reload: "nginx -s reload", restart: "systemctl restart nginx"},
		{
			name: "another unit declared", decl: func(d *appconf.HostConfig) { d.Nginx.Service = "web-proxy.service" },
			reload: "systemctl reload web-proxy", restart: "systemctl restart web-proxy",
		},
		{name: "openresty", tree: map[string]string{openresty: "[Service]\n"}, reload: "systemctl reload openresty", restart: "systemctl restart openresty"},
		{
			name: "nginx beside openresty", tree: map[string]string{openresty: "[Service]\n", "/lib/systemd/system/nginx.service": "[Service]\n"},
			reload: "nginx -s reload", restart: "systemctl restart nginx",
		},
		{
			name: "a container", decl: func(d *appconf.HostConfig) { d.Facts.Container = source.Known(true, source.Origin{}) },
			reload: "nginx -s reload", restart: "# restart the container of nginx",
		},
		{name: "runs as the unit", runs: master("/usr/sbin/nginx -g daemon on;", "nginx.service", 1), reload: "nginx -s reload", restart: "systemctl restart nginx"},
		{
			name: "runs as another unit of nginx", runs: master("nginx -c /etc/nginx/nginx.conf", "nginx-debug.service", 1),
			reload: "systemctl reload nginx-debug", restart: "systemctl restart nginx-debug",
		},
		{name: "by hand", runs: master("nginx", "session-3.scope", 1), reload: "nginx -s reload", restart: byHand + " && nginx"},
		{name: "by cron", runs: master("nginx", "cron.service", 1), reload: "nginx -s reload", restart: byHand + " && nginx"},
		{
			name: "with other files", runs: master("/opt/n/sbin/nginx -p /opt/n -c /etc/nginx/nginx.conf", "", 1),
			reload: "kill -HUP 7", restart: byHand + " && /opt/n/sbin/nginx -p /opt/n -c /etc/nginx/nginx.conf",
		},
		{
			name: "where no shell looks", runs: master("/opt/n/sbin/nginx", "", 1),
			reload: "/opt/n/sbin/nginx -s reload", restart: byHand + " && /opt/n/sbin/nginx",
		},
		{
			name: "quotes are lost", runs: master("nginx -g daemon on;", "", 1),
			reload: "kill -HUP 7", restart: byHand + " && # start nginx as before: nginx -g daemon on;",
		},
		{
			name: "a hostile title", runs: master("nginx -c /etc/nginx/nginx.conf;reboot", "", 1),
			reload: "nginx -s reload", restart: "systemctl restart nginx", // it reads other files
		},
		{
			name: "by a supervisor", runs: master("nginx", "supervisor.service", 5),
			reload: "nginx -s reload", restart: "# restart nginx: process 7 was started by process 5, which may do so again",
		},
		{name: "as the first process", runs: func() *machine.Master { m := master("nginx", "", 0); m.PID = 1; return m }(), reload: "nginx -s reload", restart: "# restart the container of nginx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := map[string]string{"/etc/nginx/nginx.conf": "events {}\n"}
			for name, text := range c.tree {
				tree[name] = text
			}
			decl := appconf.HostConfig{}
			if c.decl != nil {
				c.decl(&decl)
			}
			h := loadHost(t, tree, decl)
			if c.runs != nil {
				h.Machine = &machine.Machine{Masters: []machine.Master{*c.runs}}
			}
			if got := h.ReloadNginx(); got != c.reload {
				t.Errorf("reloaded with %q, not %q", got, c.reload)
			}
			if got := strings.Join(h.RestartNginx(), " && "); got != c.restart {
				t.Errorf("restarted with %q, not %q", got, c.restart)
			}
		})
	}
}

// TestControlByHand reloads and restarts a real nginx that was started by hand with
// files of its own, as it is told to.
func TestControlByHand(t *testing.T) {
	nginxtest.Installed(t)
	program, err := exec.LookPath("nginx")
	if err != nil {
		realpart.Lacking(t, "nginx on PATH")
	}
	dir := t.TempDir()
	conf := filepath.Join(dir, "nginx.conf")
	pid := filepath.Join(dir, "pid")
	text := "pid " + pid + ";\nerror_log " + dir + "/error.log;\nevents {}\nhttp {\naccess_log off;\nserver {\nlisten unix:" + dir + "/web.sock;\n}\n}\n"
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(program, "-c", conf).CombinedOutput(); err != nil {
		t.Fatalf("nginx: %v: %s", err, out)
	}
	t.Cleanup(func() { shell(t, host.End(masterAt(t, pid, 0))) })
	first := masterAt(t, pid, 0)
	decl := appconf.HostConfig{Name: "here", Root: "/"}
	decl.Nginx.Conf, decl.Nginx.Version = conf, source.Known("1.22.1", source.Origin{})
	decl.Facts.Container = source.Known(false, source.Origin{})
	h, err := host.Load(source.NewStore(source.OS()), "/", decl)
	if err != nil {
		t.Fatal(err)
	}
	var own []machine.Master
	for until := time.Now().Add(10 * time.Second); len(own) != 1 && time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		h.LookAt(source.OS(), nil) // a worker is called master until it has begun
		own, _ = h.Masters()
	}
	if len(own) != 1 || own[0].Parent != 1 {
		realpart.Lacking(t, "a process 1 that takes in what daemons leave behind")
	}
	shell(t, h.ReloadNginx())
	if now := masterAt(t, pid, 0); now != first {
		t.Errorf("%q starts another master", h.ReloadNginx())
	}
	shell(t, strings.Join(h.RestartNginx(), " && "))
	if now := masterAt(t, pid, first); now == first {
		t.Errorf("%q starts no other master", h.RestartNginx())
	}
}

// shell runs a command as somebody who copies it.
func shell(t *testing.T, command string) {
	t.Helper()
	done := make(chan error, 1)
	cmd := exec.Command("sh", "-c", command)
	go func() { done <- cmd.Run() }()
	select {
	case err := <-done:
		if err != nil {
			t.Fatalf("%s: %v", command, err)
		}
	case <-time.After(20 * time.Second):
		cmd.Process.Kill()
		t.Fatalf("%s: does not end", command)
	}
}

// masterAt waits for a pid file that names another master than one.
func masterAt(t *testing.T, file string, than int) int {
	t.Helper()
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil || pid == than {
			continue
		}
		title, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
		if err == nil && strings.HasPrefix(string(title), "nginx: master") {
			return pid
		}
	}
	t.Fatal("nginx writes no pid file")
	return 0
}

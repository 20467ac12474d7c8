package host_test

import (
	"fmt"
	"testing"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/source"
)

// TestNoFileOfService goes through what ngx_worker_process_init makes of
// worker_rlimit_nofile and the limits of the unit.
func TestNoFileOfService(t *testing.T) {
	const without = "CapabilityBoundingSet=~CAP_SYS_RESOURCE\n"
	for _, c := range []struct{ unit, sysctl, own, want string }{
		{"LimitNOFILE=1024:2048\n", "", "", "1024"},
		{"LimitNOFILE=1024:2048\n", "", "1500", "1500"},
		{"LimitNOFILE=1024:2048\n", "", "600", "600"},
		{"LimitNOFILE=1024:2048\n", "", "0", "0"},
		{"LimitNOFILE=1024:2048\n", "", "64k", "unknown"},
		{"LimitNOFILE=1024:2048\n" + without, "", "65536", "1024"},
		{"LimitNOFILE=1024:2048\nUser=www-data\n", "", "65536", "1024"},
		{"LimitNOFILE=1024:2048\nUser=www-data\nAmbientCapabilities=CAP_SYS_RESOURCE\n", "", "65536", "65536"},
		{"LimitNOFILE=1024:2048\nUser=%i\n", "", "65536", "unknown"},
		{"", "", "65536", "65536"},
		{"", "", "1000000", "1000000"},
		{"", "", "2000000", "unknown"}, // systemd may have raised fs.nr_open
		{"", "", "2147483585", "1024"},
		{"", "fs.nr_open = 1048576\n", "2000000", "1024"},
		{"", "fs.nr_open = 3000000\n", "2000000", "2000000"},
		{"", "fs.nr_open = {{ n }}\n", "2000000", "unknown"},
		{"LimitNOFILE=infinity\n", "", "", "1048576"},
		{"LimitNOFILE=infinity\n", "fs.nr_open = 3000000\n", "", "1048576"}, // the limit of systemd itself is from before
		{"LimitNOFILE=2000000\n", "", "", "1048576"},
		{"LimitNOFILE=2000000\n", "fs.nr_open = {{ n }}\n", "", "unknown"},
		{"LimitNOFILE=65536\n", "fs.nr_open = {{ n }}\n", "", "65536"},
		{"LimitNOFILE=2000000\n", "fs.nr_open = 1048576\n", "", "unknown"},
		{"LimitNOFILE=2000000\n", "fs.nr_open = 3000000\n", "", "2000000"},
		{"LimitNOFILE=infinity\n" + without, "fs.nr_open = 1048576\n", "65536", "65536"},
		{"LimitNOFILE=64k\n", "", "", "1024"},
		{"LimitNOFILE=2048:1024\n", "", "", "1024"},
		{"[Broken\n", "", "", "unknown"},
	} {
		own := ""
		if c.own != "" {
			own = "worker_rlimit_nofile " + c.own + ";\n"
		}
		limit, _ := loadHost(t, map[string]string{
			"/etc/nginx/nginx.conf":             own + "events {}\nhttp { server { listen 80; } }\n",
			"/etc/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n" + c.unit,
			"/etc/sysctl.d/90.conf":             c.sysctl,
		}, appconf.HostConfig{}).WorkerNoFile()
		if got := told(limit); got != c.want {
			t.Errorf("%q %q %q: %s, want %s", c.unit, c.sysctl, c.own, got, c.want)
		}
	}
}

// TestContainedNoFile asks for the limits of nginx's workers and of an application
// through every form in which files give them to a container.
func TestContainedNoFile(t *testing.T) {
	const (
		unit    = "/etc/systemd/system/nginx.service"
		daemon  = "/etc/docker/daemon.json"
		engine  = "/usr/lib/systemd/system/containerd.service"
		api     = "  api: {command: gunicorn app:app, ports: ['127.0.0.1:8000:8000']%s}\n"
		run     = "[Service]\nLimitNOFILE=9999\nExecStart=/usr/bin/docker run --rm "
		unknown = "unknown"
	)
	compose := func(api string, more string) string { return "services:\n" + api + more }
	plain := fmt.Sprintf(api, "")
	for _, c := range []struct {
		name      string
		files     map[string]string
		contained bool
		hard      int64
		own       string // worker_rlimit_nofile
		nginx     string
		app       string
	}{
		{name: "nothing shows it", files: map[string]string{"/compose.yaml": compose(plain, "")}, contained: true, nginx: unknown, app: unknown},
		{name: "declared", files: map[string]string{"/compose.yaml": compose(plain, "")}, contained: true, hard: 4096, nginx: "4096", app: unknown},
		{name: "one number", files: map[string]string{"/compose.yaml": compose(plain, "  web: {image: 'nginx:1.28', ulimits: {nofile: 2048}}\n")}, contained: true, nginx: "2048", app: unknown},
		{name: "two numbers", files: map[string]string{"/compose.yaml": compose(plain, "  web: {image: library/nginx, ulimits: {nofile: {soft: 512, hard: 2048}}}\n")}, contained: true, nginx: "512", app: unknown},
		{name: "up to the hard limit", files: map[string]string{"/compose.yaml": compose(plain, "  web: {image: nginx, ulimits: {nofile: {soft: 512, hard: 2048}}}\n")}, contained: true, own: "2048", nginx: "2048", app: unknown},
		{name: "beyond it", files: map[string]string{"/compose.yaml": compose(plain, "  web: {image: nginx, ulimits: {nofile: {soft: 512, hard: 2048}}}\n")}, contained: true, own: "4096", nginx: "512", app: unknown},
		{name: "with the capability", files: map[string]string{"/compose.yaml": compose(plain, "  web: {image: nginx, cap_add: [SYS_RESOURCE], ulimits: {nofile: {soft: 512, hard: 2048}}}\n")}, contained: true, own: "4096", nginx: "4096", app: unknown},
		{name: "no limit", files: map[string]string{"/compose.yaml": compose(plain, "  web: {image: nginx, ulimits: {nofile: -1}}\n")}, contained: true, nginx: unknown, app: unknown},
		{name: "two of nginx", files: map[string]string{"/compose.yaml": compose(plain, "  web: {image: nginx, ulimits: {nofile: 1}}\n  edge: {image: nginx}\n")}, contained: true, nginx: unknown, app: unknown},
		{name: "another image", files: map[string]string{"/compose.yaml": compose(plain, "  web: {image: nginx-exporter, ulimits: {nofile: 1}}\n")}, contained: true, nginx: unknown, app: unknown},
		{name: "docker run", files: map[string]string{unit: run + "--ulimit nofile=700:800 nginx:1.28\n"}, nginx: "700"},
		{name: "docker run beyond", files: map[string]string{unit: run + "--ulimit=nofile=700:800 nginx:1.28\n"}, own: "900", nginx: "700"},
		{name: "docker run without", files: map[string]string{unit: run + "nginx:1.28\n"}, nginx: unknown},
		{name: "docker run, privileged", files: map[string]string{unit: run + "--privileged --ulimit nofile=700:800 nginx\n"}, own: "900", nginx: unknown},
		{name: "of the daemon", files: map[string]string{"/compose.yaml": compose(plain, ""), daemon: "{\n\t\"default-ulimits\": {\"nofile\": {\"Name\": \"nofile\", \"Hard\": 64000, \"Soft\": 32000}}\n}\n"}, nginx: "1024", app: "32000"},
		{name: "of containerd", files: map[string]string{"/compose.yaml": compose(plain, ""), engine: "[Service]\nExecStart=/usr/bin/containerd\nLimitNOFILE=5000:6000\n"}, nginx: "1024", app: "5000"},
		{name: "of containerd, without end", files: map[string]string{"/compose.yaml": compose(plain, ""), engine: "[Service]\nExecStart=/usr/bin/containerd\nLimitNOFILE=infinity\n"}, nginx: "1024", app: unknown},
		{name: "its own before that", files: map[string]string{"/compose.yaml": compose(fmt.Sprintf(api, ", ulimits: {nofile: 300}"), ""), daemon: `{"default-ulimits": {"nofile": {"Hard": 1, "Soft": 1}}}`}, nginx: "1024", app: "300"},
	} {
		own := ""
		if c.own != "" {
			own = "worker_rlimit_nofile " + c.own + ";\n"
		}
		c.files["/etc/nginx/nginx.conf"] = own + "events {}\nhttp { server { listen 80; location / { proxy_pass http://127.0.0.1:8000; } } }\n"
		var decl appconf.HostConfig
		if c.contained {
			decl.Facts.Container = source.Known(true, source.Origin{})
		}
		if c.hard > 0 {
			decl.Facts.NoFileHard = source.Known(c.hard, source.Origin{})
		}
		if c.files["/compose.yaml"] != "" {
			decl.Apps = []appconf.AppConfig{{
				Name: source.Known("api", source.Origin{}), Upstream: source.Known("127.0.0.1:8000", source.Origin{}),
				Runtime: source.Known("gunicorn@23", source.Origin{}), Files: []source.Setting[string]{source.Known("compose.yaml", source.Origin{})},
			}}
		}
		h := loadHost(t, c.files, decl)
		limit, _ := h.WorkerNoFile()
		if got := told(limit); got != c.nginx {
			t.Errorf("%s: workers get %s, want %s", c.name, got, c.nginx)
		}
		if len(h.Apps) == 0 {
			continue
		}
		if got := told(h.AppNoFile(h.Apps[0])); got != c.app {
			t.Errorf("%s: the application gets %s, want %s", c.name, got, c.app)
		}
	}
}

func told(s source.Setting[int64]) string {
	if !s.Known {
		return "unknown"
	}
	return fmt.Sprint(s.Value)
}

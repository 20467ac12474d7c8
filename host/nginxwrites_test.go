package host

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/source"
)

func TestNginxWrites(t *testing.T) {
	files := source.Memory{
		"/etc/nginx/nginx.conf": "pid run/nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\n\taccess_log /var/log/nginx/a.log main;\n\taccess_log off;\n\taccess_log syslog:server=127.0.0.1;\n" +
			"\tproxy_cache_path /srv/cache keys_zone=a:1m;\n\tserver {\n\t\taccess_log /var/log/$host.log;\n\t\tinclude s.conf;\n\t}\n}\n",
		"/etc/nginx/s.conf": "location / { client_body_temp_path /srv/body 1 2; error_log logs/e.log; access_log /var/log/nginx/a.log; }\n",
	}
	h, err := Load(source.NewStore(files), "/", appconf.HostConfig{Root: "/", PathMap: []appconf.PathMapping{{From: "/none", To: "/none"}}})
	if err != nil {
		t.Fatal(err)
	}
	h.Facts.build = "--with-cc-opt='-g -O2' --prefix=/usr/share/nginx --http-log-path=/var/log/nginx/access.log --error-log-path=stderr --pid-path=/run/nginx.pid --http-proxy-temp-path=proxy_temp --modules-path=/m"
	for prefix, want := range map[string][]string{
		"": {"/run/nginx.pid", "/srv/body", "/srv/cache", "/usr/share/nginx/logs/e.log", "/usr/share/nginx/proxy_temp", "/usr/share/nginx/run/nginx.pid",
			"/var/log/nginx/a.log", "/var/log/nginx/access.log"},
		"/srv/x": {"/run/nginx.pid", "/srv/body", "/srv/cache", "/srv/x/logs/e.log", "/srv/x/proxy_temp", "/srv/x/run/nginx.pid",
			"/var/log/nginx/a.log", "/var/log/nginx/access.log"},
	} {
		if diff := cmp.Diff(want, h.NginxWrites(prefix)); diff != "" {
			t.Errorf("prefix %q: %s", prefix, diff)
		}
	}
}

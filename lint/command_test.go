package lint

import (
	"slices"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

// TestJoin joins what many findings need: each command once, in the order in which
// they have to run, whatever the order of the findings.
func TestJoin(t *testing.T) {
	otherwise := strings.NewReplacer("gunicorn nginx", "nginx gunicorn", "fs.file-max, kernel.sem", "kernel.sem, fs.file-max")
	for _, c := range []struct {
		name string
		list []Command
		want string
	}{
		{"nothing", nil, ""},
		{"nothing to do", []Command{Nothing("it counts for nothing")}, ""},
		{"once", []Command{ReloadNginx(), ReloadNginx()}, "nginx -s reload"},
		{"reload after the kernel", []Command{ReloadNginx(), LoadSysctl()}, "sysctl --system; nginx -s reload"},
		{"restart instead of reload", []Command{ReloadNginx(), RestartNginx(), LoadSysctl()}, "sysctl --system; systemctl restart nginx"},
		{"several units", []Command{RestartUnit("gunicorn.service"), RestartNginx(), RestartUnit("gunicorn.service"), ReloadUnits()}, "systemctl daemon-reload; systemctl restart gunicorn nginx"},
		{"another unit leaves the reload", []Command{ReloadNginx(), RestartUnit("api@.service")}, "systemctl restart 'api@*'; nginx -s reload"},
		{
			"all kinds", []Command{
				LogIn(), ReloadNginx(), TestNginx(), ReloadUnits(), Allow("httpd_setrlimit"), LoadSysctl(),
				SetKernel("net.ipv4.tcp_rmem", "4096 131072 6291456"), LoadModule("nf_conntrack"), Write("mkdir /x"),
			},
			`mkdir /x; modprobe nf_conntrack; sysctl -w net.ipv4.tcp_rmem="4096 131072 6291456"; sysctl --system; setsebool -P httpd_setrlimit 1; ` +
				"systemctl daemon-reload; nginx -t; nginx -s reload; # log in again: limits.conf counts for new sessions",
		},
		{"one boot", []Command{Boot("fs.file-max"), LoadSysctl(), Boot("fs.file-max"), Boot("kernel.sem")}, "sysctl --system; # reboot when it suits: until then the kernel keeps fs.file-max, kernel.sem"},
		{"people last", []Command{RestartApp(nil), ReloadNginx()}, "nginx -s reload; # restart the application"},
		{"by hand instead of reload", []Command{ReloadNginx(), MoveToUnit(7, "nginx.service")}, "kill -TERM 7 && while kill -0 7 2>/dev/null; do sleep 0.1; done && systemctl start nginx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(Join(c.list), "; "); got != c.want {
				t.Errorf("%s, not %s", got, c.want)
			}
			turned := slices.Clone(c.list)
			slices.Reverse(turned)
			if got := strings.Join(Join(turned), "; "); got != c.want && got != otherwise.Replace(c.want) {
				t.Errorf("in the other order %s", got)
			}
		})
	}
	if got := Describe([]Command{Nothing("it counts for nothing")}); got != "nothing to do: it counts for nothing" {
		t.Error(got)
	}
	if got := Describe([]Command{LogIn(), LoadSysctl()}); got != "sysctl --system, then log in again: limits.conf counts for new sessions" {
		t.Error(got)
	}
}

// TestAfterwards asks what to run on three machines after two fixes: one of them is
// about the first, the other edits a file that two of them read.
func TestAfterwards(t *testing.T) {
	store := source.NewStore(source.Memory{
		"/run/systemd/system/x":                       "",
		"/etc/nginx/nginx.conf":                       "events {}\nhttp {\ninclude /srv/shared.conf;\n}\n",
		"/srv/shared.conf":                            "keepalive_timeout 5s;\n",
		"/etc/sysctl.d/90-web.conf":                   "net.core.somaxconn = 16\n",
		"/b/etc/nginx/nginx.conf":                     "events {}\nhttp {\ninclude /srv/shared.conf;\n}\n",
		"/b/srv/shared.conf":                          source.LinkPrefix + "../../srv/shared.conf",
		"/c/etc/nginx/nginx.conf":                     "events {}\n",
		"/b/usr/lib/systemd/system/openresty.service": "[Service]\n",
	})
	var hosts []*host.Host
	for _, decl := range []appconf.HostConfig{{Name: "a", Root: "/"}, {Name: "b", Root: "/b"}, {Name: "c", Root: "/c"}} {
		h, err := host.Load(store, "/", decl)
		if err != nil {
			t.Fatal(err)
		}
		hosts = append(hosts, h)
	}
	edit := func(path string) *fixes.Fix {
		f, err := store.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		return &fixes.Fix{Edits: []source.Edit{{Span: f.Line(1)}}}
	}
	queue := &Finding{Host: "a", Fix: edit("/etc/sysctl.d/90-web.conf"), Apply: []Command{SetKernel("net.core.somaxconn", "4096"), RestartNginx()}}
	idle := &Finding{Host: "a", Fix: edit("/srv/shared.conf"), Apply: []Command{ReloadNginx()}}
	for _, c := range []struct {
		name           string
		applied        []*Finding
		commands, back string
	}{
		{"none", nil, "", ""},
		{"the kernel", []*Finding{queue}, "sysctl -w net.core.somaxconn=4096; systemctl restart nginx", "sysctl --system; systemctl restart nginx"},
		{"a shared file", []*Finding{idle}, "nginx -s reload; # on b:; systemctl reload openresty", "nginx -s reload; # on b:; systemctl reload openresty"},
		{
			"both", []*Finding{idle, queue}, "sysctl -w net.core.somaxconn=4096; systemctl restart nginx; # on b:; systemctl reload openresty",
			"sysctl --system; systemctl restart nginx; # on b:; systemctl reload openresty",
		},
		{
			"on both", []*Finding{{Host: "c", Also: []string{"b"}, Fix: edit("/b/etc/nginx/nginx.conf"), Apply: []Command{RestartNginx()}}},
			"# on b:; systemctl restart openresty; # on c:; systemctl restart nginx", "# on b:; systemctl restart openresty; # on c:; systemctl restart nginx",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := Afterwards(hosts, c.applied)
			if got := strings.Join(CommandLines(out), "; "); got != c.commands {
				t.Errorf("%s, not %s", got, c.commands)
			}
			if got := strings.Join(BackLines(out), "; "); got != c.back {
				t.Errorf("put back: %s, not %s", got, c.back)
			}
		})
	}
	if got, is := HostLine("# on a, b:"); got != "a, b" || !is {
		t.Error(got)
	}
	if got, is := HostLine("# restart api"); got != "" || is {
		t.Error(got)
	}
}

package machine

import (
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/tunelint/tunelint/source"
)

func TestCommandLine(t *testing.T) {
	for _, c := range []struct{ title, binary, conf, prefix string }{
		{"/usr/sbin/nginx -g daemon on; master_process on;", "/usr/sbin/nginx", "", ""},
		{"nginx -c /srv/nginx.conf -g daemon off;", "nginx", "/srv/nginx.conf", ""},
		{"nginx -g pid /run/c; user c; -p /srv -c web.conf", "nginx", "web.conf", "/srv"},
		{"nginx -qc/srv/nginx.conf -e stderr -p/srv/", "nginx", "/srv/nginx.conf", "/srv/"},
		{"nginx -e /var/log/c -c /srv/a.conf -c /srv/b.conf", "nginx", "/srv/b.conf", ""},
		{"nginx", "nginx", "", ""},
		{"", "", "", ""},
	} {
		binary, conf, prefix := commandLine(c.title)
		if binary != c.binary || conf != c.conf || prefix != c.prefix {
			t.Errorf("%q: %q, %q, %q", c.title, binary, conf, prefix)
		}
	}
}

func TestUnitOf(t *testing.T) {
	for group, want := range map[string]string{
		"/system.slice/nginx.service":                                     "nginx.service",
		"/system.slice/system-web.slice/web@a.service":                    "web@a.service",
		"/system.slice/nginx.service/workers":                             "nginx.service",
		"/user.slice/user-0.slice/session-3.scope":                        "session-3.scope",
		"/user.slice/user-7.slice/user@7.service/app.slice/nginx.service": "",
		"/": "",
		"":  "",
	} {
		if got := unitOf(group); got != want {
			t.Errorf("%s: %q, want %q", group, got, want)
		}
	}
}

// nginxTree is a /proc with a master, its workers and what is none of them.
var nginxTree = source.Memory{
	"/proc/stat":             "cpu 1 2\nbtime 1000000\n",
	"/proc/self/ns/net":      source.LinkPrefix + "net:[1]",
	"/proc/self/net/tcp":     tcpHead + "   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 77 1\n",
	"/proc/9/cmdline":        "nginx: master process /usr/sbin/nginx -g daemon on;\x00\x00",
	"/proc/9/stat":           statLine("9 (nginx) S 1", 500),
	"/proc/9/status":         "Name:\tnginx\nUid:\t0\t0\t0\t0\nNSpid:\t9\nCapEff:\t000001ffffffffff\nCapBnd:\t0000000001000000\n",
	"/proc/9/limits":         "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 524288               files     \n",
	"/proc/9/cgroup":         "0::/system.slice/nginx.service\n",
	"/proc/9/exe":            source.LinkPrefix + "/usr/sbin/nginx (deleted)",
	"/proc/9/ns/net":         source.LinkPrefix + "net:[1]",
	"/proc/9/fd/0":           source.LinkPrefix + "/dev/null",
	"/proc/9/fd/6":           source.LinkPrefix + "socket:[77]",
	"/proc/10/cmdline":       "nginx: worker process\x00",
	"/proc/10/stat":          statLine("10 (ngi) nx) S 9", 650),
	"/proc/10/status":        "Uid:\t33\t33\t33\t33\nNSpid:\t10\n",
	"/proc/10/limits":        "Max open files            4096                 4096                 files\n",
	"/proc/11/cmdline":       "nginx: worker process is shutting down\x00",
	"/proc/11/stat":          statLine("11 (nginx) S 9", 600),
	"/proc/12/cmdline":       "nginx: cache manager process\x00",
	"/proc/12/stat":          statLine("12 (nginx) S 9", 600),
	"/proc/13/cmdline":       "nginx: worker process\x00", // ended meanwhile
	"/proc/14/cmdline":       "grep\x00nginx: worker process\x00",
	"/proc/14/stat":          statLine("14 (grep) S 9", 600),
	"/proc/sys/fs/nr_open":   "1048576\n",
	"/proc/9/task/9/cmdline": "nginx: master process nginx\x00",
}

const tcpHead = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"

// statLine is a /proc/PID/stat up to the start time.
func statLine(head string, started int) string {
	fields := head
	for range 17 {
		fields += " 0"
	}
	return fields + " " + strconv.Itoa(started) + " 0 0\n"
}

func TestMasters(t *testing.T) {
	got := Read(nginxTree, nil).Masters
	want := []Master{{
		Process: Process{
			PID: 9, Parent: 1, Started: time.Unix(1000005, 0), NoFile: Limits{1024, 524288}, Open: 2,
			Effective: 0x1ffffffffff,
		},
		Binary: "/usr/sbin/nginx", Line: "/usr/sbin/nginx -g daemon on;", Replaced: true, Unit: "nginx.service", Sockets: []uint64{77},
		Workers: []Worker{
			{Process: Process{PID: 10, Parent: 9, Started: time.Unix(1000006, 5e8), NoFile: Limits{4096, 4096}, Open: -1}},
			{Process: Process{PID: 11, Parent: 9, Started: time.Unix(1000006, 0), Open: -1}, Leaving: true},
		},
	}}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Process{})); diff != "" {
		t.Error(diff)
	}
	if !got[0].MayRaise() || got[0].Workers[0].MayRaise() {
		t.Error("CAP_SYS_RESOURCE")
	}
}

// Processes of containers and other networks are seen, and named as such.
func TestElsewhere(t *testing.T) {
	others := "   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 78 1\n"
	same := "   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 77 1\n"
	for _, c := range []struct {
		name, file, text, want string
	}{
		{"a container's numbers", "status", "NSpid:\t9\t1\n", "it has process numbers of its own, as in a container"},
		{"a container's group", "cgroup", "0::/system.slice/docker-" + strings.Repeat("0a", 32) + ".scope\n", "it runs in a container of docker"},
		{"another network", "ns/net", source.LinkPrefix + "net:[2]", "it runs in another network"},
		{"another network by its sockets", "net/tcp", tcpHead + others, "it runs in another network"},
		{"the same network by its sockets", "net/tcp", tcpHead + others + same, ""},
		{"no sockets to tell by", "net/tcp", tcpHead, ""},
		{"another root", "root", source.LinkPrefix + "/srv/jail", "it runs below /srv/jail"},
		{"the usual root", "root", source.LinkPrefix + "/", ""},
	} {
		tree := source.Memory{}
		for name, text := range nginxTree {
			if c.file != "net/tcp" || name != "/proc/9/ns/net" {
				tree[name] = text
			}
		}
		tree["/proc/9/"+c.file] = c.text
		if got := Read(tree, nil).Masters[0].Elsewhere; got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Within a container its own nginx is no other one.
func TestWithinContainer(t *testing.T) {
	group := "0::/docker/" + strings.Repeat("0a", 32) + "\n"
	tree := maps.Clone(nginxTree)
	tree["/proc/self/cgroup"], tree["/proc/9/cgroup"] = group, group
	if got := Read(tree, nil).Masters[0].Elsewhere; got != "" {
		t.Error(got)
	}
}

package host_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

func TestReadDump(t *testing.T) {
	const before = "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n"
	cases := []struct {
		name, text, main string
		files            source.Memory
	}{
		{
			"two files",
			before + "# configuration file /etc/nginx/nginx.conf:\nevents {}\n\n# configuration file /etc/nginx/a.conf:\nuser a;\n",
			"/etc/nginx/nginx.conf",
			source.Memory{"/etc/nginx/nginx.conf": "events {}\n", "/etc/nginx/a.conf": "user a;"},
		},
		{
			"without remarks, without a last line feed",
			"# configuration file /nginx.conf:\nevents {}",
			"/nginx.conf", source.Memory{"/nginx.conf": "events {}"},
		},
		{
			"remarks at the end",
			"# configuration file /nginx.conf:\nevents {}\n\n" + before,
			"/nginx.conf", source.Memory{"/nginx.conf": "events {}\n"},
		},
		{
			"a file that is read twice, an empty one, CRLF",
			"# configuration file /nginx.conf:\r\na;\r\n\n# configuration file /b:\n\n# configuration file /b:\nc;\n\n",
			"/nginx.conf", source.Memory{"/nginx.conf": "a;\r\n", "/b": ""},
		},
		{"no dump", "events {}\n# configuration file of the shop\n", "", source.Memory{}},
		{"nothing", "", "", source.Memory{}},
	}
	for _, c := range cases {
		d, ok := host.ReadDump(c.text)
		if diff := cmp.Diff(c.files, d.Files); diff != "" || d.Main != c.main || ok != (c.main != "") {
			t.Errorf("%s: main %q, %v\n%s", c.name, d.Main, ok, diff)
		}
	}
}

// TestReadDumpOfNginx dumps a configuration with the real nginx and reads the
// same files back, byte for byte.
func TestReadDumpOfNginx(t *testing.T) {
	if _, err := exec.LookPath("nginx"); err != nil {
		realpart.Lacking(t, "nginx")
	}
	dir := t.TempDir()
	files := map[string]string{
		"nginx.conf":   "pid pid;\nerror_log stderr;\nevents {}\nhttp {\n  access_log off;\n  client_body_temp_path a; proxy_temp_path b; fastcgi_temp_path c; uwsgi_temp_path d; scgi_temp_path e;\n  include parts/*.conf;\n}",
		"parts/a.conf": "map $host $a {\n  default b;\n}\n\n\n",
		"parts/b.conf": "",
		"parts/c.conf": "server {\r\n  listen unix:s;\r\n}\r\n# nginx: the end\n",
	}
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("nginx", "-e", "stderr", "-T", "-p", dir, "-c", filepath.Join(dir, "nginx.conf")).CombinedOutput()
	if err != nil && !strings.Contains(string(out), "# configuration file ") {
		t.Fatalf("nginx -T: %v\n%s", err, out)
	}
	d, ok := host.ReadDump(string(out))
	if !ok || d.Main != filepath.Join(dir, "nginx.conf") {
		t.Fatalf("main %q, %v", d.Main, ok)
	}
	got := map[string]string{}
	for name, text := range d.Files {
		got[strings.TrimPrefix(name, dir+"/")] = text
	}
	if diff := cmp.Diff(files, got); diff != "" {
		t.Error(diff)
	}
	h := host.LoadNginx(source.NewStore(d.Files), appconf.HostConfig{Root: "/", Nginx: appconf.NginxConfig{Conf: d.Main}})
	if h.Live || !h.NginxOnly || h.Nginx == nil || len(h.Nginx.Documents) != len(files) || len(h.Nginx.Includes) > 0 {
		t.Errorf("host %+v", h)
	}
}

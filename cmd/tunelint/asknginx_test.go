package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/fixes/trial"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/machine"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/source/realpart"
)

// nginxTestOf returns a test of files with nothing asked yet.
func nginxTestOf(t *testing.T, conf string) *nginxTest {
	t.Helper()
	realpart.Need(t, "nginx")
	if os.Geteuid() != 0 {
		realpart.Lacking(t, "root")
	}
	program, err := machine.NginxProgram()
	if err != nil {
		t.Fatal(err)
	}
	decl := appconf.HostConfig{Name: "web", Root: "/"}
	decl.Nginx.Conf = conf
	h, err := host.Load(source.NewStore(source.OS()), "/", decl)
	if err != nil {
		t.Fatal(err)
	}
	file := h.Nginx.Documents[0].File
	return &nginxTest{host: h, changes: []fixes.Change{{File: file, Text: file.Text}}, trial: &trial.Trial{Program: []string{program}, Conf: conf}}
}

// TestAskAfter writes something else than what was tested.
func TestAskAfter(t *testing.T) {
	const good = "events {}\npid /run/tunelint-test.pid;\n"
	for _, c := range []struct{ name, before, written, want string }{
		{"as tested", good, good + "# x\n", ""},
		{"broken", good, good + "bogus on;\n", `nginx -t refuses the files as written: unknown directive "bogus" in `},
		{"broken as before", good + "bogus on;\n", "\n" + good + "bogus on;\n", ""},
		{"repaired", good + "bogus on;\n", good, ""},
		{"broken earlier", good + "bogus on;\n", "other on;\n" + good + "bogus on;\n", `unknown directive "other"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			conf := filepath.Join(t.TempDir(), "nginx.conf")
			if err := os.WriteFile(conf, []byte(c.before), 0o644); err != nil {
				t.Fatal(err)
			}
			test := nginxTestOf(t, conf)
			if err := test.ask(t.Context(), ""); err != nil || test.Skipped != "" {
				t.Fatalf("%v %s", err, test.Skipped)
			}
			if err := os.WriteFile(conf, []byte(c.written), 0o644); err != nil {
				t.Fatal(err)
			}
			err := (&session{}).askAfter(t.Context(), []*nginxTest{{Skipped: "x"}, test})
			if got := errorText(err); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

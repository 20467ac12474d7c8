package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint/rules"
	"github.com/tunelint/tunelint/source"
)

// fixable are the files of a host on which one fix is to be made.
var fixable = map[string]string{
	"etc/nginx/nginx.conf":       "events {}\nhttp { server { listen 80 backlog=4096; } }\n",
	"etc/sysctl.d/90-web.conf":   "net.core.somaxconn = 1024\n",
	"etc/security/limits.d/.not": "",
}

// writeFixable makes a host in a folder, with a tunelint.yaml unless it is "".
func writeFixable(t *testing.T, dir, config string) {
	t.Helper()
	files := map[string]string{}
	for name, text := range fixable {
		files[name] = text
	}
	if config != "" {
		files["tunelint.yaml"] = config
	}
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}

// repairOf is what "fix" with some arguments would do.
func repairOf(t *testing.T, args ...string) (*session, *repair) {
	t.Helper()
	a := newApp(rules.All)
	cmd := a.fixCommand()
	if err := cmd.ParseFlags(append([]string{"--quiet", "--select", "sockets/backlog-capped"}, args...)); err != nil {
		t.Fatal(err)
	}
	set, err := readSettings(cmd.Flags())
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.newSession(set, cmd.Flags().Args())
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.repair()
	if err != nil || len(r.changes()) == 0 {
		t.Fatalf("%v, %d changes", err, len(r.changes()))
	}
	return s, r
}

// A backup is kept where nobody reads, commits or deploys it.
func TestCheckBackupFolder(t *testing.T) {
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	plain, repo := filepath.Join(base, "plain"), filepath.Join(base, "repo")
	writeFixable(t, plain, "")
	writeFixable(t, filepath.Join(repo, "web"), "")
	err = errors.Join(
		os.MkdirAll(filepath.Join(repo, ".git"), 0o755),
		os.Symlink(filepath.Join(plain, "etc"), filepath.Join(base, "link")),
		os.WriteFile(filepath.Join(base, "file"), nil, 0o644),
	)
	if err != nil {
		t.Fatal(err)
	}
	s, r := repairOf(t, plain, filepath.Join(repo, "web"))
	for dir, want := range map[string]string{
		"backups":                    "",
		"plainer":                    "",
		"no/such/folder":             "",
		"plain":                      "root of host plain",
		"plain/var/backups":          "root of host plain",
		"plain/etc/sysctl.d":         "root of host plain",
		"link/nginx/backups":         "root of host plain",
		"repo/backups":               "git working tree",
		"repo/web/etc/nginx/conf.d":  "git working tree",
		"backups/../plain/etc/x/../": "root of host plain",
		"file":                       "not a folder",
	} {
		err := s.checkBackupFolder(filepath.Join(base, dir), r)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "--backup-dir")) {
			t.Errorf("%s: %v, want %q", dir, err, want)
		}
	}
}

// The folders of the machine's own configuration hold no backups.
func TestCheckBackupFolderOfMachine(t *testing.T) {
	files := source.Memory{"/etc/nginx/nginx.conf": "events {}\n", "/srv/app/gunicorn.conf.py": "workers = 2\n"}
	h, err := host.Load(source.NewStore(files), "/", appconf.HostConfig{Root: "/"})
	if err != nil {
		t.Fatal(err)
	}
	for dir, bad := range map[string]bool{
		"/etc/nginx/conf.d": true, "/etc/sysctl.d/b": true, "/etc/backups": true, "/usr/lib/sysctl.d": true, "/run/systemd/system/x": true,
		"/var/backups/tunelint": false, "/root/.local/state/tunelint": false, "/srv": false, "/etcetera": false,
	} {
		if why := holdsBackup(h, dir); (why != "") != bad {
			t.Errorf("%s: %q", dir, why)
		}
	}
}

// flag > environment > tunelint.yaml > default.
func TestFixSettings(t *testing.T) {
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(base, "web")
	writeFixable(t, dir, "version: 1\nhosts: [{root: .}]\nfix: {backup_dir: ../b, validate: []}\n")
	check := func(what, wantDir string, wantTest bool, args ...string) {
		t.Helper()
		s, r := repairOf(t, append(args, dir)...)
		got, err := s.backupDir(r)
		tests, err2 := s.validates(r.parts[0])
		if err != nil || err2 != nil || got != wantDir || tests != wantTest {
			t.Errorf("%s: %q, %v, %v, %v; want %q, %v", what, got, tests, err, err2, wantDir, wantTest)
		}
	}
	check("file", filepath.Join(base, "b"), false)
	t.Setenv("TUNELINT_BACKUP_DIR", "/env")
	t.Setenv("TUNELINT_VALIDATE", "nginx")
	check("environment", "/env", true)
	check("flag", "/flag", false, "--backup-dir", "/flag", "--validate", "none")
}

// One run has one backup.
func TestTwoBackupFolders(t *testing.T) {
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, backups := range map[string]string{"a": "/b", "b": "/c", "c": "/b"} {
		writeFixable(t, filepath.Join(base, name), "version: 1\nhosts: [{root: .}]\nfix: {backup_dir: "+backups+"}\n")
	}
	s, r := repairOf(t, filepath.Join(base, "a"), filepath.Join(base, "c"))
	if got, err := s.backupDir(r); got != "/b" || err != nil {
		t.Errorf("the same folder twice: %q, %v", got, err)
	}
	s, r = repairOf(t, filepath.Join(base, "a"), filepath.Join(base, "b"))
	var coded *exitError
	if _, err := s.backupDir(r); !errors.As(err, &coded) || coded.code != exitUsage || !strings.Contains(err.Error(), "--backup-dir") {
		t.Errorf("two folders: %v", err)
	}
	s, r = repairOf(t, "--backup-dir", "/d", filepath.Join(base, "a"), filepath.Join(base, "b"))
	if got, err := s.backupDir(r); got != "/d" || err != nil {
		t.Errorf("two folders and a flag: %q, %v", got, err)
	}
}

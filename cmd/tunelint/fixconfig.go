package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

// fixConfig is what the tunelint.yaml of a part says of fixes.
func (p *part) fixConfig() appconf.FixConfig {
	if p.before.config == nil {
		return appconf.FixConfig{}
	}
	return p.before.config.Fix
}

// allowsManaged reports whether files of a part may be written that a program will
// write again.
func (s *session) allowsManaged(p *part) bool {
	return s.flag("allow-managed") || p.fixConfig().ManagedFiles == "allow"
}

// validates reports whether nginx is to test the changes of a part.
func (s *session) validates(p *part) (bool, error) {
	says := map[string]any{}
	if v := p.fixConfig().Validate; v.Known {
		says["validate"] = "nginx"
		if len(v.Value) == 0 {
			says["validate"] = "none"
		}
	}
	layered, err := s.over(says)
	if err != nil {
		return false, err
	}
	return layered.text("validate") == "nginx", nil
}

// backupDir returns the absolute folder of backups that flag, environment or a
// tunelint.yaml names, "" for none. Several files that name different ones are an
// error: a run has one backup.
func (s *session) backupDir(r *repair) (string, error) {
	if dir := s.text("backup-dir"); dir != "" {
		return absolute(dir)
	}
	dir := ""
	var at source.Span
	for _, p := range r.parts {
		v := p.fixConfig().BackupDir
		if !v.Known {
			continue
		}
		next := p.beside(v.Value)
		if dir != "" && next != dir {
			message := fmt.Sprintf("backup_dir: %s is another folder than %s, which %s names: say --backup-dir", next, dir, at.File.Path)
			return "", fail(exitUsage, &source.Error{Span: v.Origin.Span, Message: message})
		}
		dir, at = next, v.Origin.Span
	}
	return dir, nil
}

// writeRoots are the folders besides the roots of hosts in which files may be written.
func (p *part) writeRoots() []string {
	var out []string
	for _, v := range p.fixConfig().Roots {
		out = append(out, resolveDeepest(p.beside(v.Value)))
	}
	return out
}

// beside makes a path absolute that stands in the tunelint.yaml of a part. One that
// begins with "/" is that of this machine, whatever the root of the hosts.
func (p *part) beside(name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(path.Dir(p.project.config), name)
}

// resolveDeepest resolves the links on the way to a path of which the end need not
// exist.
func resolveDeepest(p string) string {
	rest := ""
	for dir := path.Clean(p); ; dir, rest = path.Dir(dir), path.Join(path.Base(dir), rest) {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			return path.Join(real, rest)
		}
		if dir == "/" {
			return path.Clean(p)
		}
	}
}

// checkBackupFolder returns why backups must not be kept in a folder: a backup in a
// tree may be included, loaded, committed or deployed.
func (s *session) checkBackupFolder(dir string, r *repair) error {
	dir = resolveDeepest(dir)
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return fail(exitUsage, fmt.Errorf("%s: not a folder; name another one for backups with --backup-dir", dir))
	}
	for _, c := range r.changes() {
		if top := topLevel(path.Dir(c.File.Path)); top != "" && below(dir, top) {
			return badBackup(dir, "it lies in the git working tree of what is changed, "+top)
		}
	}
	for _, p := range r.parts {
		for _, h := range p.before.hosts {
			if why := holdsBackup(h, dir); why != "" {
				return badBackup(dir, why)
			}
		}
	}
	return nil
}

func badBackup(dir, why string) error {
	return fail(exitUsage, fmt.Errorf("%s is no place for backups: %s; name a folder elsewhere with --backup-dir", dir, why))
}

// holdsBackup says why a folder belongs to a host's configuration; "" where it does not.
func holdsBackup(h *host.Host, dir string) string {
	if root := h.View.Path("/"); root != "/" && below(dir, root) {
		return fmt.Sprintf("it lies in the root of host %s, %s", h.Name, root)
	}
	for _, f := range h.Files() {
		if folder := path.Dir(f.Path); folder != "/" && !slices.Contains(h.Extra, f) && below(dir, folder) {
			return fmt.Sprintf("host %s reads files in %s", h.Name, folder)
		}
	}
	for _, name := range []string{"/etc", "/usr", "/lib", "/run/systemd", "/run/sysctl.d"} {
		if real := resolveDeepest(h.View.Path(name)); below(dir, real) {
			return fmt.Sprintf("programs of host %s look for configuration in %s", h.Name, real)
		}
	}
	return ""
}

package main

import (
	"errors"
	"os"
	"path/filepath"
)

// A meddling is what another program does to the tree while tunelint runs.
type meddling struct {
	name string
	do   func(m *rig) error
	// touched are the names that it changes; nobody may change them back.
	touched []string
}

const theirs = "# another program was here\n"

func meddlings() []meddling {
	replaced := func(name string) func(*rig) error {
		return func(m *rig) error {
			beside := m.path("srv/new")
			return errors.Join(os.WriteFile(beside, []byte(theirs), 0o600), os.Rename(beside, m.path(name)))
		}
	}
	moved := func(name string) func(*rig) error {
		return func(m *rig) error {
			elsewhere := filepath.Join(m.dir, "elsewhere")
			return errors.Join(os.Rename(m.path(name), elsewhere), os.Symlink(elsewhere, m.path(name)))
		}
	}
	return []meddling{
		{"rewritten", withText(shopFile, func(string) string { return theirs }), []string{shopFile}},
		{"replaced", replaced(apiFile), []string{apiFile}},
		{"deleted", onPath(limitsFile, os.Remove), []string{limitsFile}},
		{"made a link", func(m *rig) error {
			elsewhere := filepath.Join(m.dir, "elsewhere")
			return errors.Join(os.WriteFile(elsewhere, []byte(m.before[limitsFile].text), 0o644), os.Remove(m.path(limitsFile)), os.Symlink(elsewhere, m.path(limitsFile)))
		}, []string{limitsFile}},
		{"made a folder", func(m *rig) error {
			return errors.Join(os.Remove(m.path(mainFile)), os.Mkdir(m.path(mainFile), 0o755))
		}, []string{mainFile}},
		{"include rewritten", withText("etc/nginx/conf.d/plain.conf", func(string) string { return theirs }), []string{"etc/nginx/conf.d/plain.conf"}},
		{"include added", func(m *rig) error {
			return os.WriteFile(m.path("etc/nginx/conf.d/zz.conf"), []byte(theirs), 0o644)
		}, []string{"etc/nginx/conf.d/zz.conf"}},
		{"folder moved", moved(confFolder), []string{confFolder}},
		{"new file made", func(m *rig) error {
			return errors.Join(os.MkdirAll(m.path("etc/sysctl.d"), 0o755), os.WriteFile(m.path("etc/sysctl.d/90-tunelint.conf"), []byte(theirs), 0o644))
		}, []string{"etc/sysctl.d", "etc/sysctl.d/90-tunelint.conf"}},
		{"new folder a link", func(m *rig) error {
			elsewhere := filepath.Join(m.dir, "elsewhere")
			return errors.Join(os.MkdirAll(elsewhere, 0o755), os.RemoveAll(m.path("etc/sysctl.d")), os.Symlink(elsewhere, m.path("etc/sysctl.d")))
		}, []string{"etc/sysctl.d"}},
	}
}

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/tunelint/tunelint/fixes/transaction"
	"github.com/tunelint/tunelint/spelling"
)

// systemState is where root keeps backups.
const systemState = "/var/backups/tunelint"

// stateFolder returns where the backups of a write go.
func (s *session) stateFolder(r *repair) (*transaction.Folder, error) {
	switch {
	case s.flags.Changed("vcs-backup") && s.flags.Changed("backup-dir"):
		return nil, fail(exitUsage, errors.New("--backup-dir and --vcs-backup exclude each other"))
	case s.flag("vcs-backup") && !s.flags.Changed("backup-dir"):
		return transaction.TemporaryFolder(), nil
	}
	if r == nil {
		r = &repair{}
	}
	dir, err := s.backupDir(r)
	if err == nil && dir != "" {
		err = s.checkBackupFolder(dir, r)
	}
	if err != nil {
		return nil, err
	}
	return openState(dir)
}

// unfinished refuses to write after a run that was cut off: what it left may be half of
// a change, and not even readable: the repair may be nil.
func (s *session) unfinished(r *repair) error {
	if !s.flag("write") {
		return nil
	}
	folder, err := s.stateFolder(r)
	if err == nil {
		err = folder.Unfinished()
	}
	if err != nil {
		return fail(exitRefused, beginning(err))
	}
	return nil
}

// openState returns the state folder at a path, "" for the usual one.
func openState(dir string) (*transaction.Folder, error) {
	if dir == "" {
		var err error
		if dir, err = usualState(); err != nil {
			return nil, err
		}
	}
	dir, err := filepath.Abs(dir)
	return transaction.OpenFolder(dir), err
}

// usualState returns where backups are kept unless somebody says otherwise.
func usualState() (string, error) {
	if os.Geteuid() == 0 {
		return systemState, nil
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "tunelint"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no place for backups: %w; say --backup-dir DIR", err)
	}
	return filepath.Join(home, ".local", "state", "tunelint"), nil
}

// undoing returns the command that undoes a run.
func undoing(run *transaction.Run) string {
	command := "tunelint undo " + run.ID
	folder := filepath.Dir(run.Path())
	if usual, err := usualState(); err != nil || usual != folder {
		command += " --backup-dir " + spelling.ShellWord(folder)
	}
	return command
}

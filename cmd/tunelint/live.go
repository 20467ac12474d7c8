package main

import (
	"errors"
	"fmt"
	"path"
	"runtime"
	"slices"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/host"
)

// locateLive takes the machine that tunelint runs on: the one that a tunelint.yaml
// around the working directory declares, where it has the root "/", else the one
// that --root / means.
func (l *locator) locateLive(root string, paths []string) error {
	if err := l.checkLive(root, paths); err != nil {
		return err
	}
	if root == "" && l.config == "" && len(paths) == 0 {
		config, err := l.configOfMachine()
		if err != nil {
			return err
		}
		l.config = config
	}
	var err error
	if root == "" && l.config != "" {
		err = l.locateConfig(paths)
	} else {
		err = l.locateRoot("/", paths)
	}
	for _, p := range l.projects {
		p.runs = true
	}
	return err
}

// checkLive refuses what is not the running machine.
func (l *locator) checkLive(root string, paths []string) error {
	why := ""
	switch {
	case runtime.GOOS != "linux":
		why = "that needs Linux"
	case l.context != "":
		why = "a file taken with --context belongs to none"
	case slices.Contains(paths, "-"):
		why = "standard input belongs to none"
	case root != "":
		at, err := resolve(root)
		if err != nil {
			return err
		}
		if at.real != "/" {
			why = fmt.Sprintf("--root %s is another one", root)
		}
	}
	if why == "" {
		return nil
	}
	return fail(exitUsage, fmt.Errorf("--live compares the files of this machine with what runs on it; %s", why))
}

// configOfMachine returns the tunelint.yaml in the working directory or above it
// that declares the running machine; "" where none does.
func (l *locator) configOfMachine() (string, error) {
	here, err := resolve(".")
	if err != nil || l.noConfig {
		return "", err
	}
	name, err := findConfig(here.real)
	if err != nil || name == "" {
		return "", err
	}
	f, err := l.bounds.openConfig(l.store, name)
	if err != nil {
		return "", err
	}
	config, err := appconf.ReadConfig(f)
	if err != nil {
		return "", fail(exitUsage, err)
	}
	isMachine := func(decl appconf.HostConfig) bool { return path.Clean(decl.Root) == "/" && len(decl.PathMap) == 0 }
	if slices.ContainsFunc(config.Hosts, isMachine) {
		return name, nil
	}
	return "", nil
}

// errNotLive says that a declaration is about other machines only.
var errNotLive = errors.New("--live compares the files of this machine with what runs on it; no host that is declared has the root /")

// noteRunning says which nginx was not compared with the files, and why.
func (s *session) noteRunning(hosts []*host.Host) {
	for _, h := range hosts {
		if h.Machine == nil {
			continue
		}
		if len(h.Machine.Masters) == 0 {
			s.note("no running nginx is seen: what runs is compared as far as the kernel goes")
		}
		for _, m := range h.Machine.Masters {
			if m.Elsewhere != "" {
				s.note("nginx, process %d, is not compared: %s", m.PID, m.Elsewhere)
			}
		}
	}
}

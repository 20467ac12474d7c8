package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/fixes/trial"
	"github.com/tunelint/tunelint/host"
)

// longestTest bounds nginx -t, which may look up host names.
const longestTest = time.Minute

// askNginx has the machine's nginx judge the changes. It returns an error when
// nginx would refuse what it accepted before.
func (s *session) askNginx(r *repair) error {
	if s.text("validate") == "none" {
		return nil
	}
	for _, p := range r.parts {
		for i, h := range p.before.hosts {
			if !p.chosen[i] {
				continue
			}
			if err := s.askAbout(h, p.before.decls[i].Nginx.Prefix, p.outcome.Changes); err != nil {
				return err
			}
		}
	}
	return nil
}

// askAbout has nginx judge the changes to one host.
func (s *session) askAbout(h *host.Host, prefix string, changes []fixes.Change) error {
	changes = readByNginx(h, changes)
	if why := unaskable(h, changes); why != "" {
		s.note("nginx -t was not asked about %s: %s", h.Name, why)
		return nil
	}
	var v trial.Validation
	err := s.interrupts.hold(func(ctx context.Context) (err error) {
		ctx, stop := context.WithTimeout(ctx, longestTest)
		defer stop()
		v, err = trial.Ask(ctx, changes, h.Nginx.Conf, prefix)
		return err
	})
	switch {
	case err != nil:
		s.note("nginx -t was not asked about %s: %v", h.Name, err)
	case v.Verdict == trial.Worse:
		return fmt.Errorf("nginx -t refuses the changed files: %s; nothing is written (--validate none does without nginx)", v.After)
	case v.Verdict == trial.CannotTell:
		s.note("nginx -t cannot tell: it refuses the files as they are (%s) and as changed (%s)", v.Before, v.After)
	default:
		s.note("nginx -t accepts the changed files")
	}
	return nil
}

// unaskable says why the machine's nginx cannot judge a host; "" when it can.
func unaskable(h *host.Host, changes []fixes.Change) string {
	switch {
	case h.Nginx == nil || len(changes) == 0:
		return "no file that it reads changes"
	case !h.Live:
		return "the host is not this machine"
	case os.Geteuid() != 0:
		return "only root can"
	}
	if _, err := exec.LookPath("nginx"); err != nil {
		return "it is not on PATH"
	}
	return ""
}

// readByNginx returns the changes that concern nginx: those to files that it
// reads, and new ones below its folder.
func readByNginx(h *host.Host, changes []fixes.Change) []fixes.Change {
	var out []fixes.Change
	for _, c := range changes {
		if h.Nginx == nil {
			break
		}
		if h.Nginx.Document(c.File) != nil || c.Created() && below(c.File.Path, h.View.Path(h.Nginx.Prefix)) {
			out = append(out, c)
		}
	}
	return out
}

// quote quotes a word for the shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

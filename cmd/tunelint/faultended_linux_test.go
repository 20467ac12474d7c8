package main

import (
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// endedAsSaid checks that the exit code tells what is on disk.
func (m *rig) endedAsSaid(t *testing.T, r ran) string {
	t.Helper()
	switch r.code {
	case exitClean, exitFindings:
		m.wants(t, "after")
		return "after"
	case exitRefused:
		m.wants(t, "before")
		if !strings.Contains(r.stderr, "tunelint: ") {
			t.Errorf("no reason is given: %s", r.stderr)
		}
		return "refused"
	case exitRestore:
		m.obey(t, r.stderr)
		return "by hand"
	}
	t.Errorf("exit code %d: %s%s", r.code, r.stdout, r.stderr)
	return fmt.Sprint("code ", r.code)
}

var commandLine = regexp.MustCompile("(?m)((?:cp|rm|mv) .*)$")

// obey runs the commands that a failed run prints, which make every file as it was.
func (m *rig) obey(t *testing.T, stderr string) {
	t.Helper()
	commands := commandLine.FindAllString(stderr, -1)
	if len(commands) == 0 {
		t.Errorf("no command puts the files back: %s", stderr)
		return
	}
	for _, c := range commands {
		if out, err := exec.Command("sh", "-c", c).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", c, err, out)
		}
	}
	now := takeSnapshot(t, m.root)
	for name, was := range m.before {
		if now[name].text != was.text || now[name].mode != was.mode || now[name].uid != was.uid {
			t.Errorf("%s is not as it was after %q: %v", name, commands, was.differences(now[name]))
		}
	}
	for name := range now {
		if _, ok := m.before[name]; !ok && !strings.HasPrefix(name[strings.LastIndex(name, "/")+1:], ".tunelint-") && now[name].mode.IsRegular() {
			t.Errorf("%s is left after %q", name, commands)
		}
	}
}

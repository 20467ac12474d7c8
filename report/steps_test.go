package report

import (
	"strings"
	"testing"
)

// The lines of a write that goes well, and of one that does not.
func TestSteps(t *testing.T) {
	const want = `  before   nginx -t ....................... ok
  staged   nginx -t in private namespace .. ok
  backup   /var/backups/tunelint/20260822T101502Z-7f3a 1 file
  write    /etc/sysctl.d/90-web.conf ...... ok   0644 root:root, attributes kept
  write    /etc/a\x1b[2Jb\x0a.conf ........ failed no space left
  after    nginx -t, re-check ............. ok
           sockets/backlog-capped gone, no new finding, and a text that is too
           long for the line
  undo
`
	for _, live := range []bool{false, true} {
		var b strings.Builder
		s := NewSteps(&b, Options{Width: 80, ASCII: true}, live)
		for _, step := range [][4]string{
			{"before", "nginx -t", "ok", ""},
			{"staged", "nginx -t in private namespace", "ok", ""},
			{"backup", "/var/backups/tunelint/20260822T101502Z-7f3a", "", "1 file"},
			{"write", "/etc/sysctl.d/90-web.conf", "ok", "0644 root:root, attributes kept"},
			{"write", "/etc/a\x1b[2Jb\n.conf", "failed", "no space left"},
			{"after", "nginx -t, re-check", "ok", "sockets/backlog-capped gone, no new finding, and a text that is too long for the line"},
		} {
			s.Begin(step[0], step[1])
			s.End(step[2], step[3])
			s.End("ok", "said twice")
		}
		s.Begin("undo", "")
		s.End("", "")
		got := strings.ReplaceAll(b.String(), "  undo      ...............................\n", "  undo\n")
		if got != want {
			t.Errorf("live %v:\n%s\nwant\n%s", live, got, want)
		}
	}
}

// What is printed between begin and end stands on a line of its own.
func TestStepsBreak(t *testing.T) {
	for live, want := range map[bool]string{
		false: "note\n  before   nginx -t ....................... ok\n",
		true:  "  before   nginx -t .......................\nnote\n  before   nginx -t ....................... ok\n",
	} {
		var b strings.Builder
		s := NewSteps(&b, Options{}, live)
		s.Begin("before", "nginx -t")
		s.Break()
		b.WriteString("note\n")
		s.End("ok", "")
		s.Break()
		if b.String() != want {
			t.Errorf("live %v: %q, want %q", live, b.String(), want)
		}
	}
	var none *Steps
	none.Begin("before", "nginx -t")
	none.Break()
	none.End("ok", "")
}

package sysctl

import (
	"testing"

	"github.com/tunelint/tunelint/source"
)

// Whatever keeps a loader from using a line, it is known what each makes of it.
func TestHandled(t *testing.T) {
	for _, text := range []string{"k 1", "= 1", "-", "\ufeffk = 1", "a b = 1", "k = 1\x00", "a/../b = 1", "a. = 1", "- a = 1", "--a = 1"} {
		l := Parse(source.NewFile("/f", text)).Lines[0]
		if boot, manual := l.Handled(); l.Broken == "" || boot == "" || manual == "" || l.Disputed() && boot == manual {
			t.Errorf("%q, %s: %q and %q", text, l.Broken, boot, manual)
		}
	}
	if boot, manual := Parse(source.NewFile("/f", "k = 1")).Lines[0].Handled(); boot+manual != "" {
		t.Error("a good line is said to be handled in some way")
	}
}

func TestIntended(t *testing.T) {
	for text, want := range map[string]string{
		"vm.swappiness 10":                     "vm.swappiness = 10",
		"vm.swappiness: 10":                    "vm.swappiness = 10",
		"vm.swappiness : 10":                   "vm.swappiness = 10",
		"net.ipv4.tcp_rmem 4096 131072\t6":     "net.ipv4.tcp_rmem = 4096 131072 6",
		"sysctl -w vm.swappiness=10":           "vm.swappiness = 10",
		"sudo sysctl -q -w vm.swappiness = 10": "vm.swappiness = 10",
		"\ufeffvm.swappiness=10":               "vm.swappiness = 10",
		"vm.swappiness":                        "",
		"vm.nothing 10":                        "",
		"please vm.swappiness=10":              "",
		"vm.swappiness = 10":                   "",
		"\ufeff# comment = 1":                  "",
	} {
		key, value := Parse(source.NewFile("/f", text)).Lines[0].Intended()
		got := ""
		if key != "" {
			got = key + " = " + value
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestContinued(t *testing.T) {
	for text, want := range map[string]int{
		"a.b = 1 \\\n 2 \\\n 3\n": 2,
		"a.b = 1 \\\n\n 2\n":      0,
		"a.b = 1 \\\n# 2\n3\n":    0,
		"a.b = 1 \\\nc.d = 2\n":   0,
		"a.b = 1\n2\n":            0,
		"a.b = 1 \\":              0,
		"a.b = 1 \\\r\n2\r\n":     1,
		"a.b = {{ x }} \\\n2\n":   0,
	} {
		d := Parse(source.NewFile("/f", text))
		if got := len(d.Continued(d.Lines[0])); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

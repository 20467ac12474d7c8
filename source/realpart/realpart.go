// Package realpart says what becomes of a test whose real part, such as nginx or
// systemd, is not on the machine. Only tests import it.
package realpart

import (
	"os"
	"os/exec"
	"testing"
)

// Lacking skips a test for want of a part, which it names, except in CI, where the
// test fails.
func Lacking(t testing.TB, part string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is needed in CI", part)
	}
	t.Skipf("no %s", part)
}

// Beyond skips a test that asks for what nobody can install, such as a second
// processor, and names it; also in CI.
func Beyond(t testing.TB, what string) {
	t.Helper()
	t.Skipf("this machine has no %s", what)
}

// Need asks for programs on the PATH; the first one that is not there is lacking.
func Need(t testing.TB, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			Lacking(t, program)
		}
	}
}

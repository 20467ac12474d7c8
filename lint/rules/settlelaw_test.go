package rules_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/lint"
)

// TestSafeFixesSettle applies all safe fixes together to many small machines: they
// settle, none is held back, none is left, and what nginx takes before them it
// takes after them.
func TestSafeFixesSettle(t *testing.T) {
	asked := 30
	applied := map[string]int{}
	for seed := range uint64(150) {
		c := &testCase{name: fmt.Sprint(seed), files: lawMachine(rand.New(rand.NewPCG(seed, 3)))}
		out := c.open(t).settle(t, nil, false)
		for _, h := range out.Held {
			t.Errorf("seed %d: %s is held back: %s", seed, h.Finding.Rule.Name, h.Reason)
		}
		for _, f := range out.After.Findings {
			if f.Fix != nil && f.Fix.Safety == fixes.Safe && len(out.Held) == 0 {
				t.Errorf("seed %d: after all safe fixes there is one for %s: %s", seed, f.Rule.Name, f.Message)
			}
		}
		for _, f := range out.Applied {
			applied[f.Rule.Name]++
		}
		if asked > 0 && len(out.Changes) > 0 && staysAccepted(t, c, out) {
			asked--
		}
	}
	if n := len(applied); n < 10 {
		t.Errorf("only %d rules offered a safe fix: %v", n, applied)
	}
}

// staysAccepted asks the real nginx, where it accepts a machine, whether it still
// does after the fixes, and reports whether it was asked.
func staysAccepted(t *testing.T, c *testCase, out *lint.Outcome) bool {
	t.Helper()
	if !haveNginx(t) || newerThanHere(t, c) {
		return false
	}
	files := map[string]string{}
	for name, text := range c.files {
		files[strings.TrimPrefix(name, machineRoot)] = text
	}
	if ok, _ := askNginx(t, files); !ok {
		return false
	}
	for name, text := range texts(out.Changes) {
		files["/"+name] = text
	}
	if ok, message := askNginx(t, files); !ok {
		t.Errorf("seed %s: nginx refuses the fixed tree: %s", c.name, message)
	}
	return true
}

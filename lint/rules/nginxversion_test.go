package rules_test

import (
	"os/exec"
	"regexp"
	"testing"

	"github.com/tunelint/tunelint/nginxconf"
)

var (
	declaredVersion = regexp.MustCompile(`nginx: *\{ *version: *"?([0-9.]+)`)
	printedVersion  = regexp.MustCompile(`nginx/([0-9.]+)`)
)

// newerThanHere reports whether a case declares a newer nginx than the one at
// hand, which need not know what the fixes write.
func newerThanHere(t *testing.T, c *testCase) bool {
	t.Helper()
	declared := declaredVersion.FindStringSubmatch(c.files[machineRoot+"/tunelint.yaml"])
	if declared == nil {
		return false
	}
	out, err := exec.Command("nginx", "-v").CombinedOutput()
	printed := printedVersion.FindStringSubmatch(string(out))
	if err != nil || printed == nil {
		t.Fatalf("ask nginx for its version: %v: %s", err, out)
	}
	want, err := nginxconf.ParseVersion(declared[1])
	if err != nil {
		t.Fatal(err)
	}
	here, err := nginxconf.ParseVersion(printed[1])
	if err != nil {
		t.Fatal(err)
	}
	return here.Less(want)
}

package host

import (
	"os/exec"
	"strings"
)

// installedNginx returns the version of the nginx binary on this machine.
func installedNginx() (string, bool) {
	path, err := exec.LookPath("nginx")
	if err != nil {
		return "", false
	}
	out, err := exec.Command(path, "-v").CombinedOutput() // "nginx version: nginx/1.22.1"
	if err != nil {
		return "", false
	}
	_, version, ok := strings.Cut(string(out), "nginx/")
	version, _, _ = strings.Cut(strings.TrimSpace(version), " ")
	return version, ok && version != ""
}

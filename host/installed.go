package host

import (
	"os/exec"
	"strings"
)

// installedNginx returns the version of the nginx binary on this machine and what
// it was configured with.
func installedNginx() (version, build string, ok bool) {
	path, err := exec.LookPath("nginx")
	if err != nil {
		return "", "", false
	}
	out, err := exec.Command(path, "-V").CombinedOutput() // "nginx version: nginx/1.22.1", "configure arguments: --with-…"
	if err != nil {
		return "", "", false
	}
	_, version, ok = strings.Cut(string(out), "nginx/")
	version, _, _ = strings.Cut(version, "\n")
	version, _, _ = strings.Cut(strings.TrimSpace(version), " ")
	_, build, _ = strings.Cut(string(out), "configure arguments:")
	return version, strings.TrimSpace(build), ok && version != ""
}

package host

import "strings"

// HasOpenRC reports whether OpenRC starts the host's services: the script of nginx
// is one of its own, or the distribution knows nothing else, and no systemd is there.
func (h *Host) HasOpenRC() bool {
	if h.View.Exists("/usr/lib/systemd/systemd") || h.View.Exists("/lib/systemd/systemd") {
		return false
	}
	if id, _ := h.Distribution(); id == "alpine" || h.View.Exists("/etc/alpine-release") {
		return true
	}
	script, err := h.View.Open("/etc/init.d/" + strings.TrimSuffix(h.Service, ".service"))
	if err != nil {
		return false
	}
	first, _, _ := strings.Cut(script.Text, "\n")
	return strings.HasPrefix(first, "#!") && (strings.HasSuffix(first, "/openrc-run") || strings.HasSuffix(first, "/runscript"))
}

// ThenRestart returns the commands and behind them the one that restarts nginx's
// service, unless nobody can tell what has started it.
func (h *Host) ThenRestart(commands ...string) []string {
	switch {
	case h.HasSystemd():
		return append(commands, "systemctl restart "+h.Service)
	case h.HasOpenRC():
		return append(commands, "rc-service "+strings.TrimSuffix(h.Service, ".service")+" restart")
	}
	return commands
}

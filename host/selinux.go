package host

import "strings"

// limitBoolean is what lets nginx, httpd_t in SELinux's policy, change a hard limit
// (selinux_task_setrlimit in security/selinux/hooks.c); it is off by default.
const limitBoolean = "/sys/fs/selinux/booleans/httpd_setrlimit"

// SELinuxMayRefuse reports whether SELinux may keep nginx's workers from changing
// their hard limit on open files: it is enforced, and the boolean httpd_setrlimit
// is off, or cannot be seen.
func (h *Host) SELinuxMayRefuse() bool {
	if !h.HasSystemd() || h.Live && !h.View.Exists("/sys/fs/selinux/enforce") {
		return false
	}
	if on, err := h.View.Open(limitBoolean); err == nil && strings.HasPrefix(on.Text, "1") {
		return false
	}
	config, err := h.View.Open("/etc/selinux/config")
	if err != nil {
		return false
	}
	mode := ""
	for line := range strings.Lines(config.Text) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), "SELINUX="); ok {
			mode = value
		}
	}
	return strings.EqualFold(mode, "enforcing")
}

// mayChangeHard reports whether nothing but the limits themselves keeps workers from
// making n their hard limit: one that they have already they do not change.
func (h *Host) mayChangeHard(n int64) bool {
	if !h.SELinuxMayRefuse() {
		return true
	}
	r := h.Limits.ServiceNoFile(h.Service)
	return r.Known && !r.Origin.Assumed && descriptors(r.Value.Hard) == n
}

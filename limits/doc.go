// Package limits reads what caps the resources of a process: the limits.conf
// files that pam_limits applies to login sessions, the systemd units and
// drop-ins that govern services, and system.conf with its defaults. It belongs
// here when it is about the syntax of those files, about which of them wins,
// or about editing them; what a value means for nginx does not.
//
// The behaviour follows the sources of Linux-PAM (modules/pam_limits) and
// systemd (src/shared/conf-parser.c, dropin.c, src/basic/rlimit-util.c,
// parse-util.c); where versions disagree the place is not evaluated and a
// [source.Skip] says so.
package limits

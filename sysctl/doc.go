// Package sysctl reads sysctl files as the programs that apply them do -
// systemd-sysctl at boot, procps sysctl by hand - decides which line of which
// file wins, knows the kernel's keys, and edits files without touching a byte
// more than asked.
//
// What a key means for nginx is not its business.
package sysctl

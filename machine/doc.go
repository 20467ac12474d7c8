// Package machine reads what a running Linux machine has in force: its hardware,
// kernel settings, control groups, the nginx that is installed, and the nginx
// processes that run, with their limits and the sockets they listen on.
//
// It only reads, needs no privileges, and never fails: what cannot be read is
// not known. What the files of the machine say is not its business.
package machine

// Package trial asks the nginx of this machine what it makes of a configuration,
// as it is and as it shall be, without anything on the machine changing.
//
// "nginx -t" opens logs, makes and chowns folders and writes a pid file. So it runs
// in a process with a file system of its own, which holds the whole machine: every
// mount is seen through a layer (overlayfs) that takes what is written and goes away
// with the process, or is read-only. The changed files are shown in place of the
// live ones there. The network is that of the machine, so that names mean what they
// mean.
package trial

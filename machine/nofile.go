package machine

import (
	"strconv"

	"github.com/tunelint/tunelint/source"
)

// Limits are a soft and a hard limit. The zero Limits are not known.
type Limits struct{ Soft, Hard int64 }

// NoFile reads the limits on open files of a process: "1" or any other name in
// /proc. For this process see [HardNoFile].
func NoFile(fsys source.FS, process string) Figure[Limits] {
	return figure(fsys, "/proc/"+process+"/limits", func(text string) (Limits, bool) {
		l := openFiles(text)
		return l, l != Limits{}
	})
}

// HardNoFile reads the hard limit on open files of a process. Of this process it is
// all that was given: the runtime of Go raises the soft limit as a program starts
// (package os, rlimit.go).
func HardNoFile(fsys source.FS, process string) Figure[int64] {
	l := NoFile(fsys, process)
	return Figure[int64]{Value: l.Value.Hard, Known: l.Known, From: l.From, Why: l.Why}
}

// holdsSysResource reads whether one of the sets of capabilities of a process, as
// its status names them, holds CAP_SYS_RESOURCE.
func holdsSysResource(fsys source.FS, process, set string) Figure[bool] {
	return figure(fsys, "/proc/"+process+"/status", func(text string) (bool, bool) {
		mask, err := strconv.ParseUint(statusLine(text, set+":"), 16, 64)
		return mask>>capSysResource&1 == 1, err == nil
	})
}

package machine

import (
	"strconv"

	"github.com/tunelint/tunelint/source"
)

// Limits are a soft and a hard limit. The zero Limits are not known.
type Limits struct{ Soft, Hard int64 }

// NoFile reads the limits on open files of a process: "self", "1" or any other
// number in /proc.
func NoFile(fsys source.FS, process string) Figure[Limits] {
	return figure(fsys, "/proc/"+process+"/limits", func(text string) (Limits, bool) {
		l := openFiles(text)
		return l, l != Limits{}
	})
}

// holdsSysResource reads whether one of the sets of capabilities of a process, as
// its status names them, holds CAP_SYS_RESOURCE.
func holdsSysResource(fsys source.FS, process, set string) Figure[bool] {
	return figure(fsys, "/proc/"+process+"/status", func(text string) (bool, bool) {
		mask, err := strconv.ParseUint(statusLine(text, set+":"), 16, 64)
		return mask>>capSysResource&1 == 1, err == nil
	})
}

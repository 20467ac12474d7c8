package host

import (
	"time"

	"github.com/tunelint/tunelint/appconf"
)

// A StopFault is what is wrong with how a program is stopped.
type StopFault uint8

// The faults; StopsWell is none, or that nobody can tell.
const (
	StopsWell StopFault = iota
	// StopUnheard: process 1 of the container is a shell, which need not pass the
	// signal on.
	StopUnheard
	// StopIgnored: the application is process 1 and has no handler, so the kernel
	// ignores the signal.
	StopIgnored
	// StopAtOnce: requests are not waited for.
	StopAtOnce
	// StopCutShort: the supervisor kills it before it may be done.
	StopCutShort
	// StopEndless: it waits for its requests without an end, and is killed.
	StopEndless
)

// AfterStop is what a program needs to exit once its requests are done.
const AfterStop = 2 * time.Second

// StopFaultOf judges how an application is stopped, by what its files say of
// whoever stops it.
func StopFaultOf(a *appconf.App) StopFault {
	finish, grace := a.ShutdownTimeout, a.StopGrace
	ignored := a.Stop.Handled.Known && !a.Stop.Handled.Value
	switch {
	case a.Stop.Shell.IsValid():
		return StopUnheard
	case ignored && a.Stop.First.Value:
		return StopIgnored
	case stopsAtOnce(a):
		return StopAtOnce
	case !finish.Known || !grace.Known || finish.Value == 0:
		return StopsWell
	case finish.Value == appconf.Infinite:
		return StopEndless
	case grace.Value < finish.Value+AfterStop:
		return StopCutShort
	}
	return StopsWell
}

// stopsAtOnce reports whether an application is known to drop its requests when it
// is told to stop. php-fpm does so on SIGTERM, and not on SIGQUIT; a program only
// counts where something is known of what stops it.
func stopsAtOnce(a *appconf.App) bool {
	finish, signal := a.ShutdownTimeout, a.Stop.Signal
	switch {
	case !finish.Known || finish.Value != 0:
		return false
	case isPHP(a):
		return signal.Known && signal.Value == "SIGTERM" && !signal.Origin.Assumed
	case a.Stop.Handled.Known:
		return a.StopGrace.Known || a.Container.Kind != "" || a.Stop.First.Known
	}
	return !finish.Origin.Assumed
}

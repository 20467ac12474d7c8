package host

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/source"
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

// StopsGracefully reports whether systemd tells nginx to finish its requests
// rather than to drop them: by SIGQUIT, or by a command that sends it.
func (h *Host) StopsGracefully() (by source.Span, ok bool) {
	u := h.Limits.Unit(h.Service)
	if u == nil {
		return by, false
	}
	if a := u.Last("Service", "KillSignal"); a != nil && !a.Template && slices.Contains([]string{"SIGQUIT", "QUIT", "3"}, a.Value) {
		return a.Span, true
	}
	for _, a := range u.All("Service", "ExecStop") {
		if !a.Template && (strings.Contains(a.Value, "-s quit") || strings.Contains(a.Value, "QUIT")) {
			return a.Span, true
		}
	}
	return by, false
}

// StopGrace returns when systemd kills nginx after it was told to stop:
// TimeoutStopSec= of its unit, else what systemd's own files set by default, else
// 90 s. It is unknown where no unit was seen.
func (h *Host) StopGrace() source.Setting[time.Duration] {
	u := h.Limits.Unit(h.Service)
	if u == nil || u.Fragment == nil && len(u.DropIns) == 0 {
		return source.Setting[time.Duration]{}
	}
	own, both := u.Last("Service", "TimeoutStopSec"), u.Last("Service", "TimeoutSec")
	switch {
	case own != nil && both != nil: // the later one decides
		return source.Setting[time.Duration]{}
	case own == nil:
		own = both
	}
	if own == nil {
		return h.defaultStopGrace()
	}
	return stopSeconds(own)
}

// defaultStopTimeout is DefaultTimeoutStopSec= (systemd-system.conf(5)).
const defaultStopTimeout = 90 * time.Second

func (h *Host) defaultStopGrace() source.Setting[time.Duration] {
	out := source.Known(defaultStopTimeout, source.Origin{Default: "systemd default", Assumed: true})
	for _, f := range h.Limits.SystemConf {
		for _, a := range f.Assignments {
			if a.Section == "Manager" && a.Key == "DefaultTimeoutStopSec" && a.Broken == "" {
				out = stopSeconds(a)
			}
		}
	}
	return out
}

// stopSeconds reads one time span of systemd.time(7): a number of seconds, or one
// with a unit. Sums of several are not read; infinity and 0 are no limit.
func stopSeconds(a *limits.Assignment) source.Setting[time.Duration] {
	digits := a.Value[:len(a.Value)-len(strings.TrimLeft(a.Value, "0123456789"))]
	n, err := strconv.ParseInt(digits, 10, 32)
	units := map[string]time.Duration{"": time.Second, "s": time.Second, "sec": time.Second, "seconds": time.Second, "ms": time.Millisecond,
		"m": time.Minute, "min": time.Minute, "minutes": time.Minute, "h": time.Hour}
	unit, known := units[strings.TrimSpace(a.Value[len(digits):])]
	if a.Template || err != nil || !known {
		return source.Setting[time.Duration]{}
	}
	if n == 0 {
		return source.Known(appconf.Infinite, source.Origin{Span: a.Span})
	}
	return source.Known(time.Duration(n)*unit, source.Origin{Span: a.Span})
}

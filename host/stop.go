package host

import (
	"strconv"
	"strings"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// LongestRequest is the longest time that an application behind nginx may take
// for a request; unknown where nothing says how long.
func (h *Host) LongestRequest() source.Setting[time.Duration] {
	var http []*nginxconf.Route
	for _, r := range h.Nginx.Routes() {
		if r.Module != "stream" {
			http = append(http, r)
		}
	}
	return h.longestOn(http)
}

// LongestOf is the longest time that an application may take for a request on
// any of its routes.
func LongestOf(a *appconf.App) source.Setting[time.Duration] {
	longest := a.RequestTimeout
	for _, r := range a.Routes {
		if t := r.RequestTimeout; t.Known && (!longest.Known || t.Value > longest.Value) {
			longest = t
		}
	}
	return longest
}

// A GracefulStop is how nginx's unit lets it finish its requests when it is
// stopped.
type GracefulStop struct {
	// Timeout is the assignment that says when systemd kills what is left, and
	// After its time.
	Timeout *limits.Assignment
	After   time.Duration
	// Command is the ExecStop= that tells nginx to stop and has limits of its own;
	// nil for none.
	Command *limits.Assignment
}

// GracefulStop reads nginx's unit; false where it does not ask nginx to finish
// its requests (SIGTERM, which systemd sends by default, drops them), where no
// line of it says how long that may take, or where nobody can tell.
func (h *Host) GracefulStop() (GracefulStop, bool) {
	u := h.Limits.Unit(h.Service)
	if u == nil {
		return GracefulStop{}, false
	}
	s := GracefulStop{Command: u.Last("Service", "ExecStop")}
	signal := u.Last("Service", "KillSignal")
	switch {
	case s.Command != nil && !s.Command.Template && s.Command.Value != "":
		if !strings.Contains(strings.ToLower(s.Command.Value), "quit") {
			return s, false
		}
	case signal == nil || signal.Template || !strings.HasSuffix(strings.ToUpper(signal.Value), "QUIT"):
		return s, false
	}
	if s.Command != nil && s.Command.Value == "" {
		s.Command = nil
	}
	for _, key := range []string{"TimeoutSec", "TimeoutStopSec"} {
		if a := u.Last("Service", key); a != nil {
			s.Timeout = a
		}
	}
	if s.Timeout == nil || s.Timeout.Template {
		return s, false
	}
	after, ok := systemdTime(s.Timeout.Value)
	s.After = after
	return s, ok
}

// systemdUnits are the usual ones of systemd.time(7).
var systemdUnits = map[string]time.Duration{
	"": time.Second, "s": time.Second, "sec": time.Second, "second": time.Second, "seconds": time.Second,
	"ms": time.Millisecond, "msec": time.Millisecond,
	"m": time.Minute, "min": time.Minute, "minute": time.Minute, "minutes": time.Minute,
	"h": time.Hour, "hr": time.Hour, "hour": time.Hour, "hours": time.Hour,
}

// systemdTime reads a time such as "90", "5s" or "1min 30s"; false for one
// without an end and for what is not understood.
func systemdTime(text string) (time.Duration, bool) {
	var total time.Duration
	for rest := strings.TrimSpace(text); rest != ""; {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		n, err := strconv.ParseInt(rest[:digits], 10, 32)
		rest = strings.TrimLeft(rest[digits:], " \t")
		letters := len(rest) - len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz"))
		unit, ok := systemdUnits[rest[:letters]]
		if err != nil || !ok {
			return 0, false
		}
		total += time.Duration(n) * unit
		rest = strings.TrimLeft(rest[letters:], " \t")
	}
	return total, total > 0
}

package host

import (
	"strconv"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/source"
)

// A UnitSlip is a time that an application states as a number in the wrong unit.
type UnitSlip struct {
	App    *appconf.App
	Number appconf.PlainNumber
	// Does says what the application does after the time, and Time is how the number
	// is read.
	Does string
	Time time.Duration
	// Most is the longest time that the application takes, where the number is
	// refused; 0 where it is not.
	Most time.Duration
	// Sure reports that nobody can mean the time as it is read.
	Sure bool
	// Meant is the time that the number stands for in the unit that fits; 0 where
	// that is not evident.
	Meant time.Duration
}

// UnitSlips returns the times of an application that are numbers in the wrong
// unit, each number once.
func UnitSlips(a *appconf.App) []UnitSlip {
	var out []UnitSlip
	seen := map[source.Span]bool{}
	for i, t := range [...]struct {
		does string
		time source.Setting[time.Duration]
	}{
		{"closes idle connections after", a.KeepAlive},
		{"gives up on the header of a request after", a.HeaderTimeout},
		{"gives up on reading a request after", a.RequestReadTimeout},
		{"gives up on a request after", a.RequestTimeout},
		{"breaks off an answer after", a.WriteTimeout},
	} {
		n, plain := appconf.PlainNumberOf(t.time)
		s := UnitSlip{App: a, Number: n, Does: t.does, Time: t.time.Value}
		if plain && !seen[n.Span] && s.judge(i == 0) {
			seen[n.Span] = true
			out = append(out, s)
		}
	}
	return out
}

// IdleSlip reports whether the idle time of an application is a number in the
// wrong unit: nothing should be adapted to it.
func IdleSlip(a *appconf.App) bool {
	slips := UnitSlips(a)
	return len(slips) > 0 && a.KeepAlive.Origin.Span.Contains(slips[0].Number.Span)
}

// judge reports whether the number cannot be meant as it is read: parts of a
// millisecond, parts of a second written without a unit, days, or thousands of
// seconds. What is plausible both ways is left alone: an idle time below a second
// is not, while a limit of some hundred milliseconds is.
func (s *UnitSlip) judge(idle bool) bool {
	n := s.Number.Value
	switch unit := s.Number.Unit; {
	case unit == time.Nanosecond && s.Time < time.Millisecond,
		unit == time.Millisecond && (n < 100 || idle && n < 1000),
		unit > time.Hour && n > 1:
		if s.Sure = true; n <= 3600 {
			s.Meant = time.Duration(n) * time.Second
		}
	case unit == time.Second && idle && s.refused():
		if s.Sure, s.Most = true, mostBunIdle; n%1000 == 0 {
			s.Meant = time.Duration(n) * time.Millisecond
		}
	case unit == time.Second && idle && ThousandsSlip(n):
		s.Meant = time.Duration(n) * time.Millisecond
	default:
		return false
	}
	return true
}

// ThousandsSlip reports whether a number of seconds for idle connections looks
// like one of milliseconds: some hours, in thousands, and no whole hours.
func ThousandsSlip(seconds int64) bool {
	return seconds >= 10_000 && seconds%1000 == 0 && seconds%3600 != 0
}

// mostBunIdle is the largest idleTimeout of Bun.serve (bun.sh/docs/api/http).
const mostBunIdle = 255 * time.Second

func (s *UnitSlip) refused() bool {
	return s.App.Runtime != nil && s.App.Runtime.ID == "bun-serve" && s.Number.Span.File != s.App.Span.File && s.Time > mostBunIdle
}

// Text returns what the file should say for the time that is meant, "" where that
// is not known.
func (s UnitSlip) Text() string {
	seconds := int64(s.Meant / time.Second)
	switch {
	case s.Meant == 0:
		return ""
	case s.Number.Unit == time.Nanosecond:
		return s.Number.String() + " * time.Second"
	case s.Number.Unit == time.Millisecond && s.springs():
		return strconv.FormatInt(seconds, 10) + "s"
	case s.Number.Unit == time.Millisecond:
		return strconv.FormatInt(seconds*1000, 10)
	case s.Number.Unit > time.Hour:
		return time.Unix(seconds, 0).UTC().Format(time.TimeOnly)
	}
	return strconv.FormatInt(seconds, 10)
}

// springs reports whether the number is a property of Spring Boot, which takes
// units.
func (s UnitSlip) springs() bool {
	if s.App.Runtime == nil {
		return false
	}
	switch s.App.Runtime.Family {
	case "spring-boot", "reactor-netty", "undertow":
		return true
	}
	return false
}

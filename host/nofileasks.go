package host

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/source"
)

// A NoFileAsk is a hard limit on open files that something asks the kernel for.
type NoFileAsk struct {
	// By says what asks.
	By    AskedBy
	Span  source.Span
	Value int64
	// Name is the unit or the application, or the domain of a line in limits.conf.
	Name string
}

// AskedBy is what asks for a limit: it decides what becomes of one that the
// kernel refuses.
type AskedBy uint8

const (
	// ByWorker is worker_rlimit_nofile: workers keep the limits they have.
	ByWorker AskedBy = iota
	// ByContainer is a container, which does not start.
	ByContainer
	// ByLogin is a line of limits.conf: pam_limits denies the session or, with
	// Debian's patch, leaves it as it is.
	ByLogin
	// ByUnit is a unit, whose limit systemd lowers as far as it can.
	ByUnit
)

// NoFileAsks returns the limits that something asks the host's kernel for. What
// asks for no limit at all is left out: it is given what there is.
func (h *Host) NoFileAsks() []NoFileAsk {
	var out []NoFileAsk
	if h.Nginx != nil {
		v := h.Nginx.Root.Effective("worker_rlimit_nofile")
		hard, fixed := h.HardNoFile()
		if n := v.Number(); v.Known && v.Directive() != nil && n.Known && !(fixed && (!hard.Known || n.Value > hard.Value)) {
			out = append(out, NoFileAsk{ByWorker, v.Directive().HeadSpan(), n.Value, "nginx"})
		}
	}
	for _, a := range h.Apps {
		if hard := a.Container.NoFileHard; hard.Known && h.RunsHere(a) {
			out = append(out, NoFileAsk{ByContainer, hard.Origin.Span, hard.Value, a.Name})
		}
	}
	for _, e := range h.Limits.Entries("nofile") {
		n, rest, _ := e.Number()
		if e.Type != "soft" && n != limits.Infinity && rest == "" && !strings.HasPrefix(e.Value, "-") && h.Limits.Overruled(e) == nil {
			out = append(out, NoFileAsk{ByLogin, e.Span, descriptors(n), e.Domain})
		}
	}
	return append(out, h.unitAsks()...)
}

func (h *Host) unitAsks() []NoFileAsk {
	var out []NoFileAsk
	for _, u := range h.OwnUnits() {
		r := h.Limits.ServiceNoFile(u.Name)
		at := r.Origin.Span
		twice := slices.ContainsFunc(out, func(a NoFileAsk) bool { return a.Span == at }) // the default of all units
		if r.Known && at.IsValid() && r.Value.Hard != limits.Infinity && !twice {
			out = append(out, NoFileAsk{ByUnit, at, descriptors(r.Value.Hard), u.Name})
		}
	}
	return out
}

// DeniesSession reports whether pam_limits denies a session whose limits the
// kernel refuses, as it does but for Debian's patch. known is false where the
// files do not tell which distribution it is.
func (h *Host) DeniesSession() (denies, known bool) {
	switch id, _ := h.Distribution(); id {
	case "debian", "ubuntu", "linuxmint", "raspbian":
		return false, true
	case "fedora", "rhel", "centos", "rocky", "almalinux", "ol", "amzn", "arch", "sles", "opensuse-leap", "opensuse-tumbleweed":
		return true, true
	}
	return false, false
}

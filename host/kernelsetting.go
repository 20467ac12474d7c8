package host

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/machine"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

// A KernelSetting is what is in force for one key of the kernel on a host, and
// everything that has a say in it.
type KernelSetting struct {
	Key string
	// About is what is known of the key; nil for one the table does not have.
	About *sysctl.Key
	// Value is what the key holds after boot. Where it is not known Doubt says why.
	Value source.Setting[string]
	Doubt source.Skip
	// Claims are the lines that the boot applies, in its order, the deciding one
	// last; Apart those of files that no boot reads.
	Claims, Apart []Claim
	// ByHand is what "sysctl --system" leaves behind; only known where that is
	// something else than the boot leaves.
	ByHand source.Setting[string]
	// Default is the kernel's own value.
	Default source.Setting[string]
	// Absent says why the host's kernel does not have the key, or does not use it;
	// "" where it does.
	Absent string
	// Live is the value in the running kernel, for the machine tunelint runs on.
	Live source.Setting[string]
}

// KernelSetting returns what is in force for a key, which may be written with
// dots or slashes.
func (h *Host) KernelSetting(key string) KernelSetting {
	key = sysctl.Canonical(key)
	out := KernelSetting{
		Key: key, Value: h.Sysctl.Value(key), Doubt: h.Sysctl.Doubt(key), ByHand: h.Sysctl.SystemValue(key),
		Default: h.Sysctl.Default(key), Live: h.liveSetting(key),
	}
	for _, c := range h.Sysctl.Contenders(key) {
		out.Claims = append(out.Claims, kernelClaim(c))
	}
	out.Apart = h.unapplied(key)
	if out.ByHand.Known && out.Value.Known && equalWords(out.ByHand.Value, out.Value.Value) {
		out.ByHand = source.Setting[string]{}
	}
	if about, ok := sysctl.Lookup(key); ok {
		out.About, out.Absent = about, absentKey(about, h.Sysctl.Kernel)
	}
	return out
}

func kernelClaim(c sysctl.Contender) Claim {
	out := Claim{Span: c.Line.Span, Fate: c.Fate.String(), Why: c.Why}
	if c.By != nil {
		out.By = c.By.Span
	}
	return out
}

// unapplied returns the lines about a key in files that no boot reads, and in
// those that another of the same name hides.
func (h *Host) unapplied(key string) []Claim {
	var out []Claim
	add := func(d *sysctl.Document, fate sysctl.Fate, why string) {
		for _, l := range d.Speaking(key) {
			out = append(out, Claim{Span: l.Span, Fate: fate.String(), Why: why})
		}
	}
	for _, m := range h.Sysctl.Masked {
		if f, err := h.View.Open(m.Name); err == nil {
			add(sysctl.Parse(f), sysctl.Hidden, m.By+" hides the file")
		}
	}
	for _, u := range h.Sysctl.Unread {
		add(u.Document, sysctl.Unapplied, u.Why)
	}
	return out
}

// absentKey says why a kernel lacks a key or has no use for it.
func absentKey(k *sysctl.Key, kernel string) string {
	named := "kernel " + kernel
	if kernel == "" {
		named = "no kernel"
	}
	switch {
	case k.Since == "never":
		return "no kernel has this key"
	case k.RemovedIn(kernel):
		return named + " does not have it; it is gone since " + k.Removed
	case k.AddedAfter(kernel):
		return named + " does not have it; it is new in " + k.Since
	case k.NoEffectIn(kernel) && k.NoEffect == "always":
		return "no kernel uses it"
	case k.NoEffectIn(kernel):
		return named + " has it and makes no use of it, as all since " + k.NoEffect
	}
	return ""
}

// liveSetting reads a key of the running kernel.
func (h *Host) liveSetting(key string) source.Setting[string] {
	if !h.Live {
		return source.Setting[string]{}
	}
	value, ok := machine.ReadValues(h.View.Store().FS(), []string{key})[key]
	if !ok {
		return source.Setting[string]{}
	}
	return source.Known(value, thisMachine)
}

// Loaded reports whether the running kernel holds what the files give it; true
// where that cannot be told.
func (s KernelSetting) Loaded() bool {
	return !s.Live.Known || !s.Value.Known || !s.runsOther(s.Value.Value)
}

// Written reports whether the running value is the kernel's own: then the files
// were most probably never loaded. Else somebody may have set the key since.
func (s KernelSetting) Written() bool {
	return s.Default.Known && !s.runsOther(s.Default.Value)
}

// runsOther reports whether the running kernel surely holds another value.
func (s KernelSetting) runsOther(value string) bool {
	if s.About == nil {
		return !equalWords(s.Live.Value, value)
	}
	return s.About.Differs(s.Live.Value, value)
}

func equalWords(a, b string) bool { return slices.Equal(strings.Fields(a), strings.Fields(b)) }

// KnowsKey reports whether the table of the kernel's keys knows a key or a line of
// the host names it. A pattern that matches it proves nothing.
func (h *Host) KnowsKey(key string) bool {
	key = sysctl.Canonical(key)
	if _, ok := sysctl.Lookup(key); ok {
		return true
	}
	documents := append(h.Sysctl.SystemOrder(), h.Sysctl.Documents...)
	for _, u := range h.Sysctl.Unread {
		documents = append(documents, u.Document)
	}
	return slices.ContainsFunc(documents, func(d *sysctl.Document) bool {
		return slices.ContainsFunc(d.Lines, func(l *sysctl.Line) bool { return l.Key == key })
	})
}

// A Claim is a line that asks for a value of a setting, with what becomes of it.
type Claim struct {
	// Span is the line.
	Span source.Span
	// Fate is "in force" for the line that decides, else why it does not: one of
	// the names of [sysctl.Fate].
	Fate string
	// By is the line that overrules it; invalid where none does.
	By source.Span
	// Why is the reason of a Fate that needs one, else "".
	Why string
}

// InForce reports whether the line decides.
func (c Claim) InForce() bool { return c.Fate == sysctl.InForce.String() }

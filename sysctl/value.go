package sysctl

import (
	"fmt"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// Lines returns every line that assigns the key, in the order of application
// at boot: first the globs that match it, then the lines that name it, which overrule
// every glob. The last one wins, unless the kernel rejects its value or an
// exclusion drops it; [Settings.Value] tells. Exclusions and broken lines are left out.
func (s *Settings) Lines(key string) []*Line {
	name := canonical(key)
	var globs, named []*Line
	for _, l := range s.boot.relevant([]string{name}) {
		switch {
		case l.Exclude:
		case l.Key == name:
			named = append(named, l)
		default:
			globs = append(globs, l)
		}
	}
	return append(globs, named...)
}

// Value returns the text of a key that is in force after boot: the winning
// assignment, else the kernel's default. A range or triple that is set in part
// is completed from the default.
//
// It is unknown where it cannot be told: no default holds for this kernel, the
// kernel may not have the key, a template or another key takes part, a file that
// could not be read comes later, or
// systemd-sysctl and procps sysctl leave different values behind although they
// read the same files. [Settings.Skips] has the reason where a line is it.
func (s *Settings) Value(key string) source.Setting[string] {
	return s.setting(s.decide(canonical(key)), key)
}

// SystemValue returns what "sysctl --system" leaves behind when it reads its
// files in [Settings.SystemOrder]. It is unknown as Value is.
func (s *Settings) SystemValue(key string) source.Setting[string] {
	v, st := s.prepare(canonical(key), s.manual)
	if v != nil {
		st = s.manual.seen(v.after(v.manualWrites(s.manual)))
	}
	return s.setting(st, key)
}

// Int returns the number in force of a key that holds a single one, read as
// the kernel reads it: "4096 # x" is 4096, "010" is 8, "0x10" is 16. Keys that
// count in other units inside the kernel may round it. It is unknown where Value is
// and where the number does not fit.
func (s *Settings) Int(key string) source.Setting[int64] {
	list := s.Ints(key)
	if k, ok := find(canonical(key)); !list.Known || len(list.Value) == 0 || ok && !k.single() {
		return source.Setting[int64]{}
	}
	return source.Known(list.Value[0], list.Origin)
}

// single reports whether the key holds one number.
func (k *Key) single() bool { return k.Type == "int" || k.Type == "bool" || k.Type == "bitmap" }

// Ints returns the numbers in force of a key that holds several, such as
// net.ipv4.tcp_rmem. It is unknown where Value is and where no number comes first.
func (s *Settings) Ints(key string) source.Setting[[]int64] {
	text := s.Value(key)
	limit := len(text.Value)
	if k, ok := find(canonical(key)); ok {
		if n := (&variable{key: k}).places(); n > 0 {
			limit = n
		}
	}
	list, _ := leadingNumbers(text.Value, limit)
	if !text.Known || len(list) == 0 {
		return source.Setting[[]int64]{}
	}
	out := make([]int64, len(list))
	for i, n := range list {
		fits := false
		if out[i], fits = n.int64(); !fits {
			return source.Setting[[]int64]{}
		}
	}
	return source.Known(out, text.Origin)
}

// decide returns the state of a key after boot.
func (s *Settings) decide(key string) state {
	v, st := s.prepare(key, s.boot)
	if v == nil {
		return st
	}
	boot := s.boot.seen(v.after(v.bootWrites(s.boot)))
	manual := s.boot.seen(v.after(v.manualWrites(s.boot)))
	switch {
	case !boot.known:
		return boot
	case !manual.known:
		return manual
	case boot.value != manual.value:
		line := manual.line
		if line == nil {
			line = boot.line
		}
		return state{line: line, why: fmt.Sprintf("systemd-sysctl leaves %q behind, sysctl %q", boot.value, manual.value)}
	}
	return boot
}

// seen returns the state, or the unknown one where a file nobody could read may
// overrule it.
func (x *index) seen(st state) state {
	if st.known && x.blindTo(st.line) {
		return state{}
	}
	return st
}

// prepare returns the variable a key names, or nil and the unknown state when
// nobody can tell what the files leave in it.
func (s *Settings) prepare(key string, x *index) (*variable, state) {
	v := &variable{names: append([]string{key}, Aliases(key)...), kernel: s.Kernel}
	v.key, _ = find(key)
	if v.key != nil && (!v.key.existsIn(s.Kernel) || v.key.Access == "write-only") {
		return nil, state{}
	}
	if l := x.dispute(v.names); l != nil {
		return nil, state{line: l, why: l.Broken}
	}
	if l := x.rival(key); l != nil {
		return nil, state{line: l, why: l.Key + " changes it as well"}
	}
	v.start = s.start(key, v.key)
	return v, state{}
}

// start returns the state before any file is read. An interface takes over what
// conf.default holds when it appears, which no file tells.
func (s *Settings) start(key string, k *Key) state {
	if k == nil || k.Access == "read-only" || perInterface(k.Name, key) {
		return state{}
	}
	value, ok := k.DefaultFor(s.Kernel)
	return state{value: value, known: ok}
}

// perInterface reports whether a "*" of the pattern stands for the name of an
// interface in the key rather than for "all" or "default".
func perInterface(pattern, key string) bool {
	want, have := strings.Split(pattern, "."), strings.Split(key, ".")
	for i, name := range want {
		if name == "*" && i < len(have) && have[i] != "all" && have[i] != "default" {
			return true
		}
	}
	return false
}

// setting turns a state into a setting with its origin.
func (s *Settings) setting(st state, key string) source.Setting[string] {
	switch {
	case !st.known:
		return source.Setting[string]{}
	case st.line == nil:
		return source.Known(st.value, s.defaultOrigin(canonical(key)))
	case st.line.Value == "":
		return source.Known(st.value, source.Origin{Span: st.line.Span})
	}
	return source.Known(st.value, source.Origin{Span: st.line.ValueSpan})
}

// defaultOrigin names the kernel's default. It is assumed where the figure is
// rough, or where a distribution's file usually overrides it and no such file was read.
func (s *Settings) defaultOrigin(key string) source.Origin {
	k, _ := find(key)
	_, rough, _ := k.defaultFor(s.Kernel)
	name := "kernel default"
	if _, known := parseRelease(s.Kernel); known {
		name = "kernel " + shortRelease(s.Kernel) + " default"
	}
	return source.Origin{Default: name, Assumed: rough || k.Overrides != "" && !s.vendor}
}

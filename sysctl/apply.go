package sysctl

import (
	"fmt"
	"slices"
	"strings"
)

// A state is what a variable of the kernel holds after some writes.
type state struct {
	value string
	known bool
	line  *Line  // the line that decided, or that made it unknown; nil for the default
	why   string // why it is unknown, "" when a default is missing or nothing is odd
}

// A variable is what one key, or several names of the same thing, stand for.
type variable struct {
	names  []string
	key    *Key // nil when the table does not know it
	kernel string
	start  state // what the kernel begins with
}

// bootWrites returns the writes that systemd-sysctl makes, in its order: only
// the last assignment of a key counts and moves to the end, unless it repeats the value;
// an exclusion counts as an assignment of nothing; a glob skips every key
// that has a line of its own.
func (v *variable) bootWrites(x *index) []*Line {
	var kept []*Line
	for _, l := range x.relevant(v.names) {
		i := slices.IndexFunc(kept, func(old *Line) bool { return old.Key == l.Key })
		if i >= 0 && kept[i].Value == l.Value && kept[i].Exclude == l.Exclude {
			kept[i] = l
			continue
		}
		if i >= 0 {
			kept = slices.Delete(kept, i, i+1)
		}
		kept = append(kept, l)
	}
	return v.writes(kept, func(*Line) bool { return true })
}

// manualWrites returns the writes that procps sysctl makes, in its order: every
// assignment is written; a glob skips every key that has a line of its own, which
// it only notices where the key is written without superfluous separators.
func (v *variable) manualWrites(x *index) []*Line {
	return v.writes(x.relevant(v.names), func(l *Line) bool { return !l.untidy })
}

// writes drops exclusions, and globs whose every match has a line of its own
// that the loader notices.
func (v *variable) writes(lines []*Line, noticed func(*Line) bool) []*Line {
	own := map[string]bool{}
	for _, l := range lines {
		own[l.Key] = own[l.Key] || noticed(l)
	}
	var out []*Line
	for _, l := range lines {
		free := func(name string) bool { return l.Key == name || l.matches(name) && !own[name] }
		if !l.Exclude && slices.ContainsFunc(v.names, free) {
			out = append(out, l)
		}
	}
	return out
}

// after returns what the variable holds after the writes.
func (v *variable) after(writes []*Line) state {
	s := v.start
	for _, l := range writes {
		s = v.write(s, l)
	}
	return s
}

// write returns the state after one more write.
func (v *variable) write(s state, l *Line) state {
	verdict, why := v.judge(l)
	switch {
	case verdict == Rejected && v.halfApplied(l):
		return state{line: l, why: "a part of the value takes effect, then the write fails: " + why}
	case verdict == Rejected:
		return s
	case verdict == Unsure:
		return state{line: l, why: why}
	}
	return v.accept(s, l)
}

// judge says what the kernel does with a line; a key the table does not know
// takes anything.
func (v *variable) judge(l *Line) (Verdict, string) {
	switch {
	case l.Template:
		return Unsure, "a template tag decides the value"
	case l.vague():
		return Unsure, "whether the pattern matches is not evaluated"
	case v.key == nil:
		return Accepted, ""
	}
	return v.key.Check(l.Value, v.kernel)
}

// halfApplied reports whether the kernel stored a part of a rejected value.
func (v *variable) halfApplied(l *Line) bool {
	return v.key != nil && len(v.key.Stored(l.Value, v.kernel)) > 0
}

// accept returns the state after an accepted write. A range or triple with
// fewer numbers than it has places keeps the others.
func (v *variable) accept(s state, l *Line) state {
	want := v.places()
	written := words(l.Value)
	if want < 2 || len(written) >= want {
		return state{value: l.Value, known: true, line: l}
	}
	rest := words(s.value)
	if !s.known || len(rest) != want {
		return state{line: l, why: fmt.Sprintf("only %d of %d numbers are set, the others are not known", len(written), want)}
	}
	return state{value: strings.Join(append(written, rest[len(written):]...), " "), known: true, line: l}
}

// places returns how many numbers the variable has, 0 when that is not fixed.
func (v *variable) places() int {
	if v.key == nil {
		return 0
	}
	return v.key.Places()
}

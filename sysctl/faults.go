package sysctl

import (
	"slices"
	"strings"
)

// Disputed reports whether one loader applies something of a broken line that the
// other does not; nobody applies anything of the other broken lines.
func (l *Line) Disputed() bool { return l.disputed }

// Handled says what each loader does with a broken line, systemd-sysctl at boot
// and "sysctl --system"; both are "" for a line that is not broken. Observed with
// systemd 252 and procps 4.0.2.
func (l *Line) Handled() (boot, manual string) {
	switch l.Broken {
	case noAssignment:
		return "warns and skips the line", `says "invalid syntax" and goes on`
	case noKey:
		if l.Exclude {
			return "skips the line", "skips the line"
		}
		return "fails to write to /proc/sys itself", "refuses the path"
	case byteOrder, blankInKey:
		return "finds no such key and skips the line", "skips the line without a word"
	case controlInIt:
		return "ends the line at a carriage return or a zero byte", "takes a carriage return for part of the value"
	case upward:
		return "refuses the path", "applies the line"
	case openEnded, looseDash:
		return "applies the line", "finds no such key and skips the line"
	case twoDashes:
		return "finds no such key and skips the line", "applies the line"
	case tooLong:
		return "stops reading the file there", "reads on"
	}
	return "", ""
}

// Intended returns the assignment that a broken line was meant to be, where only
// one is evident: a key of the table and one value, with a colon or nothing in
// place of the "=", behind a command, or behind a byte order mark.
func (l *Line) Intended() (key, value string) {
	text, value, assigned := strings.Cut(strings.TrimPrefix(l.Span.Text(), bom), "=")
	fields := words(text)
	switch {
	case l.Broken == noAssignment && len(fields) > 1:
		key, value = strings.TrimSuffix(fields[0], ":"), strings.TrimPrefix(strings.Join(fields[1:], " "), ": ")
	case l.Broken == blankInKey && len(fields) > 1 && slices.Contains([]string{"sysctl", "export", "set", "sudo"}, fields[0]):
		key = fields[len(fields)-1]
	case l.Broken == byteOrder && len(fields) == 1 && assigned:
		key = fields[0]
	}
	if _, known := find(canonical(key)); !known {
		return "", ""
	}
	return key, strings.Trim(value, blanks)
}

package sysctl

import "github.com/tunelint/tunelint/source"

// SetKey makes the line assign another key, given in canonical form; its value
// and the layout stay. The line must be an assignment of one key without template
// tags, anything else is a bug of the caller and panics.
func (l *Line) SetKey(key string) source.Edit {
	if !l.Plain() {
		panic("sysctl: SetKey on a line that is no assignment of one key")
	}
	mustBeOneLine(key)
	return source.Edit{Span: l.KeySpan, Text: spell(key), Decides: decides(l.Key) + "\n" + decides(key)}
}

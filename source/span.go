package source

import "fmt"

// A Span is a byte range of one file, half-open. The zero Span is no place at
// all; see [Span.IsValid].
type Span struct {
	File       *File
	Start, End int
}

// IsValid reports whether the span names a place.
func (s Span) IsValid() bool { return s.File != nil }

// Text returns the bytes the span covers; "" for the zero Span.
func (s Span) Text() string {
	if s.File == nil {
		return ""
	}
	return s.File.Text[s.Start:s.End]
}

// Position returns where the span starts. It must be valid.
func (s Span) Position() Position { return s.File.Position(s.Start) }

// Contains reports whether t lies within s.
func (s Span) Contains(t Span) bool {
	return s.File == t.File && s.Start <= t.Start && t.End <= s.End
}

// Before orders spans by path, start and end.
func (s Span) Before(t Span) bool {
	switch {
	case s.File != t.File:
		return s.path() < t.path()
	case s.Start != t.Start:
		return s.Start < t.Start
	}
	return s.End < t.End
}

// String returns path:line:column, for messages and debugging.
func (s Span) String() string {
	if s.File == nil {
		return "-"
	}
	p := s.Position()
	return fmt.Sprintf("%s:%d:%d", s.File.Path, p.Line, p.Column)
}

func (s Span) path() string {
	if s.File == nil {
		return ""
	}
	return s.File.Path
}

// An Origin says what decided a setting: a place in a file, or, where no file
// decided it, a default by name.
type Origin struct {
	// Span is the deciding place; invalid for a default.
	Span Span
	// Default names the default, such as "nginx 1.24 default"; "" with a Span.
	Default string
	// Assumed marks a figure nobody verified. A rule must not raise an error from it.
	Assumed bool
}

// IsDefault reports whether no file decided the setting.
func (o Origin) IsDefault() bool { return !o.Span.IsValid() }

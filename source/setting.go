package source

// A Setting is one value in force together with what decided it. The zero
// Setting is unknown: a rule that needs it stays silent.
type Setting[T any] struct {
	Value  T
	Known  bool
	Origin Origin
}

// Known returns a setting decided by origin.
func Known[T any](value T, origin Origin) Setting[T] {
	return Setting[T]{Value: value, Known: true, Origin: origin}
}

// A Skip is a place that was seen but not evaluated, with the reason: a
// computed value, a template tag, an unknown unit.
type Skip struct {
	Span Span
	Why  string
}

// An Error is something wrong at a place in a file that keeps the rest of the
// file, or the file itself, from being understood.
type Error struct {
	Span    Span
	Message string
	// Err is the cause; nil when the place itself is wrong.
	Err error
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Error returns path:line:col: message.
func (e *Error) Error() string { return e.Span.String() + ": " + e.Message }

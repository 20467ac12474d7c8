package sysctl

import "github.com/tunelint/tunelint/source"

// A Document is one parsed sysctl file.
type Document struct {
	File *source.File
	// Lines holds every line that is neither blank nor a comment, in order.
	Lines []*Line
	// Template says that template tags stand outside of values, so that any line
	// may be conditional. No line of such a file is evaluated, and nothing should
	// be inserted into it.
	Template bool

	end    int  // where systemd-sysctl stops reading, len(File.Text) as a rule
	binary bool // holds NUL bytes, so that what looks like a template tag is none
}

// Assignments returns the lines that assign a key.
func (d *Document) Assignments() []*Line {
	var out []*Line
	for _, l := range d.Lines {
		if l.Assigns() {
			out = append(out, l)
		}
	}
	return out
}

// A Line is one line of a sysctl file: an assignment, an exclusion, or
// something the loaders cannot use.
type Line struct {
	// Key is the key as "sysctl -a" prints it: dots separate the names, and a dot
	// within a name is written as a slash (net.ipv4.conf.eth0/100.rp_filter). It
	// is "" where no key could be read.
	Key string
	// Value is the text the kernel gets; "" for an exclusion.
	Value string
	// Span covers the line without indentation, trailing blanks and line ending.
	Span source.Span
	// KeySpan covers the key as written; invalid where there is none.
	KeySpan source.Span
	// ValueSpan covers the value; empty behind the "=" when there is no value,
	// invalid when there is no "=".
	ValueSpan source.Span
	// IgnoreFailure is "-key = value": a failing write is not an error.
	IgnoreFailure bool
	// Exclude is "-key" without a value: no glob sets the key. systemd-sysctl also
	// drops an earlier assignment of the same key.
	Exclude bool
	// Glob says that the key is a pattern of glob(7), matched name by name.
	Glob bool
	// Template says that the line holds a template tag, or stands in a file where
	// tags decide which lines there are. It is not evaluated and never edited.
	Template bool
	// Broken is "" or why the loaders skip the line or do not read it alike.
	Broken string

	disputed bool // one loader applies something of it, the other does not
	untidy   bool // the key has separators that only count as none
}

// Assigns reports whether the loaders take the line for an assignment, of one key or
// of all that a pattern matches.
func (l *Line) Assigns() bool { return l.Broken == "" && !l.Exclude && l.Key != "" }

// Plain reports whether the line assigns one key and holds no template tag.
func (l *Line) Plain() bool { return l.Assigns() && !l.Glob && !l.Template }

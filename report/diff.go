package report

import (
	"io"
	"strings"
)

// Diff prints a diff for people: in colour where that is permitted, and with control
// characters spelled out. No program takes it any more.
func Diff(w io.Writer, diff string, o Options) error {
	p := &page{Options: o}
	for line := range strings.Lines(diff) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		shown := p.visible(line)
		if style := diffStyle(line); style != "" {
			shown = p.paint(style, shown)
		}
		p.printf("%s\n", shown)
	}
	return p.write(w)
}

// RawDiff prints a diff for programs, byte for byte. In the log of a GitHub Actions
// step lines stand around it that switch the runner's commands off; git apply and
// patch pass over them.
func RawDiff(w io.Writer, diff string, o Options) error {
	p := &page{Options: o}
	p.text.WriteString(diff)
	return p.write(w)
}

const (
	deletedStyle  style = "31"
	insertedStyle style = "32"
	hunkStyle     style = "36"
)

// diffStyle returns the style of a line of a diff. Heads of files are no deletions,
// but a deleted line may look like one: that is the price of a simple look.
func diffStyle(line string) style {
	switch {
	case strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "+++ "):
		return strongStyle
	case strings.HasPrefix(line, "-"):
		return deletedStyle
	case strings.HasPrefix(line, "+"):
		return insertedStyle
	case strings.HasPrefix(line, "@@"):
		return hunkStyle
	case strings.HasPrefix(line, "#"):
		return faintStyle
	}
	return ""
}

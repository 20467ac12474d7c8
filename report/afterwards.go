package report

import (
	"io"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/lint"
)

// Afterwards prints the commands that make written files take effect, or files that were
// put back, as [lint.CommandLines] and [lint.BackLines] return them. It fails only when
// writing does.
func Afterwards(w io.Writer, lines []string, o Options) error {
	p := &page{Options: o}
	p.afterwards(lines, true)
	return p.write(w)
}

// afterwards prints a line a host, which can be copied, and below it what people do
// themselves. Before a write it is a list, and nothing to copy.
func (p *page) afterwards(lines []string, written bool) {
	for len(lines) > 0 {
		on, named := lint.HostLine(lines[0])
		if named {
			lines = lines[1:]
		}
		end := slices.IndexFunc(lines, isHostLine)
		if end < 0 {
			end = len(lines)
		}
		p.runLater(on, lines[:end], written)
		lines = lines[end:]
	}
}

func isHostLine(line string) bool {
	_, is := lint.HostLine(line)
	return is
}

// runLater prints what is for one machine; on is "" for this one, else the names of
// those that the files have to get to first.
func (p *page) runLater(on string, lines []string, written bool) {
	when, and := "After writing", "; "
	switch {
	case written && on == "":
		when, and = "Run when ready", " && "
	case written:
		when, and = "Run on "+on+" once the files are there", " && "
	case on != "":
		when += ", on " + on
	}
	var commands []string
	for _, l := range lines {
		if !lint.IsNote(l) {
			commands = append(commands, l)
		}
	}
	if len(commands) > 0 {
		p.printf("%s: %s\n", p.visible(when), p.visible(strings.Join(commands, and)))
		when = "Then"
	}
	for _, l := range lines {
		if lint.IsNote(l) {
			p.printf("%s: %s\n", p.visible(when), p.visible(strings.TrimPrefix(l, "# ")))
			when = "Then"
		}
	}
}

package report

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/spelling"
)

// choices prints what the fix of a finding does, or each of several with its letter.
func (l *listing) choices(f *lint.Finding) {
	var lines []string
	for _, c := range f.Choices() {
		switch {
		case len(c.Fix.Edits) == 0:
		case len(f.Others) == 0:
			lines = append(lines, l.broken(0, l.fix(c.Fix)...)...)
		default:
			for i, line := range l.broken(len("A  "), l.fix(c.Fix)...) {
				lines = append(lines, lettered(c.Letter, i, line))
			}
		}
	}
	if len(lines) > 0 {
		l.command("fix", lines...)
	}
}

// lettered puts the letter of a choice before its first line, and blanks before others.
func lettered(letter string, i int, line string) string {
	if i > 0 {
		letter = " "
	}
	return letter + "  " + line
}

// fix says what a fix does, or that an earlier one does it.
func (l *listing) fix(f *fixes.Fix) []string {
	title := l.brief(f.Title)
	if !l.printed.add(f) {
		return []string{"with the fix above: " + title}
	}
	safety := f.Safety.String()
	if f.Loss != "" {
		safety += ": " + l.brief(f.Loss)
	}
	return []string{title, "[" + safety + "]", spelling.Count(len(f.Edits), "edit") + " in " + l.visible(editedFiles(f))}
}

// applyLines lists the commands that make the fix of a finding take effect, with
// the letters of the choices where those need different ones.
func (l *listing) applyLines(f *lint.Finding) []string {
	own := slices.ContainsFunc(f.Choices(), func(c lint.Choice) bool { return !slices.Equal(f.ApplyOf(c.Fix), f.Apply) })
	switch {
	case own:
	case len(f.Apply) == 0:
		return nil
	default:
		return []string{l.visible(lint.Describe(f.Apply))}
	}
	var lines []string
	for _, c := range f.Choices() {
		if commands := f.ApplyOf(c.Fix); len(commands) > 0 {
			lines = append(lines, choiceName(f, c, " "+l.visible(lint.Describe(commands))))
		}
	}
	return lines
}

// choiceName puts the letter of a choice before a text, where there are several.
func choiceName(f *lint.Finding, c lint.Choice, text string) string {
	if len(f.Others) == 0 {
		return strings.TrimSpace(text)
	}
	return c.Letter + " " + text
}

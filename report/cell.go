package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

const (
	defaultWidth = 100
	minimalWidth = 20
	tabWidth     = 4
	// longestText bounds, in columns, what a message or label takes of a page.
	longestText = 600
)

// A cell is how one character, or one byte that belongs to none, looks on a terminal.
type cell struct {
	text  string
	width int // columns
	size  int // bytes it stands for
}

// firstCell returns the cell of the first character of s, which must not be empty.
// What a terminal could obey or reorder is spelled out: \x1b, \u202e, \xff.
func (o Options) firstCell(s string) cell {
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r == '\t':
		return cell{strings.Repeat(" ", tabWidth), tabWidth, n}
	case r >= ' ' && r < 0x7f:
		return cell{s[:1], 1, n}
	case r == utf8.RuneError && n == 1:
		return escaped(`\x%02x`, rune(s[0]), n)
	case r < utf8.RuneSelf:
		return escaped(`\x%02x`, r, n)
	case o.ASCII || !unicode.IsGraphic(r) && r != zeroWidthJoiner:
		if r > 0xffff {
			return escaped(`\U%08x`, r, n)
		}
		return escaped(`\u%04x`, r, n)
	}
	return cell{s[:n], runeWidth(r), n}
}

func escaped(format string, r rune, size int) cell {
	text := fmt.Sprintf(format, r)
	return cell{text, len(text), size}
}

// zeroWidthJoiner holds emoji together; it is the one invisible character shown as it is.
const zeroWidthJoiner = '\u200d'

// runeWidth returns the columns of a visible rune (Unicode Standard Annex #11).
func runeWidth(r rune) int {
	if r == zeroWidthJoiner || unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// visible returns s as it can be printed on one line.
func (o Options) visible(s string) string {
	var b strings.Builder
	for s != "" {
		c := o.firstCell(s)
		b.WriteString(c.text)
		s = s[c.size:]
	}
	return b.String()
}

// brief is visible for text of any length: far too long a text loses its end.
func (o Options) brief(s string) string {
	var b strings.Builder
	for columns := 0; s != ""; {
		c := o.firstCell(s)
		if columns += c.width; columns > longestText || b.Len() > 4*longestText {
			return b.String() + o.ellipsis()
		}
		b.WriteString(c.text)
		s = s[c.size:]
	}
	return b.String()
}

// columns returns the width of a text that is printable already.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

// ellipsis stands for text that is left out.
func (o Options) ellipsis() string {
	if o.ASCII {
		return "..."
	}
	return "…"
}

// width returns the columns of a page.
func (o Options) width() int {
	if o.Width <= 0 {
		return defaultWidth
	}
	return max(o.Width, minimalWidth)
}

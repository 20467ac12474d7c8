package main

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"github.com/tunelint/tunelint/report"
)

// repeated are the flags that say what is read and looked for. A command that is
// printed for the user to run must have them, or it would mean other files.
var repeated = [...]string{"config", "no-config", "root", "live", "context", "stdin-filename", "select", "ignore"}

// call returns how the user called fix, as far as another call must be the same.
func (s *session) call(paths []string) report.Call {
	var c report.Call
	s.settings.flags.Visit(func(f *pflag.Flag) {
		if !slices.Contains(repeated[:], f.Name) {
			return
		}
		c.Flags += " --" + f.Name
		switch v := f.Value.(type) {
		case pflag.SliceValue:
			c.Flags += " " + word(strings.Join(v.GetSlice(), ","))
		default:
			if f.Value.Type() != "bool" {
				c.Flags += " " + word(f.Value.String())
			}
		}
	})
	for _, p := range paths {
		if strings.HasPrefix(p, "-") && p != standardInput {
			p = "./" + p
		}
		c.Paths += " " + word(p)
	}
	return c
}

// word returns a text as one word of a shell, quoted only if it must be. Control
// characters take the form $'...', which shells have in common since POSIX.1-2024.
func word(text string) string {
	harmless := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_./:=@%+,-", r)
	}
	switch {
	case strings.ContainsFunc(text, unprintable) || !utf8.ValidString(text):
		return "$'" + escapeWord(text) + "'"
	case text == "" || strings.ContainsFunc(text, func(r rune) bool { return !harmless(r) }):
		return quote(text)
	}
	return text
}

// escapeWord spells out what a $'...' cannot hold as it is.
func escapeWord(text string) string {
	const digits = "01234567"
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c == '\'' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c > '~':
			b.WriteByte('\\')
			b.Write([]byte{digits[c>>6], digits[c>>3&7], digits[c&7]})
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

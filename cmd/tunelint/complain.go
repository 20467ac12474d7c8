package main

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/go-multierror"

	"github.com/tunelint/tunelint/source"
)

// complain prints errors to standard error, one a line. An error at a place in
// a file comes with the line it is about.
func (a *app) complain(err error) {
	for _, e := range flatten(err) {
		var at *source.Error
		if errors.As(e, &at) && at.Span.IsValid() {
			fmt.Fprint(a.stderr, frame(at))
			continue
		}
		fmt.Fprintf(a.stderr, "tunelint: %s\n", visible(e.Error()))
	}
}

// flatten returns the errors of a list one by one.
func flatten(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok && isList(err, joined.Unwrap()) {
		var out []error
		for _, e := range joined.Unwrap() {
			out = append(out, flatten(e)...)
		}
		return out
	}
	var list *multierror.Error
	if errors.As(err, &list) {
		return list.Errors
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// isList reports whether an error says what others do and nothing else, as that of
// [errors.Join] does: a sentence that wraps two is one error.
func isList(err error, parts []error) bool {
	var lines []string
	for _, e := range parts {
		lines = append(lines, e.Error())
	}
	return strings.Join(lines, "\n") == err.Error()
}

// widestFrame bounds how much of a source line an error shows, in bytes.
const widestFrame = 160

// frame prints an error with its line and a mark below the place.
func frame(e *source.Error) string {
	p := e.Span.Position()
	line := e.Span.File.Line(p.Line)
	text := line.Text()
	from, to := e.Span.Start-line.Start, min(e.Span.End, line.End)-line.Start
	head := visible(e.Error()) + "\n"
	if len(text) > widestFrame || from > len(text) {
		return head
	}
	number := fmt.Sprint(p.Line)
	before, marked := visible(text[:from]), visible(text[from:max(from, to)])
	return head + fmt.Sprintf("%s | %s\n%*s | %*s%s\n", number, visible(text), len(number), "",
		utf8.RuneCountInString(before), "", strings.Repeat("^", max(1, utf8.RuneCountInString(marked))))
}

// visible shows control characters, which must not act on a terminal, as \x1b.
func visible(s string) string {
	if strings.IndexFunc(s, unprintable) < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '\t':
			b.WriteByte(' ')
		case r == utf8.RuneError && s[i] != 0xef: // not UTF-8; U+FFFD itself starts with 0xef
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !unprintable(r):
			b.WriteRune(r)
		default:
			b.WriteString(strings.Trim(fmt.Sprintf("%+q", r), "'"))
		}
	}
	return b.String()
}

func unprintable(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }

// plainly strips the operation from a file system error: "PATH: no such file".
func plainly(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return fmt.Errorf("%s: %w", e.Path, e.Err)
	}
	return err
}

// systemLine names the platform, for the report of a bug.
func systemLine() string { return runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH }

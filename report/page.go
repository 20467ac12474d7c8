package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/tunelint/tunelint/lint"
)

// A page is text for people under construction.
type page struct {
	Options
	text bytes.Buffer
	// gutter and severity belong to the finding that is being printed.
	gutter   int
	severity style
}

// A style is the parameter of an ANSI "select graphic rendition" sequence (ECMA-48).
type style string

const (
	errorStyle   style = "1;31"
	warningStyle style = "1;33"
	infoStyle    style = "1;36"
	otherStyle   style = "34"
	gutterStyle  style = "1;34"
	strongStyle  style = "1"
	faintStyle   style = "2"
)

// styleOf returns the style of a severity.
func styleOf(s lint.Severity) style {
	switch s {
	case lint.Error:
		return errorStyle
	case lint.Warning:
		return warningStyle
	}
	return infoStyle
}

func (o Options) paint(s style, text string) string {
	if !o.Color || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

func (p *page) printf(format string, args ...any) { fmt.Fprintf(&p.text, format, args...) }

// write writes the page at once.
func (p *page) write(w io.Writer) error {
	if p.GitHubActions {
		return write(w, withoutCommands(p.text.Bytes()))
	}
	return write(w, p.text.Bytes())
}

func write(w io.Writer, data []byte) error {
	if len(data) == 0 {
		return nil
	}
	_, err := w.Write(data)
	return err
}

// withoutCommands encloses text so that a GitHub Actions runner obeys no command
// in it ("Stopping and starting workflow commands" in GitHub's documentation).
// The token that ends this is the text's own hash, which the text cannot name.
func withoutCommands(text []byte) []byte {
	if len(text) == 0 {
		return nil
	}
	sum := sha256.Sum256(text)
	token := "tunelint-" + hex.EncodeToString(sum[:16])
	return fmt.Appendf(nil, "::stop-commands::%s\n%s::%s::\n", token, text, token)
}

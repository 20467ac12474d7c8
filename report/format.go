package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/spelling"
)

// Options say how a result is shown. The zero Options print plain text of 100
// columns with absolute paths.
type Options struct {
	// Base is the absolute directory that paths are shown relative to. A path
	// outside it is shown absolute; "" shows every path absolute.
	Base string
	// Color permits ANSI colours, ASCII restricts text to ASCII characters.
	Color, ASCII bool
	// Width is the number of terminal columns, 0 for 100.
	Width int
	// Verbose lists what was not evaluated and the facts that were used.
	Verbose bool
	// MaxFindings limits the findings that text prints; 0 is no limit.
	MaxFindings int
	// Version is tunelint's own, such as "0.1.0".
	Version string
	// Rules are the enabled rules, which SARIF describes.
	Rules []*lint.Rule
	// GitHubActions says that text goes to the log of a GitHub Actions step,
	// whose runner obeys commands it finds there; they are switched off around it.
	GitHubActions bool
	// SummaryFile takes the job summary of format "github"; nil writes none.
	SummaryFile io.Writer
}

// A Format writes a result. It fails only when writing does.
type Format func(w io.Writer, r *lint.Result, o Options) error

var formats = [...]struct {
	name  string
	write Format
}{
	{"text", writeText},
	{"json", writeJSON},
	{"github", writeGitHub},
	{"sarif", writeSARIF},
	{"concise", writeConcise},
}

// Formats returns the names of all formats, the default first.
func Formats() []string {
	names := make([]string, 0, len(formats))
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

// Lookup returns the format of a name. The error for an unknown name lists the
// known ones and suggests the nearest.
func Lookup(name string) (Format, error) {
	for _, f := range formats {
		if f.name == name {
			return f.write, nil
		}
	}
	return nil, fmt.Errorf("unknown format %q%s (known: %s)", name, spelling.Hint(name, Formats()), strings.Join(Formats(), ", "))
}

package report

import (
	"io"
	"strings"

	"github.com/tunelint/tunelint/lint"
)

// writeConcise prints one line a finding, which editors can parse:
//
//	path:6:20: warning[sockets/backlog-capped] message (fix: safe)
//
// The host is added in parentheses when there are several.
func writeConcise(w io.Writer, r *lint.Result, o Options) error {
	p := &page{Options: o}
	for _, f := range o.byPlace(r) {
		p.conciseLine(f, len(r.Hosts) > 1)
	}
	for _, x := range r.Problems {
		p.printf("%s: problem: %s\n", p.visible(p.path(x.Path)), p.brief(x.Message))
	}
	return p.write(w)
}

func (p *page) conciseLine(f *lint.Finding, named bool) {
	var remarks []string
	if named && f.Host != "" {
		remarks = append(remarks, "host: "+strings.Join(append([]string{f.Host}, f.Also...), ", "))
	}
	if choices := f.Choices(); len(choices) > 0 {
		var words []string
		for _, c := range choices {
			words = append(words, choiceName(f, c, c.Fix.Safety.String()))
		}
		remarks = append(remarks, "fix: "+strings.Join(words, ", "))
	}
	p.printf("%s: %s[%s] %s", p.place(f.Span), p.paint(styleOf(f.Severity), f.Severity.String()),
		p.visible(f.Rule.Name), p.brief(f.Message))
	if len(remarks) > 0 {
		p.printf(" (%s)", p.brief(strings.Join(remarks, "; ")))
	}
	p.printf("\n")
}

package report

import (
	"fmt"
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/spelling"
)

// mostSummary bounds the job summary in bytes. GitHub refuses one above 1 MiB
// as a whole.
const mostSummary = 900 << 10

// jobSummary returns the Markdown for the summary page of a GitHub Actions job:
// the totals and a table of the findings, worst first, cut at a whole row.
func (o Options) jobSummary(r *lint.Result) []byte {
	p := &page{Options: o}
	p.closing(r)
	var b strings.Builder
	b.WriteString("## tunelint\n\n")
	for _, line := range strings.Split(p.text.String(), "\n") {
		if b.Len() > mostSummary/2 {
			b.WriteString("and more\n\n")
			break
		}
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString(escapeMarkdown(line) + "\n\n")
		}
	}
	list := o.byGravity(r)
	if len(list) > 0 {
		b.WriteString("| Severity | Rule | Place | Finding | Fix |\n| --- | --- | --- | --- | --- |\n")
	}
	for i, f := range list {
		row := o.summaryRow(f, len(r.Hosts) > 1)
		if b.Len()+len(row) > mostSummary {
			fmt.Fprintf(&b, "\n%s not shown.\n", spelling.Count(len(list)-i, "more finding"))
			break
		}
		b.WriteString(row)
	}
	return []byte(b.String())
}

func (o Options) summaryRow(f *lint.Finding, named bool) string {
	message := o.brief(f.Message)
	if named {
		message += " (host: " + o.brief(strings.Join(append([]string{f.Host}, f.Also...), ", ")) + ")"
	}
	var fix []string
	for _, c := range f.Choices() {
		fix = append(fix, choiceName(f, c, o.brief(c.Fix.Title)+" ("+c.Fix.Safety.String()+")"))
	}
	cells := []string{f.Severity.String(), o.visible(f.Rule.Name), o.place(f.Span), message, strings.Join(fix, ", or ")}
	for i := range cells {
		cells[i] = escapeMarkdown(cells[i])
	}
	return "| " + strings.Join(cells, " | ") + " |\n"
}

// escapeMarkdown makes a printable line mean itself in GitHub's Markdown.
func escapeMarkdown(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case strings.ContainsRune("\\`*_[]|~!$", r), i == 0 && strings.ContainsRune("#+-=", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

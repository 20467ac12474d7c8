package report

import (
	"io"
	"strings"

	"github.com/tunelint/tunelint/lint"
)

// Rule prints everything about one rule: name and severity, what it finds and
// why that matters, an example, the commands that make a repair take effect,
// references, and how to silence it. The example is printed as it is, indented;
// "" omits it. Rule fails only when writing does.
func Rule(w io.Writer, r *lint.Rule, example string, o Options) error {
	p := &page{Options: o, severity: styleOf(r.Severity)}
	p.printf("%s  [%s]\n", p.paint(strongStyle, p.visible(r.Name)), p.paint(p.severity, r.Severity.String()))
	p.paragraph("", r.Title)
	p.printf("\n")
	for _, text := range strings.Split(strings.TrimSpace(r.Why), "\n\n") {
		p.paragraph("", text)
	}
	if example = strings.Trim(example, "\r\n"); example != "" {
		p.section("Example")
		for _, line := range strings.Split(example, "\n") {
			p.item(strings.TrimSuffix(line, "\r"))
		}
	}
	if r.Verbose {
		p.section("It takes part")
		p.paragraph("  ", "with --verbose, or with --select "+r.Name+".")
	}
	if len(r.Apply) > 0 {
		p.section("A repair takes effect with")
		p.item(lint.Describe(r.Apply))
	}
	if len(r.Refs) > 0 {
		p.section("References")
		for _, ref := range r.Refs {
			p.item(ref)
		}
	}
	p.silence(r)
	return p.write(w)
}

// silence says how findings of a rule are suppressed.
func (p *page) silence(r *lint.Rule) {
	p.section("To silence it")
	if r.Locked {
		p.paragraph("  ", "This rule speaks about the run itself and cannot be silenced.")
		return
	}
	p.paragraph("  ", "on the line above the place, where the file has comments:")
	p.item("  # tunelint:ignore " + r.Name + " REASON")
	p.paragraph("  ", "or in tunelint.yaml:")
	p.item("  ignore:")
	p.item("    - {rule: " + r.Name + ", files: [\"PATTERN\"], reason: REASON}")
}

func (p *page) section(title string) { p.printf("\n%s:\n", p.paint(strongStyle, title)) }

// item prints a line that is never broken.
func (p *page) item(line string) {
	p.printf("%s\n", strings.TrimRight("  "+p.visible(line), " "))
}

// paragraph prints text broken into lines.
func (p *page) paragraph(indent, text string) {
	text = strings.Join(strings.Fields(text), " ")
	for _, line := range wrap(p.visible(text), p.width()-len(indent)) {
		p.printf("%s%s\n", indent, line)
	}
}

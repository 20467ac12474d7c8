package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/lint"
)

// mostAnnotations is what GitHub shows of each level in one step.
const mostAnnotations = 10

// An annotation is one workflow command "error", "warning" or "notice".
type annotation struct {
	level      string
	properties []property
	text       string
}

type property struct{ name, value string }

// writeGitHub prints workflow commands for the log of a GitHub Actions step,
// worst first, and the totals as text in which the runner obeys nothing.
func writeGitHub(w io.Writer, r *lint.Result, o Options) error {
	// Workflow commands are UTF-8 whatever the locale.
	o.Color, o.ASCII, o.Verbose, o.GitHubActions = false, false, false, false
	var b strings.Builder
	for _, a := range limited(o.annotations(r)) {
		b.WriteString(a.String())
		b.WriteByte('\n')
	}
	timeless := *r
	timeless.Elapsed = 0
	p := &page{Options: o}
	p.closing(&timeless)
	b.Write(withoutCommands(p.text.Bytes()))
	if err := write(w, []byte(b.String())); err != nil {
		return err
	}
	if o.SummaryFile == nil {
		return nil
	}
	return write(o.SummaryFile, o.jobSummary(&timeless))
}

// annotations returns one annotation a problem and a finding, worst first.
func (o Options) annotations(r *lint.Result) []annotation {
	var list []annotation
	for _, x := range r.Problems {
		a := annotation{level: "error", text: o.path(x.Path) + ": " + x.Message}
		if path, ok := o.below(x.Path); ok {
			a.properties = append(a.properties, property{"file", o.visible(path)})
		}
		a.properties = append(a.properties, property{"title", "tunelint: incomplete run"})
		a.text = o.brief(a.text)
		list = append(list, a)
	}
	for _, f := range o.byGravity(r) {
		list = append(list, o.annotation(f, len(r.Hosts) > 1))
	}
	return list
}

func (o Options) annotation(f *lint.Finding, named bool) annotation {
	a := annotation{level: githubLevel(f.Severity)}
	var lines []string
	for i, m := range marks(f) {
		// The runner takes paths below the repository only.
		if path, ok := o.below(m.span.File.Path); i == 0 && ok && m.primary {
			a.properties = append([]property{{"file", o.visible(path)}}, lineProperties(m)...)
			if m.label != "" {
				lines = append(lines, m.label)
			}
			continue
		}
		lines = append(lines, strings.TrimSuffix(o.place(m.span)+": "+m.label, ": "))
	}
	a.properties = append(a.properties, property{"title", o.visible(f.Rule.Name)})
	for _, x := range f.Related {
		if !x.Span.IsValid() {
			lines = append(lines, x.Label)
		}
	}
	for _, c := range f.Choices() {
		lines = append(lines, "fix ("+c.Fix.Safety.String()+"): "+choiceName(f, c, c.Fix.Title))
	}
	a.text = o.brief(f.Message)
	if named {
		a.text += " (host: " + o.brief(strings.Join(append([]string{f.Host}, f.Also...), ", ")) + ")"
	}
	for _, line := range lines {
		a.text += "\n" + o.brief(line)
	}
	return a
}

// lineProperties says where a span is. Columns are given within one line only.
func lineProperties(m mark) []property {
	g := regionOf(m.span)
	if part, _ := firstLine(m.span); strings.Trim(clamped(m.span).Text()[len(part.Text()):], "\r\n") == "" {
		g = regionOf(part) // nothing but a line ending lies beyond
	}
	list := []property{{"line", strconv.Itoa(g.startLine)}, {"endLine", strconv.Itoa(g.endLine)}}
	if g.startLine == g.endLine {
		list = append(list, property{"col", strconv.Itoa(g.startColumn)}, property{"endColumn", strconv.Itoa(g.endColumn)})
	}
	return list
}

func githubLevel(s lint.Severity) string {
	switch s {
	case lint.Error:
		return "error"
	case lint.Warning:
		return "warning"
	}
	return "notice"
}

// limited drops what GitHub would not show; the last annotation of a level says how many.
func limited(list []annotation) []annotation {
	total := map[string]int{}
	for _, a := range list {
		total[a.level]++
	}
	var out []annotation
	used := map[string]int{}
	for _, a := range list {
		used[a.level]++
		switch n := used[a.level]; {
		case n > mostAnnotations:
			continue
		case n == mostAnnotations && total[a.level] > n:
			a.text += fmt.Sprintf("\n%d more of this level are not shown here", total[a.level]-n)
		}
		out = append(out, a)
	}
	return out
}

// String returns the workflow command, one line without its line feed.
func (a annotation) String() string {
	var b strings.Builder
	b.WriteString("::" + a.level)
	for i, p := range a.properties {
		b.WriteString([...]string{" ", ","}[min(i, 1)] + p.name + "=" + escapeProperty(p.value))
	}
	b.WriteString("::" + escapeData(a.text))
	return b.String()
}

// escapeData and escapeProperty undo what the runner's UnescapeData and
// UnescapeProperty (actions/runner, ActionCommand.cs) do.
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(strings.ToValidUTF8(s, "\uFFFD"))
}

func escapeProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeData(s))
}

package report

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/lint"
)

// longestDescription is what GitHub takes of a rule's description, in characters.
const longestDescription = 1024

// describe collects the enabled rules and those that reported something,
// sorted by name.
func (s *sarifWriter) describe(r *lint.Result) {
	list := slices.Clone(s.Rules)
	for _, f := range r.Findings {
		list = append(list, f.Rule)
	}
	slices.SortStableFunc(list, func(a, b *lint.Rule) int { return strings.Compare(a.Name, b.Name) })
	list = slices.CompactFunc(list, func(a, b *lint.Rule) bool { return a.Name == b.Name })
	s.rules = []sarifRule{}
	s.index = map[string]int{}
	for i, x := range list {
		s.rules = append(s.rules, sarifRuleOf(x))
		s.index[x.Name] = i
	}
}

func sarifRuleOf(r *lint.Rule) sarifRule {
	return sarifRule{
		ID:                   r.Name,
		ShortDescription:     sarifMessage{Text: sentence(r.Title)},
		FullDescription:      sarifMessage{Text: shortened(sentence(r.Why), longestDescription)},
		Help:                 sarifMessage{Text: helpText(r), Markdown: helpMarkdown(r)},
		HelpURI:              helpURI(r),
		DefaultConfiguration: sarifConfiguration{sarifLevel(r.Severity)},
		Properties: sarifProperties{
			// A rule that cannot be sure stays silent.
			Precision:       "high",
			ProblemSeverity: problemSeverity(r.Severity),
			Tags:            []string{"configuration", r.Group()},
		},
	}
}

// helpURI returns the first reference, or the project where there is none.
func helpURI(r *lint.Rule) string {
	for _, ref := range r.Refs {
		if strings.HasPrefix(ref, "https://") {
			return ref
		}
	}
	return projectURI
}

func helpText(r *lint.Rule) string {
	parts := []string{sentence(r.Title), sentence(r.Why)}
	if len(r.Apply) > 0 {
		parts = append(parts, "A repair takes effect with: "+lint.Describe(r.Apply))
	}
	if len(r.Refs) > 0 {
		parts = append(parts, "References:\n"+strings.Join(r.Refs, "\n"))
	}
	return strings.Join(append(parts, "More: tunelint rule "+r.Name), "\n\n")
}

func helpMarkdown(r *lint.Rule) string {
	var b strings.Builder
	b.WriteString("**" + sentence(r.Title) + "**\n\n" + sentence(r.Why) + "\n")
	if len(r.Apply) > 0 {
		b.WriteString("\nA repair takes effect with: " + lint.Describe(r.Apply) + "\n")
	}
	if len(r.Refs) > 0 {
		b.WriteString("\nReferences:\n\n")
		for _, ref := range r.Refs {
			b.WriteString("- <" + ref + ">\n")
		}
	}
	b.WriteString("\nMore: `tunelint rule " + r.Name + "`\n")
	return b.String()
}

// problemSeverity returns GitHub's word for a severity.
func problemSeverity(s lint.Severity) string {
	switch s {
	case lint.Error:
		return "error"
	case lint.Warning:
		return "warning"
	}
	return "recommendation"
}

// sentence returns text that ends with a full stop.
func sentence(s string) string { return strings.TrimRight(s, " .\n") + "." }

// shortened cuts text to at most n characters, at a blank.
func shortened(s string, n int) string {
	characters := []rune(s)
	if len(characters) <= n {
		return s
	}
	s = string(characters[:n-1])
	if i := strings.LastIndexByte(s, ' '); i > 0 {
		s = s[:i]
	}
	return s + "…"
}

package report

import (
	"io"
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

// A listing prints findings one after another and remembers what it has said.
type listing struct {
	*page
	hosts     bool                // several hosts: name the one of each finding
	explained map[string]bool     // rules whose mechanism is printed
	applied   map[string][]string // by rule, what was printed last of the commands
	printed   fixSet
}

func writeText(w io.Writer, r *lint.Result, o Options) error {
	p := &page{Options: o}
	l := listing{
		page:      p,
		hosts:     len(r.Hosts) > 1,
		explained: map[string]bool{},
		applied:   map[string][]string{},
	}
	list := o.byGravity(r)
	shown := list
	if o.MaxFindings > 0 {
		shown = list[:min(o.MaxFindings, len(list))]
	}
	for _, f := range shown {
		l.finding(f)
		p.printf("\n")
	}
	if rest := len(list) - len(shown); rest > 0 {
		p.printf("%s %s not shown\n\n", o.ellipsis(), spelling.Count(rest, "more finding"))
	}
	p.closing(r)
	return p.write(w)
}

// finding prints one finding: headline, source lines, notes.
func (l *listing) finding(f *lint.Finding) {
	places := marks(f)
	l.gutter, l.severity = gutterWidth(places), styleOf(f.Severity)
	l.headline(f)
	l.frames(places)
	for _, r := range f.Related {
		if !r.Span.IsValid() {
			l.note("note", l.brief(r.Label))
		}
	}
	if l.Verbose && len(f.Included) > 0 {
		l.note("from", "included at "+l.places(f.Included))
	}
	if len(f.Also) > 0 {
		l.note("also", l.brief("on "+strings.Join(f.Also, ", ")))
	}
	first := !l.explained[f.Rule.Name]
	l.explained[f.Rule.Name] = true
	if first {
		l.note("why", l.visible(firstSentence(f.Rule.Why)))
	}
	l.choices(f)
	if lines := l.applyLines(f); len(lines) > 0 && (first || !slices.Equal(l.applied[f.Rule.Name], lines)) {
		l.applied[f.Rule.Name] = lines
		l.command("apply", lines...)
	}
	if first {
		l.command("more", "tunelint rule "+l.visible(f.Rule.Name))
	}
}

// places lists where related places start.
func (l *listing) places(list []lint.Related) string {
	var out []string
	for _, r := range list {
		out = append(out, l.place(r.Span))
	}
	return strings.Join(out, ", ")
}

// headline prints severity, rule and message, with the host at the right.
func (l *listing) headline(f *lint.Finding) {
	head := f.Severity.String() + "[" + l.visible(f.Rule.Name) + "]"
	message := l.brief(f.Message)
	l.printf("%s: %s", l.paint(l.severity, head), l.paint(strongStyle, message))
	if l.hosts || len(f.Also) > 0 {
		host := "host: " + l.visible(f.Host)
		if len(f.Also) > 0 {
			host += " [+" + spelling.Count(len(f.Also), "host") + "]"
		}
		gap := l.width() - columns(head+": "+message) - columns(host)
		if gap < 2 {
			l.printf("\n")
			gap = l.width() - columns(host)
		}
		l.printf("%s%s", strings.Repeat(" ", max(gap, 0)), l.paint(faintStyle, host))
	}
	l.printf("\n")
}

// editedFiles names the files a fix edits, or counts them when they are many.
func editedFiles(f *fixes.Fix) string {
	var names []string
	for _, e := range source.Sorted(f.Edits) {
		names = append(names, e.Span.File.Path)
	}
	names = slices.Compact(names)
	if len(names) > 3 {
		return spelling.Count(len(names), "file")
	}
	for i, name := range names {
		names[i] = path.Base(name)
	}
	return strings.Join(names, ", ")
}

// note prints a remark below the frames: its parts two blanks apart, or broken
// into lines where they do not fit.
func (l *listing) note(key string, parts ...string) { l.command(key, l.broken(0, parts...)...) }

// broken joins parts with two blanks, or breaks them into lines where they do not
// fit beside the name of a remark and an indent.
func (l *listing) broken(indent int, parts ...string) []string {
	room := l.width() - l.gutter - len(" = apply: ") - indent
	text := strings.Join(parts, "  ")
	if columns(text) <= room {
		return []string{text}
	}
	return wrap(text, max(room, minimalWidth/2))
}

// command prints a remark whose lines are never broken, so that they can be copied.
func (l *listing) command(key string, lines ...string) {
	sign := l.paint(gutterStyle, "=")
	l.printf("%*s%s %-6s %s\n", l.gutter+1, "", sign, key+":", lines[0])
	for _, line := range lines[1:] {
		l.printf("%*s%s\n", l.gutter+len(" = apply: "), "", line)
	}
}

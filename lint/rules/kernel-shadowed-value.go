package rules

import (
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

var shadowedValue = &lint.Rule{
	Name:  "kernel/shadowed-value",
	Title: "a later line sets the key to another value",
	Why: "The files of all sysctl.d directories are applied in the order of their names, whatever the directory, and the last assignment of a " +
		"key stays. Whoever reads or edits the earlier line works on a value that no boot ends with.",
	Refs: []string{
		"https://www.freedesktop.org/software/systemd/man/latest/sysctl.d.html",
		"https://man7.org/linux/man-pages/man8/sysctl.8.html",
	},
	Severity: lint.Warning,
	Run:      runShadowedValue,
}

func runShadowedValue(p *lint.Pass) {
	var order []string
	lines := map[string][]*sysctl.Line{}
	for _, d := range p.Host.Sysctl.Documents {
		for _, l := range d.Lines {
			if l.Broken != "" || l.Key == "" {
				continue
			}
			if lines[l.Key] == nil {
				order = append(order, l.Key)
			}
			lines[l.Key] = append(lines[l.Key], l)
		}
	}
	for _, key := range order {
		reportShadowed(p, lines[key])
	}
}

// reportShadowed reports the lines of one key that the last one overrules. With
// an exclusion or a template among them nobody can say which line stays, and a
// value the kernel refuses overrules nothing to speak of.
func reportShadowed(p *lint.Pass, lines []*sysctl.Line) {
	winner := lines[len(lines)-1]
	undecided := func(l *sysctl.Line) bool { return l.Exclude || l.Template }
	if slices.ContainsFunc(lines, undecided) || refused(winner, p.Host.Sysctl.Kernel) {
		return
	}
	manual := manualWinner(p.Host, lines) // of which kernel/loaders-disagree speaks
	seen := map[*source.File]int{}
	for _, l := range lines[:len(lines)-1] {
		if sameValue(l, winner) || p.Host.IsVendor(l.Span.File) || l == manual {
			continue
		}
		f := l.Span.File
		r := p.Report(l.Span, "%s = %s is overruled at boot, %s sets it to %s", l.Key, l.Value, whichFile(f, winner), winner.Value)
		r.Key("%s in %s%s", l.Key, path.Base(f.Path), strings.Repeat(" again", seen[f]))
		r.See(winner.Span, "this line is applied last")
		seen[f]++
	}
}

func refused(l *sysctl.Line, kernel string) bool {
	k, ok := sysctl.Lookup(l.Key)
	if !ok {
		return false
	}
	verdict, _ := k.Check(l.Value, kernel)
	return verdict == sysctl.Rejected
}

func sameValue(a, b *sysctl.Line) bool {
	return slices.Equal(strings.Fields(a.Value), strings.Fields(b.Value))
}

// whichFile names the place of a line as seen from a file.
func whichFile(from *source.File, l *sysctl.Line) string {
	if l.Span.File == from {
		return "a later line"
	}
	return path.Base(l.Span.File.Path)
}

package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

// closing prints what stands below the findings: what could not be read or
// evaluated, the facts, and the totals.
func (p *page) closing(r *lint.Result) {
	p.problems(r)
	if p.Verbose {
		p.notEvaluated(r)
	}
	p.facts(r)
	if len(r.Findings) == 0 {
		p.clean(r)
		return
	}
	p.totals(r)
}

func (p *page) problems(r *lint.Result) {
	for _, x := range r.Problems {
		p.printf("%s: %s: %s\n", p.paint(errorStyle, "problem"), p.visible(p.path(x.Path)), p.brief(x.Message))
	}
	if len(r.Problems) > 0 {
		p.printf("\n")
	}
}

// notEvaluated lists every place that was not evaluated.
func (p *page) notEvaluated(r *lint.Result) {
	list := p.skips(r)
	if len(list) == 0 {
		return
	}
	p.printf("not evaluated:\n")
	for _, s := range list {
		place := "-"
		if s.Span.IsValid() {
			place = p.visible(p.path(s.Span.File.Path)) + ":" + strconv.Itoa(s.Span.Position().Line)
		}
		p.printf("  %s: %s\n", place, p.brief(s.Why))
	}
	p.printf("\n")
}

// skips returns the places that were not evaluated, in order, each once.
func (o Options) skips(r *lint.Result) []source.Skip {
	list := slices.Clone(r.Skips)
	slices.SortStableFunc(list, func(a, b source.Skip) int {
		switch far := o.farness(a.Span) - o.farness(b.Span); {
		case far != 0:
			return far
		case a.Span.Before(b.Span):
			return -1
		case b.Span.Before(a.Span):
			return 1
		}
		return cmp.Compare(a.Why, b.Why)
	})
	return slices.Compact(list)
}

// facts prints the figures each host was judged by, when asked for or when one
// of them is a guess.
func (p *page) facts(r *lint.Result) {
	printed := false
	for _, h := range r.Hosts {
		if len(h.Facts) == 0 || !p.Verbose && !slices.ContainsFunc(h.Facts, guessed) {
			continue
		}
		var list []string
		for _, f := range h.Facts {
			list = append(list, factText(f))
		}
		p.printf("%s: %s\n", p.visible(h.Name), p.visible(strings.Join(list, ", ")))
		printed = true
	}
	if printed {
		p.printf("\n")
	}
}

// guessed reports whether nobody declared or measured a fact.
func guessed(f lint.Fact) bool { return f.From == "" || strings.Contains(f.From, "assumed") }

func factText(f lint.Fact) string {
	text := f.Name + " " + f.Value
	if f.Name == "cpus" {
		text = f.Value + " " + f.Name
	}
	if f.From == "" {
		return text
	}
	return text + " (" + f.From + ")"
}

// clean prints the one line of a run without findings. The counts stay, so that
// it is never taken for a run that looked at everything.
func (p *page) clean(r *lint.Result) {
	where := spelling.Count(len(r.Hosts), "host")
	if len(r.Problems) > 0 {
		where = "what could be read of " + where
	}
	p.printf("No findings in %s (%s). %d ignored, %s not evaluated.\n",
		where, reach(r), r.Ignored, spelling.Count(len(p.skips(r)), "value"))
	p.incomplete(r)
}

// totals prints the summary of a run with findings.
func (p *page) totals(r *lint.Result) {
	var parts []string
	for s := lint.Error; s >= lint.Info; s-- {
		if n := r.Count(s); n > 0 {
			parts = append(parts, p.paint(styleOf(s), plural(n, s)))
		}
	}
	p.printf("%s in %s (%s%s)\n", strings.Join(parts, ", "), hostsWithFindings(r), reach(r), elapsed(r.Elapsed))
	p.printf("  %s     ignored: %d\n", fixable(r), r.Ignored)
	if list := p.skips(r); len(list) > 0 {
		text := fmt.Sprintf("not evaluated: %s (%s)", spelling.Count(len(list), "value"), p.visible(reasons(list)))
		if !p.Verbose {
			text += ", see -v"
		}
		p.printf("%s", p.indented(2, text))
	}
	p.incomplete(r)
}

// plural counts findings of a severity: "2 warnings", but "2 info".
func plural(n int, s lint.Severity) string {
	if s == lint.Info {
		return strconv.Itoa(n) + " info"
	}
	return spelling.Count(n, s.String())
}

func (p *page) incomplete(r *lint.Result) {
	if n := len(r.Problems); n > 0 {
		p.printf("  %s: %s could not be read or understood\n", p.paint(errorStyle, "incomplete"), spelling.Count(n, "file"))
	}
}

// reach says how much the run looked at.
func reach(r *lint.Result) string {
	return spelling.Count(r.Files, "file") + ", " + spelling.Count(r.Rules, "rule")
}

// elapsed returns ", 38 ms", and nothing for no time at all.
func elapsed(d time.Duration) string {
	switch {
	case d <= 0:
		return ""
	case d < time.Second:
		return fmt.Sprintf(", %d ms", max(d.Milliseconds(), 1))
	}
	return fmt.Sprintf(", %.1f s", d.Seconds())
}

// hostsWithFindings returns "1 host" when all have findings, else "1 of 3 hosts".
func hostsWithFindings(r *lint.Result) string {
	names := map[string]bool{}
	for _, f := range r.Findings {
		names[f.Host] = true
		for _, name := range f.Also {
			names[name] = true
		}
	}
	if len(names) < len(r.Hosts) {
		return strconv.Itoa(len(names)) + " of " + spelling.Count(len(r.Hosts), "host")
	}
	return spelling.Count(len(names), "host")
}

func fixable(r *lint.Result) string {
	safe, unsafe, choose := 0, 0, 0
	for _, f := range r.Findings {
		switch {
		case f.Fix != nil && f.Fix.Safety == fixes.Safe:
			safe++
		case len(f.Others) > 0:
			choose++
		case f.Fix != nil:
			unsafe++
		}
	}
	var parts []string
	if safe > 0 {
		parts = append(parts, strconv.Itoa(safe)+" safe with `tunelint fix`")
	}
	if unsafe > 0 {
		parts = append(parts, strconv.Itoa(unsafe)+" unsafe")
	}
	if choose > 0 {
		parts = append(parts, strconv.Itoa(choose)+" to choose")
	}
	if parts == nil {
		return "fixable: 0"
	}
	return "fixable: " + strings.Join(parts, ", ")
}

// reasons counts why values were not evaluated, the most frequent reasons first.
func reasons(list []source.Skip) string {
	const most = 3
	number := map[string]int{}
	var why []string
	for _, s := range list {
		if number[s.Why]++; number[s.Why] == 1 {
			why = append(why, s.Why)
		}
	}
	slices.SortFunc(why, func(a, b string) int {
		return cmp.Or(cmp.Compare(number[b], number[a]), cmp.Compare(a, b))
	})
	var parts []string
	for _, w := range why[:min(len(why), most)] {
		parts = append(parts, fmt.Sprintf("%d %s", number[w], w))
	}
	if len(why) > most {
		parts = append(parts, "and other reasons")
	}
	return strings.Join(parts, ", ")
}

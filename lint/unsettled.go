package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// unsettled gives up: nothing is changed, and a finding says which rules are to
// blame. list holds the findings whose fixes do not come to rest, a list for each
// step from first on.
func (s *settler) unsettled(before *Result, first int, list [][]*Finding) *Outcome {
	var names []string
	var places []Related
	for i, findings := range list {
		for _, f := range findings {
			names = append(names, f.Rule.Name)
			at := s.asRead(f.Fix.Edits[0].Span, first+i)
			if p := (Related{at, f.Rule.Name + ": " + f.Fix.Title}); !slices.Contains(places, p) {
				places = append(places, p)
			}
		}
	}
	slices.Sort(names)
	finding := s.accuse(slices.Compact(names), places)
	after := *before
	after.Findings = append(slices.Clone(before.Findings), finding)
	SortByPlace(after.Findings)
	return &Outcome{Before: before, After: &after, Unsettled: finding}
}

// accuse makes the finding about rules whose fixes do not come to rest.
func (s *settler) accuse(names []string, places []Related) *Finding {
	all := strings.Join(names, ", ")
	message := fmt.Sprintf("the fixes of %s undo each other, so no fix is applied: --ignore one of these rules, or --only other rules, lets the rest be applied", all)
	if len(names) == 1 {
		message = fmt.Sprintf("the fixes of %s never come to an end, so no fix is applied: --ignore %[1]s lets the rest be applied", all)
	}
	rule := find(s.options.All, NotSettled)
	if rule == nil {
		rule = &Rule{Name: NotSettled, Severity: Error}
	}
	return &Finding{
		Rule: rule, Severity: rule.Severity, Message: message, Key: all,
		Host: s.hosts[0].Name, Span: places[0].Span, Label: places[0].Label, Related: shown(places[1:]),
	}
}

// shown returns the first places, and says how many more there are.
func shown(places []Related) []Related {
	if more := len(places) - 2*ShownPlaces; more > 0 {
		return append(slices.Clone(places[:2*ShownPlaces]), Related{Label: fmt.Sprintf("and %d more", more)})
	}
	return places
}

// asRead returns where a place of the files after some steps lies in the files as
// they were read: they are what whoever reads the finding has before them. What a
// fix wrote lies where the fix changes the file.
func (s *settler) asRead(at source.Span, steps int) source.Span {
	for i := steps - 1; i >= 0; i-- {
		at.Start, at.End = origin(s.steps[i].edits, at)
	}
	for _, f := range s.start.Files() {
		if f.Path == at.File.Path {
			return source.Span{File: f, Start: at.Start, End: at.End}
		}
	}
	return source.Span{File: source.NewFile(at.File.Path, "")}
}

// origin returns the offsets of a place before edits were made.
func origin(edits []source.Edit, at source.Span) (start, end int) {
	start, end = at.Start, at.End
	shift := 0 // of what lies behind the edits so far
	for _, e := range edits {
		if e.Span.File.Path != at.File.Path {
			continue
		}
		from := e.Span.Start + shift
		to := from + len(e.Text)
		shift += len(e.Text) - (e.Span.End - e.Span.Start)
		switch {
		case at.Start >= to && at.Start > from:
			start = at.Start - shift
		case at.Start >= from:
			start = e.Span.Start
		}
		switch {
		case at.End >= to:
			end = at.End - shift
		case at.End > from:
			end = e.Span.End
		}
	}
	return start, max(start, end)
}

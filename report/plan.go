package report

import (
	"io"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/spelling"
)

// A PlanInfo says which fixes a diff holds and which it does not.
type PlanInfo struct {
	// Applied are the findings whose fixes are in the diff.
	Applied []*lint.Finding
	// LeftOut are findings with an unsafe fix that nobody asked for.
	LeftOut []*lint.Finding
	// Held are findings whose fix could not be merged with the others.
	Held []Held
	// Edits and Files count what the diff changes, equal edits once.
	Edits, Files int
	// Written says that the files were written, not only shown.
	Written bool
}

// Held is a finding whose fix was held back.
type Held struct {
	Finding *lint.Finding
	Reason  string
}

// Plan prints what a diff does, what it leaves out and why, and the commands
// that make it take effect. tunelint never runs those itself. It fails only
// when writing does.
func Plan(w io.Writer, info PlanInfo, o Options) error {
	p := &page{Options: o}
	p.planned(info)
	p.leftOut(info.LeftOut)
	for _, h := range info.Held {
		p.printf("Held back: %s at %s: %s\n", p.visible(h.Finding.Rule.Name), p.place(h.Finding.Span), p.brief(h.Reason))
	}
	commands := applyCommands(info.Applied)
	switch {
	case len(commands) == 0 || info.Edits == 0:
	case info.Written:
		p.printf("Run when ready: %s\n", p.visible(strings.Join(commands, " && ")))
	default:
		p.printf("After writing: %s\n", p.visible(strings.Join(commands, "; ")))
	}
	return p.write(w)
}

func (p *page) planned(info PlanInfo) {
	if info.Edits == 0 {
		p.printf("Plan: nothing to change.\n")
		return
	}
	what := spelling.Count(info.Edits, "edit") + " in " + spelling.Count(info.Files, "file") + ", " + spelling.Count(sets(info.Applied), "set")
	if info.Written {
		p.printf("Written: %s.\n", what)
		return
	}
	p.printf("Plan: %s. Nothing written (use --write).\n", what)
}

// leftOut names the rules whose unsafe fixes were not asked for, with the command that asks.
func (p *page) leftOut(list []*lint.Finding) {
	var names []string
	byRule := map[string][]*lint.Finding{}
	for _, f := range list {
		name := p.visible(f.Rule.Name)
		if byRule[name] == nil {
			names = append(names, name)
		}
		byRule[name] = append(byRule[name], f)
	}
	for _, name := range names {
		if n := sets(byRule[name]); n > 0 {
			p.printf("Left out: %s, %s: tunelint fix --only %s --unsafe\n", name, spelling.Count(n, "unsafe fix"), name)
		}
	}
}

// sets counts the distinct fixes of findings.
func sets(list []*lint.Finding) int {
	var known fixSet
	n := 0
	for _, f := range list {
		if f.Fix != nil && known.add(f.Fix) {
			n++
		}
	}
	return n
}

// applyCommands returns the commands of all findings, in order, each once.
func applyCommands(list []*lint.Finding) []string {
	var out []string
	for _, f := range list {
		for _, c := range f.Apply {
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

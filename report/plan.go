package report

import (
	"io"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/spelling"
)

// A PlanInfo says which fixes a diff holds and which it does not.
type PlanInfo struct {
	// Applied are the findings whose fixes are in the diff.
	Applied []*lint.Finding
	// Apply is what makes them take effect, as [lint.CommandLines] returns it.
	Apply []string
	// LeftOut are findings with fixes none of which was asked for.
	LeftOut []*lint.Finding
	// Choice is the letter of the fix that was chosen; "" for none.
	Choice string
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
	p.leftOut(info)
	for _, h := range info.Held {
		p.printf("Held back: %s at %s: %s\n", p.visible(h.Finding.Rule.Name), p.place(h.Finding.Span), p.brief(h.Reason))
	}
	if info.Edits > 0 {
		p.afterwards(info.Apply, info.Written)
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

// sets counts the distinct fixes of findings, of several choices the first.
func sets(list []*lint.Finding) int {
	var known fixSet
	n := 0
	for _, f := range list {
		if choices := f.Choices(); len(choices) > 0 && known.add(choices[0].Fix) {
			n++
		}
	}
	return n
}

package report

import (
	"io"
	"strings"

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
	// Declined are findings whose fix the user did not want.
	Declined []*lint.Finding
	// Held are findings whose fix could not be merged with the others.
	Held []Held
	// InPlace are the files that cannot be replaced by new ones.
	InPlace []InPlace
	// Shared are the files that further hosts read.
	Shared []Shared
	// Edits and Files count what the diff changes, equal edits once.
	Edits, Files int
	// Pending says that --write was given and nothing is decided yet, or that nothing
	// can be written: the plan then does not call itself one that --write carries out.
	Pending bool
	// Written says that the files were written, not only shown.
	Written bool
	// Undo is the command that takes back what was written; "" for none.
	Undo string
	// Again is how this run was called.
	Again Call
}

// A Call is a command line of tunelint fix, as the shell takes it. The zero Call is
// the command alone.
type Call struct {
	// Flags say what is read, such as " --root /srv/web"; Paths which of it, such as " web".
	Flags, Paths string
}

// with returns the command line with further flags.
func (c Call) with(flags string) string { return "tunelint fix" + c.Flags + flags + c.Paths }

// InPlace is a file whose bytes are written over.
type InPlace struct {
	// Path is absolute. Why is a phrase such as "it has 2 names".
	Path, Why string
}

// Shared is a file that is changed for one host and read by others too.
type Shared struct {
	// Path is absolute.
	Path string
	// Hosts are the others.
	Hosts []string
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
	p.heldBack(info)
	p.files(info)
	if info.Edits > 0 {
		p.afterwards(info.Apply, info.Written)
	}
	if info.Undo != "" {
		p.printf("Undo: %s\n", p.visible(info.Undo))
	}
	return p.write(w)
}

func (p *page) planned(info PlanInfo) {
	if info.Edits == 0 {
		p.printf("Plan: nothing to change.\n")
		return
	}
	what := spelling.Count(info.Edits, "edit") + " in " + spelling.Count(info.Files, "file") + ", " + spelling.Count(sets(info.Applied), "set")
	switch {
	case info.Written:
		p.printf("Written: %s.\n", what)
	case info.Pending:
		p.printf("Plan: %s.\n", what)
	default:
		p.printf("Plan: %s. Nothing written (use --write).\n", what)
	}
}

// heldBack names the fixes that the user declined and those that would not merge.
func (p *page) heldBack(info PlanInfo) {
	for _, s := range Sets(info.Declined) {
		p.printf("Declined: %s at %s: %s\n", p.visible(s.Findings[0].Rule.Name), p.place(s.Findings[0].Span), p.brief(s.Fix.Title))
	}
	for _, h := range info.Held {
		p.printf("Held back: %s at %s: %s\n", p.visible(h.Finding.Rule.Name), p.place(h.Finding.Span), p.brief(h.Reason))
	}
}

// files names the files that are written in an unusual way and those that more than
// the hosts of the findings read.
func (p *page) files(info PlanInfo) {
	for _, f := range info.InPlace {
		p.printf("In place: %s: %s\n", p.visible(p.path(f.Path)), p.brief(f.Why))
	}
	for _, f := range info.Shared {
		p.printf("Also read by: %s (%s; checked again)\n", p.brief(strings.Join(f.Hosts, ", ")), p.visible(p.path(f.Path)))
	}
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

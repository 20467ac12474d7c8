package lint

import (
	"fmt"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A verification holds the laws that every round of fixes must keep.
type verification struct {
	files   []patched
	applied []*Finding
	excused bool // something came up that a rule says its fix reveals
}

// A patched file has a new text.
type patched struct {
	*source.File
	edits []source.Edit
	text  string
}

// patch applies edits, which are sorted.
func patch(edits []source.Edit) []patched {
	texts := fixes.Apply(edits)
	var out []patched
	for _, e := range edits {
		if n := len(out) - 1; n >= 0 && out[n].File == e.Span.File {
			out[n].edits = append(out[n].edits, e)
			continue
		}
		out = append(out, patched{e.Span.File, []source.Edit{e}, texts[e.Span.File]})
	}
	return out
}

// check compares the hosts that are fixed before and after.
func (v *verification) check(before, after *state) error {
	for _, f := range v.files {
		if err := f.sameOutside(); err != nil {
			return err
		}
	}
	if err := v.checkHosts(before, after); err != nil {
		return err
	}
	return v.checkFindings(before.result, after.result)
}

// checkBeside compares the hosts that share files with those that are fixed.
func (v *verification) checkBeside(before, after *state) error {
	if err := v.checkHosts(before, after); err != nil {
		return fmt.Errorf("on a host that is not fixed: %w", err)
	}
	if err := v.checkFindings(before.result, after.result); err != nil {
		return fmt.Errorf("on a host that is not fixed: %w", err)
	}
	return nil
}

func (v *verification) checkHosts(before, after *state) error {
	for i, h := range before.hosts {
		if h.Nginx == nil {
			continue
		}
		for _, f := range v.files {
			if err := guarded(h, f.edits); err != nil {
				return err
			}
		}
		if err := v.checkNginx(h.Nginx, after.hosts[i].Nginx); err != nil {
			return err
		}
	}
	return nil
}

// sameOutside checks that every byte outside the edits is where it was.
func (f patched) sameOutside() error {
	from, to := 0, 0
	for _, e := range f.edits {
		kept := e.Span.Start - from
		if to+kept > len(f.text) || f.Text[from:e.Span.Start] != f.text[to:to+kept] {
			return fmt.Errorf("%s: bytes outside the edits changed", f.Path)
		}
		from, to = e.Span.End, to+kept+len(e.Text)
	}
	if to > len(f.text) || f.Text[from:] != f.text[to:] {
		return fmt.Errorf("%s: bytes outside the edits changed", f.Path)
	}
	return nil
}

// checkNginx checks that every changed file still parses, that its directives
// differ only where they were edited, and that an independent parser which
// could read the file still reads the same.
func (v *verification) checkNginx(before, after *nginxconf.Config) error {
	if after == nil {
		return fmt.Errorf("the main configuration file cannot be read any more")
	}
	documents := map[string]*nginxconf.Document{}
	for _, d := range after.Documents {
		documents[d.File.Path] = d
	}
	for _, f := range v.files {
		was := before.Document(f.File)
		if was == nil {
			continue
		}
		now := documents[f.Path]
		switch {
		case now == nil:
			return fmt.Errorf("%s: nginx does not read the file any more", f.Path)
		case now.Err != nil && was.Err == nil:
			return fmt.Errorf("%s: the file does not parse any more: %s", f.Path, now.Err.Message)
		case now.Unclear != nil && was.Unclear == nil:
			return fmt.Errorf("%s: the template cannot be read so far any more: %s", f.Path, now.Unclear.Message)
		case was.Err != nil:
			continue
		}
		if err := nginxconf.CompareOutside(was, now, f.edits); err != nil {
			return err
		}
		if nginxconf.SecondReaderAgrees(was.File) && !nginxconf.SecondReaderAgrees(now.File) {
			return fmt.Errorf("%s: a second parser reads the changed file differently", f.Path)
		}
	}
	return nil
}

// checkFindings checks that what was fixed is gone and nothing worse came up.
// Where a fix made nginx read more than before, findings about what it now
// reads were there all along, and so were those that a rule says it reveals.
func (v *verification) checkFindings(found, left *Result) error {
	was := gravity{}
	for _, f := range found.Findings {
		was.add(f)
	}
	reveals := false
	revealed := map[string]bool{}
	gone := said(found.Findings)
	for _, f := range v.applied {
		for _, name := range f.Rule.Reveals {
			revealed[name] = true
		}
		for _, print := range f.fingerprints() {
			gone[print+f.Message]--
		}
		reveals = reveals || f.Rule.Group() == "nginx"
	}
	still := said(left.Findings)
	for _, f := range v.applied {
		for _, print := range f.fingerprints() {
			if still[print+f.Message] > max(0, gone[print+f.Message]) {
				return fmt.Errorf("%s is still found after its fix", f.Rule.Name)
			}
		}
	}
	for _, f := range left.Findings {
		switch {
		case !was.exceeded(f) || reveals && f.Rule.Group() != "nginx":
		case revealed[f.Rule.Name] || revealed[f.Rule.Group()+"/*"]:
			v.excused = true
		default:
			return fmt.Errorf("the fix would cause %s: %s", f.Rule.Name, f.Message)
		}
	}
	return nil
}

// said counts how often each finding says what it does.
func said(list []*Finding) map[string]int {
	out := map[string]int{}
	for _, f := range list {
		for _, print := range f.fingerprints() {
			out[print+f.Message]++
		}
	}
	return out
}

// A gravity counts the warnings and errors of each fingerprint, those of a severity
// together with the graver ones.
type gravity map[string]*[Error + 1]int

func (g gravity) add(f *Finding) {
	for _, print := range f.fingerprints() {
		if g[print] == nil {
			g[print] = new([Error + 1]int)
		}
		for s := Warning; s <= f.Severity; s++ {
			g[print][s]++
		}
	}
}

// exceeded counts a finding down, and reports whether there are now more of its
// fingerprint, or graver ones, than were counted.
func (g gravity) exceeded(f *Finding) bool {
	over := false
	for _, print := range f.fingerprints() {
		if g[print] == nil {
			g[print] = new([Error + 1]int)
		}
		for s := Warning; s <= f.Severity; s++ {
			g[print][s]--
			over = over || g[print][s] < 0
		}
	}
	return over
}

package lint

import (
	"fmt"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A verification holds the laws that every round of fixes must keep.
type verification struct {
	edits         []source.Edit
	texts         map[*source.File]string
	before, after []*host.Host
	found, left   *Result
	applied       []*Finding
}

func (v *verification) check() error {
	for f, text := range v.texts {
		if err := sameOutside(f, v.editsOf(f), text); err != nil {
			return err
		}
	}
	for i, h := range v.before {
		if h.Nginx == nil {
			continue
		}
		if err := guarded(h, v.edits); err != nil {
			return err
		}
		if err := v.checkNginx(h.Nginx, v.after[i].Nginx); err != nil {
			return err
		}
	}
	return v.checkFindings()
}

func (v *verification) editsOf(f *source.File) []source.Edit {
	var out []source.Edit
	for _, e := range v.edits {
		if e.Span.File == f {
			out = append(out, e)
		}
	}
	return out
}

// sameOutside checks that every byte outside the edits is where it was.
func sameOutside(f *source.File, edits []source.Edit, text string) error {
	from, to := 0, 0
	for _, e := range edits {
		kept := e.Span.Start - from
		if to+kept > len(text) || f.Text[from:e.Span.Start] != text[to:to+kept] {
			return fmt.Errorf("%s: bytes outside the edits changed", f.Path)
		}
		from, to = e.Span.End, to+kept+len(e.Text)
	}
	if to > len(text) || f.Text[from:] != text[to:] {
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
	for f := range v.texts {
		was := before.Document(f)
		if was == nil {
			continue
		}
		now := documentAt(after, f.Path)
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
		if err := nginxconf.CompareOutside(was, now, v.editsOf(f)); err != nil {
			return err
		}
		if nginxconf.SecondReaderAgrees(was.File) && !nginxconf.SecondReaderAgrees(now.File) {
			return fmt.Errorf("%s: a second parser reads the changed file differently", f.Path)
		}
	}
	return nil
}

func documentAt(c *nginxconf.Config, path string) *nginxconf.Document {
	for _, d := range c.Documents {
		if d.File.Path == path {
			return d
		}
	}
	return nil
}

// checkFindings checks that what was fixed is gone and nothing worse came up.
// Where a fix made nginx read more than before, findings about what it now
// reads were there all along, and so were those that a rule says it reveals.
func (v *verification) checkFindings() error {
	was := map[string]int{}
	for _, f := range v.found.Findings {
		was[f.Fingerprint()]++
	}
	reveals := false
	revealed := map[string]bool{}
	gone := map[string]*Finding{}
	for _, f := range v.applied {
		for _, name := range f.Rule.Reveals {
			revealed[name] = true
		}
		gone[f.Fingerprint()+f.Message] = f
		reveals = reveals || f.Rule.Group() == "nginx"
	}
	for _, f := range v.left.Findings {
		if gone[f.Fingerprint()+f.Message] != nil {
			return fmt.Errorf("%s is still found after its fix", f.Rule.Name)
		}
		was[f.Fingerprint()]--
		fresh := was[f.Fingerprint()] < 0 && f.Severity >= Warning && !revealed[f.Rule.Name] && !revealed[f.Rule.Group()+"/*"]
		if fresh && (!reveals || f.Rule.Group() == "nginx") {
			return fmt.Errorf("the fix would cause %s: %s", f.Rule.Name, f.Message)
		}
	}
	return nil
}

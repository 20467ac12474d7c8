package nginxconf

import (
	"slices"
	"sort"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// A template is what the tags of a file say about its text. nginx never sees
// the file: it reads what another program makes of it.
type template struct {
	tags []tag // in order, disjoint
	// parts are what tags decide about: printed once, often or never. They are
	// disjoint and in order.
	parts []extent
	// branches are the texts of "else" within parts.
	branches []extent
	names    bool // the tags are nothing but names between signs
}

type tag struct {
	extent
	role tagRole
}

// An extent is a range of bytes, half-open.
type extent struct{ start, end int }

// findTemplate finds the tags that a language has in a text; nil for none.
func findTemplate(text string, l language) *template {
	t := &template{}
	raw := false
	for _, at := range l.tags().FindAllStringIndex(text, -1) {
		word := text[at[0]:at[1]]
		switch inner := strings.Trim(word, "{}%-+ \t"); {
		case word == "$${": // Terraform's escape
			continue
		case strings.HasPrefix(word, "{%") && (inner == "raw" || inner == "endraw"):
			raw = inner == "raw"
		case raw:
			continue
		}
		t.tags = append(t.tags, tag{extent{at[0], at[1]}, roleOf(word)})
	}
	if len(t.tags) == 0 {
		return nil
	}
	t.divide(len(text))
	return t
}

// divide finds the parts that tags decide about. Where these do not match up,
// everything from the first of them on is one part.
func (t *template) divide(size int) {
	type open struct{ start, branch int }
	var stack []open
	var branches []extent
	first := -1
	for _, g := range t.tags {
		if first < 0 && g.role >= openTag {
			first = g.start
		}
		n := len(stack)
		switch {
		case g.role == openTag:
			stack = append(stack, open{g.start, -1})
		case g.role < openTag:
		case n == 0:
			t.parts, t.branches = []extent{{first, size}}, nil
			return
		case g.role == elseTag:
			if stack[n-1].branch < 0 {
				stack[n-1].branch = g.start
			}
		default:
			closed := stack[n-1]
			stack = stack[:n-1]
			if closed.branch >= 0 {
				branches = append(branches, extent{closed.branch, g.start})
			}
			if n == 1 {
				t.parts = append(t.parts, extent{closed.start, g.end})
			}
		}
	}
	if t.branches = branches; len(stack) > 0 {
		t.parts, t.branches = []extent{{first, size}}, nil
	}
}

// mask returns the text with every tag replaced by as many bytes that mean
// nothing to nginx: letters for what prints a value, blanks for the rest. Other
// branches are blanked too when asked for.
func (t *template) mask(text string, withoutBranches bool) string {
	b := []byte(text)
	for _, g := range t.tags {
		if g.role == valueTag || g.role == insertTag {
			for i := g.start; i < g.end; i++ {
				b[i] = 'x'
			}
			continue
		}
		blank(b, g.extent)
	}
	if withoutBranches {
		for _, e := range t.branches {
			blank(b, e)
		}
	}
	return string(b)
}

// blank keeps line ends, so that a comment ends where it did.
func blank(b []byte, e extent) {
	for i := e.start; i < e.end; i++ {
		if b[i] != '\n' {
			b[i] = ' '
		}
	}
}

// from returns the index of the first tag that ends behind an offset.
func (t *template) from(offset int) int {
	return sort.Search(len(t.tags), func(i int) bool { return t.tags[i].end > offset })
}

// touches reports whether a tag stands in a range.
func (t *template) touches(start, end int) bool {
	if t == nil {
		return false
	}
	i := t.from(start)
	return i < len(t.tags) && t.tags[i].start < end
}

// decides reports whether a range reaches into a part that tags decide about.
func (t *template) decides(start, end int) bool {
	return t != nil && slices.ContainsFunc(t.parts, func(p extent) bool { return p.start < end && start < p.end })
}

// fills reports whether tags fill a range, and the role of the first.
func (t *template) fills(start, end int) (tagRole, bool) {
	i := t.from(start)
	for at := start; at < end; i++ {
		if i == len(t.tags) || t.tags[i].start != at {
			return 0, false
		}
		at = t.tags[i].end
	}
	return t.tags[t.from(start)].role, true
}

// parseTemplate reads a template. An error of syntax that tags may cause is none
// of nginx's: it is tried without "else" branches, then kept as Unclear. Names
// between signs cause none.
func parseTemplate(f *source.File, t *template) *Document {
	doc := parse(f, t.mask(f.Text, false), t)
	if t.names {
		return doc
	}
	if doc.Err != nil && len(t.branches) > 0 {
		doc = parse(f, t.mask(f.Text, true), t)
	}
	doc.Unclear, doc.Err = doc.Err, nil
	return doc
}

// recognize returns the template that a file is although its name does not say
// so; nil where it is none. In nginx's own words tags are unlikely, so it takes
// one that nginx trips over, or one that stands where a word starts.
func (d *Document) recognize() *template {
	text := d.File.Text
	switch {
	case d.tripsOverTag(), strings.Contains(text, "<%") && strings.Contains(text, "%>") && d.hasAngleTag():
		return findTemplate(text, language{tags: anyTags})
	case strings.Contains(text, "@@"), strings.Contains(text, "__"):
		if t := findTemplate(text, language{tags: plainTags}); t != nil {
			t.names = true
			return t
		}
	}
	return nil
}

// tripsOverTag reports whether the first syntax error lies in a tag.
func (d *Document) tripsOverTag() bool {
	if d.Err == nil || d.Err.Message != `unexpected "{"` && d.Err.Message != `unexpected "}"` {
		return false
	}
	line := d.File.Line(d.Err.Span.Position().Line)
	for _, at := range brokenTags().FindAllStringIndex(line.Text(), -1) {
		if line.Start+at[0] <= d.Err.Span.Start && d.Err.Span.Start < line.Start+at[1] {
			return true
		}
	}
	return false
}

func (d *Document) hasAngleTag() bool {
	found := false
	eachDirective(d.Directives, func(d *Directive) {
		found = found || slices.ContainsFunc(d.Words(), func(w string) bool { return strings.HasPrefix(w, "<%") })
	})
	return found
}

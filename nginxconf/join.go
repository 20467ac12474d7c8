package nginxconf

import (
	"slices"

	"github.com/tunelint/tunelint/source"
)

// Join puts edits together that were made one by one for the same files: what
// they insert at one place becomes one insertion, in order, and what two of them
// do alike is done once.
func Join(edits []source.Edit) []source.Edit {
	var out []source.Edit
	seen := map[source.Edit]bool{}
	for _, e := range edits {
		if seen[e] {
			continue
		}
		seen[e] = true
		i := slices.IndexFunc(out, func(o source.Edit) bool { return o.Span == e.Span && e.Span.Start == e.Span.End })
		if i < 0 {
			out = append(out, e)
			continue
		}
		out[i].Text += e.Text
		out[i].Decides += "\n" + e.Decides
	}
	return out
}

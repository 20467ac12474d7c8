package lint

import (
	"fmt"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

// included returns the include directives that lead to the places of a finding.
// Where nginx reads a file several times these are the ones of the first time.
func included(h *host.Host, f *Finding) []Related {
	if h.Nginx == nil {
		return nil
	}
	var out []Related
	seen := map[source.Span]bool{}
	for _, at := range f.Spans() {
		readings := h.Nginx.Readings(at.File)
		if len(readings) == 0 {
			continue // not nginx's, or the main file
		}
		chain := readings[0].Chain()
		for i, d := range chain {
			label := "included here"
			if i == len(chain)-1 && len(readings) > 1 {
				label = fmt.Sprintf("included here, the first of %d times", len(readings))
			}
			if span := d.HeadSpan(); !seen[span] {
				seen[span] = true
				out = append(out, Related{span, label})
			}
		}
	}
	return out
}

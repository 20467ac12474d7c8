package rules

import (
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// shownPlaces is how many places of one kind a finding lists.
const shownPlaces = 5

// seePlaces adds places of one kind to a finding, each once, and says how many
// more there are beyond the first few.
func seePlaces(r *lint.Report, places []source.Span, label string) {
	seen := map[source.Span]bool{}
	for _, at := range places {
		if seen[at] {
			continue
		}
		if seen[at] = true; len(seen) <= shownPlaces {
			r.See(at, "%s", label)
		}
	}
	if more := len(seen) - shownPlaces; more > 0 {
		r.See(source.Span{}, "and %d more", more)
	}
}

// passSpans returns where routes pass their requests on.
func passSpans(routes []*nginxconf.Route) []source.Span {
	out := make([]source.Span, len(routes))
	for i, r := range routes {
		out[i] = r.Pass.HeadSpan()
	}
	return out
}

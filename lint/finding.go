package lint

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/source"
)

// A Finding is one bad state at one place, with the other places that make it bad.
type Finding struct {
	Rule     *Rule
	Severity Severity
	// Host is the name of the host it was found on.
	Host string
	// Also holds further hosts with the very same finding.
	Also []string
	// Message says what is wrong with the actual numbers: one line, lower case.
	Message string
	// Span is the primary place; Label says what stands there.
	Span  source.Span
	Label string
	// Related are the other places, in the order they should be read.
	Related []Related
	// Included are the include directives that lead to the files of nginx in which
	// these places stand, from the main file on, each once.
	Included []Related
	// Fix is the first choice, A; nil where it cannot be offered.
	Fix *fixes.Fix
	// Others are further choices; see [Finding.Choices].
	Others []Choice
	// Apply lists what makes the fix take effect on the host, see [Join], for the
	// choices that name nothing of their own; see [Finding.ApplyOf].
	Apply []Command
	// Own is what makes choices take effect that need something else.
	Own map[*fixes.Fix][]Command
	// Live reports that the host is the machine tunelint runs on.
	Live bool
	// Key identifies the finding within rule and host without line, path or
	// value, such as "upstream backend"; it feeds the fingerprint.
	Key string
}

// Related is a place that takes part in a finding.
type Related struct {
	// Span is invalid for a value that no file declares, such as a default.
	Span  source.Span
	Label string
}

// Fingerprint identifies the finding across edits of unrelated lines.
func (f *Finding) Fingerprint() string { return f.fingerprint(f.Host) }

func (f *Finding) fingerprint(host string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{f.Rule.Name, host, f.Key}, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// fingerprints returns those of every host that has the finding.
func (f *Finding) fingerprints() []string {
	out := []string{f.Fingerprint()}
	for _, host := range f.Also {
		out = append(out, f.fingerprint(host))
	}
	return out
}

// Identity names a finding's fix, which must not be nil, across edits and rounds:
// its fingerprint and the title of the fix.
func (f *Finding) Identity() string { return f.Fingerprint() + " " + f.Fix.Title }

// Spans returns the primary span and every related one that names a place.
func (f *Finding) Spans() []source.Span {
	spans := []source.Span{f.Span}
	for _, r := range f.Related {
		if r.Span.IsValid() {
			spans = append(spans, r.Span)
		}
	}
	return spans
}

// SortByGravity orders findings for people: worst first. Findings of one
// severity keep their order.
func SortByGravity(list []*Finding) {
	slices.SortStableFunc(list, func(a, b *Finding) int { return int(b.Severity) - int(a.Severity) })
}

// SortByPlace orders findings for machines: by path, place, rule.
func SortByPlace(list []*Finding) { slices.SortStableFunc(list, comparePlace) }

func comparePlace(a, b *Finding) int {
	switch {
	case a.Span.Before(b.Span):
		return -1
	case b.Span.Before(a.Span):
		return 1
	case a.Rule != b.Rule:
		return strings.Compare(a.Rule.Name, b.Rule.Name)
	case a.Host != b.Host:
		return strings.Compare(a.Host, b.Host)
	}
	return strings.Compare(a.Message, b.Message)
}

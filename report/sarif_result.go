package report

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/source"
)

func (s *sarifWriter) result(e entry) sarifResult {
	out := sarifResult{
		RuleID:              e.Rule.Name,
		RuleIndex:           s.index[e.Rule.Name],
		Level:               sarifLevel(e.Severity),
		Locations:           []sarifLocation{},
		PartialFingerprints: map[string]string{"tunelintFinding/v1": e.fingerprint},
	}
	for _, c := range e.Choices() {
		if fix, ok := s.fix(c.Fix); ok {
			out.Fixes = append(out.Fixes, fix)
		}
	}
	text := []string{sentence(plainText(s.brief(e.Message)))}
	for _, m := range marks(e.Finding) {
		location := s.location(m)
		if m.primary {
			out.Locations = append(out.Locations, location)
			out.PartialFingerprints["primaryLocationLineHash"] = s.hashes.hash(m.span)
			continue
		}
		location.ID = len(out.RelatedLocations) + 1
		out.RelatedLocations = append(out.RelatedLocations, location)
		text = append(text, link(location)+".")
	}
	for _, r := range e.Included {
		location := s.location(mark{span: r.Span, label: r.Label})
		location.ID = len(out.RelatedLocations) + 1
		out.RelatedLocations = append(out.RelatedLocations, location)
		text = append(text, link(location)+".")
	}
	for _, r := range e.Related {
		if !r.Span.IsValid() && r.Label != "" {
			text = append(text, sentence(plainText(s.brief(r.Label))))
		}
	}
	out.Message.Text = strings.Join(text, " ")
	return out
}

// location describes a place; its label, or the place itself, is its message.
func (s *sarifWriter) location(m mark) sarifLocation {
	g := regionOf(m.span)
	out := sarifLocation{PhysicalLocation: sarifPhysical{
		s.artifact(m.span.File),
		sarifRegion{g.startLine, g.startColumn, g.endLine, g.endColumn},
	}}
	switch {
	case m.label != "":
		out.Message = &sarifMessage{Text: plainText(s.brief(m.label))}
	case !m.primary:
		out.Message = &sarifMessage{Text: plainText(s.place(m.span))}
	}
	return out
}

func (s *sarifWriter) artifact(f *source.File) sarifArtifactLocation {
	uri, relative := s.uri(f.Path)
	if relative {
		return sarifArtifactLocation{URI: uri, URIBaseID: sourceRoot}
	}
	return sarifArtifactLocation{URI: uri}
}

// fix describes one fix of a finding; false where a text of characters cannot say
// which bytes it changes.
func (s *sarifWriter) fix(f *fixes.Fix) (out sarifFix, ok bool) {
	if !carried(f) {
		return out, false
	}
	out = sarifFix{Description: sarifMessage{Text: sentence(plainText(s.brief(f.Title)))}}
	if f.Loss != "" {
		out.Description.Text += " Unsafe: " + sentence(plainText(s.brief(f.Loss)))
	}
	var file *source.File
	for _, e := range source.Sorted(f.Edits) {
		if e.Span.File != file {
			file = e.Span.File
			if !utf8.ValidString(file.Text) {
				return out, false
			}
			out.ArtifactChanges = append(out.ArtifactChanges, sarifArtifactChange{ArtifactLocation: s.artifact(file)})
		}
		change := &out.ArtifactChanges[len(out.ArtifactChanges)-1]
		change.Replacements = append(change.Replacements, replacement(e))
	}
	return out, true
}

func replacement(e source.Edit) sarifReplacement {
	g := regionOf(e.Span)
	out := sarifReplacement{DeletedRegion: sarifRegion{g.startLine, g.startColumn, g.endLine, g.endColumn}}
	if e.Text != "" {
		out.InsertedContent = &sarifContent{e.Text}
	}
	return out
}

// plainText breaks up what would be read as a link that is none.
func plainText(s string) string { return strings.ReplaceAll(s, "](", "] (") }

// link returns the embedded link to a related location (SARIF 2.1.0, 3.11.6).
func link(l sarifLocation) string {
	escape := strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`)
	return "[" + escape.Replace(l.Message.Text) + "](" + strconv.Itoa(l.ID) + ")"
}

// A lineHasher computes the line hashes of each file once.
type lineHasher map[*source.File][]lineHash

// hash returns the hash of the line a span starts on.
func (h lineHasher) hash(at source.Span) string {
	lines, ok := h[at.File]
	if !ok {
		lines = lineHashes(at.File.Text)
		h[at.File] = lines
	}
	return lines[clamped(at).Position().Line-1].String()
}

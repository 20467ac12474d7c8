package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
)

// The form of the JSON report, version 1. Keys are only ever added.
type (
	jsonReport struct {
		Version      int           `json:"version"`
		Tool         jsonTool      `json:"tool"`
		Findings     []jsonFinding `json:"findings"`
		NotEvaluated []jsonSkip    `json:"not_evaluated"`
		Hosts        []jsonHost    `json:"hosts"`
		Summary      jsonSummary   `json:"summary"`
		Errors       []jsonError   `json:"errors"`
	}
	jsonTool struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	jsonFinding struct {
		Rule     string     `json:"rule"`
		Severity string     `json:"severity"`
		Host     string     `json:"host"`
		Status   string     `json:"status"`
		Message  string     `json:"message"`
		Spans    []jsonSpan `json:"spans"`
		Notes    []string   `json:"notes"`         // what takes part and stands in no file: defaults
		Related  []jsonSpan `json:"related"`       // the includes that lead to the spans
		Fix      *jsonFix   `json:"fix,omitempty"` // the choice A
		// Alternatives are the further choices; absent where there is none.
		Alternatives []*jsonFix `json:"alternatives,omitempty"`
		Apply        []string   `json:"apply"`
		Fingerprint  string     `json:"fingerprint"`
	}
	jsonSpan struct {
		Path    string          `json:"path"`
		Start   source.Position `json:"start"`
		End     source.Position `json:"end"`
		Primary bool            `json:"primary"`
		Label   string          `json:"label"`
	}
	jsonFix struct {
		Choice string     `json:"choice,omitempty"` // the letter, where there are several
		Safety string     `json:"safety"`
		Title  string     `json:"title"`
		Loss   string     `json:"loss,omitempty"`
		Edits  []jsonEdit `json:"edits"`
		Apply  *[]string  `json:"apply,omitempty"` // where it is not that of the finding
	}
	jsonEdit struct {
		Path  string          `json:"path"`
		Start source.Position `json:"start"`
		End   source.Position `json:"end"`
		Text  string          `json:"text"`
	}
	jsonSkip struct {
		Path string `json:"path"`
		Line int    `json:"line"`
		Why  string `json:"why"`
	}
	jsonHost struct {
		Name  string              `json:"name"`
		Facts map[string]jsonFact `json:"facts"`
	}
	jsonFact struct {
		Value string `json:"value"`
		From  string `json:"from"`
	}
	jsonSummary struct {
		Error    int `json:"error"`
		Warning  int `json:"warning"`
		Info     int `json:"info"`
		Ignored  int `json:"ignored"`
		Baseline int `json:"baseline"`
		Files    int `json:"files"`
		Rules    int `json:"rules"`
	}
	jsonError struct {
		Path    string `json:"path"`
		Message string `json:"message"`
	}
)

func writeJSON(w io.Writer, r *lint.Result, o Options) error {
	doc := jsonReport{
		Version:      1,
		Tool:         jsonTool{"tunelint", o.Version},
		Findings:     []jsonFinding{},
		NotEvaluated: []jsonSkip{},
		Hosts:        []jsonHost{},
		Summary:      jsonSummary{Ignored: r.Ignored, Files: r.Files, Rules: r.Rules},
		Errors:       []jsonError{},
	}
	for _, e := range o.entries(r) {
		doc.Findings = append(doc.Findings, o.jsonFinding(e))
		doc.Summary.count(e.Severity)
	}
	for _, s := range o.skips(r) {
		doc.NotEvaluated = append(doc.NotEvaluated, o.jsonSkip(s))
	}
	for _, h := range r.Hosts {
		doc.Hosts = append(doc.Hosts, jsonHostOf(h))
	}
	for _, p := range r.Problems {
		doc.Errors = append(doc.Errors, jsonError{o.path(p.Path), p.Message})
	}
	return encode(w, doc)
}

func (s *jsonSummary) count(severity lint.Severity) {
	switch severity {
	case lint.Error:
		s.Error++
	case lint.Warning:
		s.Warning++
	case lint.Info:
		s.Info++
	}
}

func (o Options) jsonFinding(e entry) jsonFinding {
	out := jsonFinding{
		Rule:        e.Rule.Name,
		Severity:    e.Severity.String(),
		Host:        e.Host,
		Status:      "new",
		Message:     e.Message,
		Spans:       []jsonSpan{},
		Notes:       []string{},
		Related:     []jsonSpan{},
		Apply:       append([]string{}, lint.Join(e.Apply)...),
		Fingerprint: e.fingerprint,
	}
	out.Fix, out.Alternatives = o.jsonFixes(e.Finding)
	for _, m := range marks(e.Finding) {
		out.Spans = append(out.Spans, o.jsonSpan(m))
	}
	for _, r := range e.Included {
		out.Related = append(out.Related, o.jsonSpan(mark{span: r.Span, label: r.Label}))
	}
	for _, r := range e.Related {
		if !r.Span.IsValid() {
			out.Notes = append(out.Notes, r.Label)
		}
	}
	return out
}

func (o Options) jsonSpan(m mark) jsonSpan {
	s := clamped(m.span)
	return jsonSpan{o.path(s.File.Path), s.Position(), s.File.Position(s.End), m.primary, m.label}
}

// jsonFixes returns the first fix of a finding and the further choices.
func (o Options) jsonFixes(f *lint.Finding) (first *jsonFix, others []*jsonFix) {
	for _, c := range f.Choices() {
		fix := o.jsonFix(c.Fix)
		switch {
		case fix == nil:
			continue
		case len(f.Others) > 0:
			fix.Choice = c.Letter
		}
		if own := f.ApplyOf(c.Fix); !slices.Equal(own, f.Apply) {
			commands := append([]string{}, lint.Join(own)...)
			fix.Apply = &commands
		}
		if c.Letter == "A" {
			first = fix
		} else {
			others = append(others, fix)
		}
	}
	return first, others
}

func (o Options) jsonFix(f *fixes.Fix) *jsonFix {
	if !carried(f) {
		return nil
	}
	out := &jsonFix{Safety: f.Safety.String(), Title: f.Title, Loss: f.Loss, Edits: []jsonEdit{}}
	for _, e := range source.Sorted(f.Edits) {
		s := clamped(e.Span)
		out.Edits = append(out.Edits, jsonEdit{o.path(s.File.Path), s.Position(), s.File.Position(s.End), e.Text})
	}
	return out
}

func (o Options) jsonSkip(s source.Skip) jsonSkip {
	if !s.Span.IsValid() {
		return jsonSkip{Why: s.Why}
	}
	return jsonSkip{o.path(s.Span.File.Path), s.Span.Position().Line, s.Why}
}

func jsonHostOf(h lint.HostReport) jsonHost {
	out := jsonHost{h.Name, map[string]jsonFact{}}
	for _, f := range h.Facts {
		out.Facts[f.Name] = jsonFact{f.Value, f.From}
	}
	return out
}

// encode writes a document as indented JSON that is harmless in a terminal and
// in the log of a CI job: control characters are escaped, and so is "##[",
// which a GitHub runner obeys anywhere in a line.
func encode(w io.Writer, document any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(document); err != nil {
		return err
	}
	return write(w, escapeJSON(b.Bytes()))
}

// escapeJSON escapes what encoding/json leaves alone within strings. None of it
// can stand outside of one.
func escapeJSON(data []byte) []byte {
	data = bytes.ReplaceAll(data, []byte("##["), []byte(`#\u0023[`))
	out := make([]byte, 0, len(data))
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if r >= 0x7f && unicode.In(r, unicode.Cc, unicode.Cf) {
			for _, unit := range utf16.AppendRune(nil, r) {
				out = fmt.Appendf(out, `\u%04x`, unit)
			}
		} else {
			out = append(out, data[:n]...)
		}
		data = data[n:]
	}
	return out
}

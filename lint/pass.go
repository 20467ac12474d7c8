package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/fixes"
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A Pass is one run of one rule over one host.
type Pass struct {
	Host *host.Host

	rule    *Rule
	options map[string]string
	reports []*Report
	skips   []source.Skip
}

// A Report is a finding under construction; its methods chain.
type Report struct {
	finding *Finding
	host    *host.Host
	// suggested counts the fixes suggested, those without edits too.
	suggested int
}

// Report adds a finding at a place. The message is one lower-case line that
// states what is wrong with the actual numbers. An invalid span panics: a rule
// must know the place it complains about.
func (p *Pass) Report(at source.Span, format string, args ...any) *Report {
	if !at.IsValid() {
		panic(p.rule.Name + " reports without a place")
	}
	r := &Report{host: p.Host, finding: &Finding{
		Rule:     p.rule,
		Severity: p.rule.Severity,
		Host:     p.Host.Name,
		Message:  fmt.Sprintf(format, args...),
		Span:     at,
		Apply:    onHost(p.Host, p.rule.Apply),
		Live:     p.Host.Live,
	}}
	p.reports = append(p.reports, r)
	return r
}

// Skip notes a place the rule looked at and could not judge.
func (p *Pass) Skip(at source.Span, why string) {
	p.skips = append(p.skips, source.Skip{Span: at, Why: why})
}

// Option returns a rule option from tunelint.yaml, or def.
func (p *Pass) Option(name, def string) string {
	if v, ok := p.options[name]; ok {
		return v
	}
	return def
}

// Label says what stands at the primary place.
func (r *Report) Label(format string, args ...any) *Report {
	r.finding.Label = fmt.Sprintf(format, args...)
	return r
}

// See adds a related place.
func (r *Report) See(at source.Span, format string, args ...any) *Report {
	r.finding.Related = append(r.finding.Related, Related{at, fmt.Sprintf(format, args...)})
	return r
}

// ShownPlaces is how many places of one kind a finding lists.
const ShownPlaces = 5

// Briefly lists as many words as a finding lists places, and says how many more
// there are; the word itself is no longer than "and 1 more".
func Briefly(words []string) string {
	if more := len(words) - ShownPlaces; more > 1 {
		return fmt.Sprintf("%s and %d more", strings.Join(words[:ShownPlaces], ", "), more)
	}
	return strings.Join(words, ", ")
}

// SeeAll adds places of one kind, each once, and says how many more there are
// beyond the first few.
func (r *Report) SeeAll(places []source.Span, format string, args ...any) *Report {
	seen := map[source.Span]bool{}
	for _, at := range places {
		if seen[at] {
			continue
		}
		if seen[at] = true; len(seen) <= ShownPlaces {
			r.See(at, format, args...)
		}
	}
	if more := len(seen) - ShownPlaces; more > 0 {
		r.See(source.Span{}, "and %d more", more)
	}
	return r
}

// SeeOrigin adds what decided a setting; a default is named instead of a place.
func (r *Report) SeeOrigin(o source.Origin, format string, args ...any) *Report {
	label := fmt.Sprintf(format, args...)
	switch {
	case o.Assumed:
		label += " (" + o.Default + ", assumed)"
	case o.IsDefault():
		label += " (" + o.Default + ")"
	}
	return r.See(o.Span, "%s", label)
}

// SeeValue names the default of a value on routes, or the passes that the place of
// the finding is not.
func (r *Report) SeeValue(v *host.RouteValue, format string, args ...any) *Report {
	rest := v.Routes
	if v.Directive() == nil {
		rest = rest[1:]
		r.SeeOrigin(v.Origin(), "%s is %s", v.Name, v.Text())
	}
	return r.SeeAll(nginxconf.PassSpans(rest), format, args...)
}

// Key names the finding for its fingerprint; see [Finding.Key].
func (r *Report) Key(format string, args ...any) *Report {
	r.finding.Key = fmt.Sprintf(format, args...)
	return r
}

// Severity overrides the rule's severity.
func (r *Report) Severity(s Severity) *Report {
	r.finding.Severity = s
	return r
}

// Apply overrides what makes the fix take effect.
func (r *Report) Apply(commands ...Command) *Report {
	r.finding.Apply = onHost(r.host, commands)
	return r
}

// Suggest attaches a safe fix. Called again, as are the other ways to suggest, it
// attaches a further choice: the first is A, the next B. A is what is applied when
// nobody chooses, and only where it is safe or stands alone, so the better answer
// comes first. Without edits there is no such choice, and its letter is passed over:
// a letter means the same in all findings of a rule.
func (r *Report) Suggest(title string, edits ...source.Edit) *Report {
	return r.suggest(&fixes.Fix{Safety: fixes.Safe, Title: title, Edits: edits})
}

// SuggestUnsafe attaches a fix that may cost what loss says; see [Report.Suggest].
func (r *Report) SuggestUnsafe(title, loss string, edits ...source.Edit) *Report {
	return r.suggest(&fixes.Fix{Safety: fixes.Unsafe, Title: title, Loss: loss, Edits: edits})
}

// PassOver leaves the next letter out: other findings of the rule offer a choice there
// that this one does not have.
func (r *Report) PassOver() *Report {
	r.suggested++
	return r
}

// ChoiceApply names what makes the choice suggested last take effect, where that of
// the finding does not.
func (r *Report) ChoiceApply(commands ...Command) *Report {
	if choices := r.finding.Choices(); len(choices) > 0 {
		if last := choices[len(choices)-1]; last.Letter == letterOf(r.suggested-1) {
			if r.finding.Own == nil {
				r.finding.Own = map[*fixes.Fix][]Command{}
			}
			r.finding.Own[last.Fix] = onHost(r.host, commands)
		}
	}
	return r
}

// suggest validates the fix: a bad one is a bug of the rule, never a merge problem.
func (r *Report) suggest(fix *fixes.Fix) *Report {
	n := r.suggested
	r.suggested++
	fix.Edits = slices.CompactFunc(source.Sorted(fix.Edits), source.Edit.Same) // one file seen twice gives the same edit twice
	if len(fix.Edits) == 0 {
		return r
	}
	if err := fix.Validate(); err != nil {
		panic(fmt.Sprintf("%s suggests a bad fix: %v", r.finding.Rule.Name, err))
	}
	if n == 0 {
		r.finding.Fix = fix
		return r
	}
	r.finding.Others = append(r.finding.Others, Choice{letterOf(n), fix})
	return r
}

func letterOf(n int) string { return string(rune('A' + n)) }

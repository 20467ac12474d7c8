package lint

import (
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

// Options say which rules run and how.
type Options struct {
	// Rules run in any order; the result does not depend on it.
	Rules []*Rule
	// All are the rules that exist; a suppression that names none of them is a finding.
	All []*Rule
	// Severity overrides a rule's severity by rule name.
	Severity map[string]Severity
	// Settings are rule options by rule name.
	Settings map[string]map[string]string
	// Ignores are the entries of tunelint.yaml, whose folder is Base.
	Ignores []Ignore
	Base    string
	// Agree: only one of the hosts can be meant, so only what holds for all counts.
	Agree bool
	// Today, as YYYY-MM-DD, decides which suppressions have expired; "" for none.
	Today string
}

// The rules that the run itself reports.
const (
	UnusedIgnore  = "tunelint/unused-ignore"
	ExpiredIgnore = "tunelint/expired-ignore"
	IgnoreReason  = "tunelint/ignore-without-reason"
	UnknownRule   = "tunelint/unknown-rule-in-ignore"
	NotSettled    = "tunelint/not-settled"
)

// Run runs the rules over the hosts.
func Run(hosts []*host.Host, o Options) *Result {
	if o.Agree && len(hosts) > 1 {
		return runAgreed(hosts, o)
	}
	r := &Result{Rules: len(o.Rules)}
	var all []*suppression
	for _, i := range o.Ignores {
		all = append(all, i.suppression(o.Base))
	}
	seen := map[*source.File]bool{}
	for _, h := range hosts {
		findings := runHost(h, o, r)
		marks := suppressions(h)
		all = append(all, marks...)
		for _, f := range findings {
			if !suppressed(f, append(slices.Clone(marks), all[:len(o.Ignores)]...), o.Today) {
				r.Findings = append(r.Findings, f)
				continue
			}
			r.Ignored++
		}
		for _, f := range h.Files() {
			seen[f] = true
		}
		r.Hosts = append(r.Hosts, HostReport{Name: h.Name, Facts: FactsOf(h)})
		r.Problems = append(r.Problems, problems(h)...)
	}
	r.Files = len(seen)
	r.Findings = append(r.Findings, judgeSuppressions(all, o)...)
	SortByPlace(r.Findings)
	r.Findings = fold(r.Findings)
	return r
}

// runHost runs every rule over one host.
func runHost(h *host.Host, o Options, r *Result) []*Finding {
	var out []*Finding
	for _, pass := range passes(h, o) {
		for _, report := range pass.reports {
			f := report.finding
			if skip, ok := unknowable(h, f); ok {
				r.Skips = append(r.Skips, skip)
				continue
			}
			if beyond(h, f) {
				continue
			}
			f.keepChoices(func(c Choice) bool { return guarded(h, c.Fix.Edits) == nil })
			if s, ok := o.Severity[f.Rule.Name]; ok {
				f.Severity = s
			}
			if f.Key == "" {
				f.Key = defaultKey(h, f.Span)
			}
			listensAnew(h, f)
			f.Included = included(h, f)
			out = append(out, f)
		}
		r.Skips = append(r.Skips, pass.skips...)
	}
	r.Skips = append(r.Skips, h.Skips()...)
	return out
}

// passes runs the rules side by side, which they cannot notice: a rule is a
// pure function of the host. Where one waits for a lookup that another has begun,
// the rest go on. A rule that panics takes the run down, with its name.
func passes(h *host.Host, o Options) []*Pass {
	out := make([]*Pass, len(o.Rules))
	panics := make(chan string, len(o.Rules))
	var group sync.WaitGroup
	for i, rule := range o.Rules {
		out[i] = &Pass{Host: h, rule: rule, options: o.Settings[rule.Name]}
		if rule.Run == nil {
			continue
		}
		group.Add(1)
		go func() {
			defer group.Done()
			defer func() {
				if p := recover(); p != nil {
					panics <- fmt.Sprintf("%s: %v\n%s", rule.Name, p, debug.Stack())
				}
			}()
			rule.Run(out[i])
		}()
	}
	group.Wait()
	if len(panics) > 0 {
		panic(<-panics)
	}
	return out
}

// defaultKey names a place by its file and what stands on its line.
func defaultKey(h *host.Host, at source.Span) string {
	name, ok := h.View.Name(at.File.Path)
	if !ok {
		name = at.File.Path
	}
	return name + " " + strings.Join(strings.Fields(at.File.Line(at.Position().Line).Text()), " ")
}

func suppressed(f *Finding, marks []*suppression, today string) bool {
	hit := false
	for _, s := range marks {
		if !s.expired(today) && s.covers(f) {
			s.used, hit = true, true
		}
	}
	return hit
}

func (s *suppression) expired(today string) bool {
	return s.until != "" && today != "" && today > s.until
}

// judgeSuppressions reports what is wrong with the suppressions themselves.
func judgeSuppressions(all []*suppression, o Options) []*Finding {
	var out []*Finding
	report := func(name string, s *suppression, format string, args ...any) {
		if rule := find(o.Rules, name); rule != nil && s.at.IsValid() {
			message := fmt.Sprintf(format, args...)
			out = append(out, &Finding{Rule: rule, Severity: rule.Severity, Message: message, Span: s.at, Key: s.at.File.Path + " " + s.at.Text()})
		}
	}
	seen := map[source.Span]bool{}
	for _, s := range all {
		if seen[s.at] {
			continue // one comment seen through several hosts
		}
		seen[s.at] = true
		switch unknown := unknownRule(s, o.All); {
		case len(s.rules) == 0:
			report(UnknownRule, s, "the suppression names no rule; write %s group/name reason", marker)
		case unknown != "":
			report(UnknownRule, s, "no rule is called %q%s", unknown, didYouMean(unknown, o.All))
		case s.reason == "":
			report(IgnoreReason, s, "the suppression of %s gives no reason and has no effect", strings.Join(s.rules, ", "))
		case s.expired(o.Today):
			report(ExpiredIgnore, s, "the suppression of %s ended on %s", strings.Join(s.rules, ", "), s.until)
		case !anyUsed(all, s.at) && enabled(s, o) && !s.vague:
			report(UnusedIgnore, s, "nothing is suppressed here: %s finds nothing", strings.Join(s.rules, ", "))
		}
	}
	return out
}

// anyUsed reports whether the comment took a finding out of any host.
func anyUsed(all []*suppression, at source.Span) bool {
	return slices.ContainsFunc(all, func(s *suppression) bool { return s.at == at && s.used })
}

// enabled reports whether every rule that the suppression names took part in the run.
func enabled(s *suppression, o Options) bool {
	for _, rule := range o.All {
		if s.names(rule) && find(o.Rules, rule.Name) == nil {
			return false
		}
	}
	return true
}

func find(rules []*Rule, name string) *Rule {
	for _, r := range rules {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// unknownRule returns the first name of a suppression that no rule has.
func unknownRule(s *suppression, all []*Rule) string {
	for _, name := range s.rules {
		one := &suppression{rules: []string{name}}
		if !slices.ContainsFunc(all, one.names) {
			return name
		}
	}
	return ""
}

// fold joins findings that several hosts have in common; the list is sorted. Those
// with different fixes stay apart: each host has its own files.
func fold(list []*Finding) []*Finding {
	var out []*Finding
	for _, f := range list {
		n := len(out) - 1
		for n >= 0 && f.alike(out[n]) && !f.fixedAs(out[n]) {
			n--
		}
		if n < 0 || !f.alike(out[n]) {
			out = append(out, f)
			continue
		}
		if out[n].Host != f.Host && !slices.Contains(out[n].Also, f.Host) {
			out[n].Also = append(out[n].Also, f.Host)
		}
	}
	return out
}

// alike reports whether two findings say the same of the same place.
func (f *Finding) alike(g *Finding) bool {
	return f.Rule == g.Rule && f.Span == g.Span && f.Message == g.Message
}

func (f *Finding) fixedAs(g *Finding) bool {
	return slices.EqualFunc(f.Choices(), g.Choices(), func(a, b Choice) bool { return a.Letter == b.Letter && a.Fix.Equal(b.Fix) })
}

// plain returns the error for what leads outside without the path that it is about.
func plain(err error) error {
	var outside *source.OutsideError
	if errors.As(err, &outside) {
		return outside
	}
	return err
}

// problems lists the files that could not be read or parsed to their end.
func problems(h *host.Host) []Problem {
	var out []Problem
	for _, p := range h.Problems {
		out = append(out, Problem{p.Path, p.Err.Error()})
	}
	if h.Nginx == nil {
		return out
	}
	for _, d := range h.Nginx.Documents {
		if d.Err != nil {
			out = append(out, Problem{d.File.Path, fmt.Sprintf("line %d: %s", d.Err.Span.Position().Line, d.Err.Message)})
		}
	}
	for _, e := range h.Nginx.Includes {
		if !e.Missing {
			out = append(out, Problem{e.Name, plain(e.Err).Error()})
		}
	}
	return out
}

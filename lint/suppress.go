package lint

import (
	"path"
	"regexp"
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
)

// An Ignore is an entry of "ignore:" in tunelint.yaml.
type Ignore struct {
	Span   source.Span
	Rule   string
	Files  []string // globs over paths relative to tunelint.yaml; empty for all
	Reason string
	Until  string // last day it holds, YYYY-MM-DD; "" for ever
}

// A suppression keeps findings of some rules at some place out of the report.
type suppression struct {
	at     source.Span
	rules  []string
	where  func(source.Span) bool
	reason string
	until  string
	used   bool
	vague  bool // stands in a template: whether anything is found there is not known
}

const marker = "tunelint:ignore"

var ignoreGrammar = regexp.MustCompile(`tunelint:(ignore(?:-block|-file)?)(?:[ \t]+(.*?))?[ \t\r]*$`)

// suppressions reads the ignore comments of a host.
func suppressions(h *host.Host) []*suppression {
	var out []*suppression
	for _, c := range h.Comments(marker) {
		m := ignoreGrammar.FindStringSubmatch(c.Span.Text())
		if m == nil {
			continue
		}
		s := parseIgnore(m[2])
		s.at = c.Span
		s.where = reach(c, m[1])
		s.vague = inTemplate(h, c.Span)
		out = append(out, s)
	}
	return out
}

func inTemplate(h *host.Host, at source.Span) bool {
	if h.Nginx == nil {
		return false
	}
	doc := h.Nginx.Document(at.File)
	return doc != nil && doc.Template()
}

// reach returns which places an ignore comment of a kind speaks of.
func reach(c host.Comment, kind string) func(source.Span) bool {
	target := c.Target
	switch kind {
	case "ignore-block":
		target = c.Block
	case "ignore-file":
		target = source.Span{}
		if c.First {
			target = source.Span{File: c.Span.File, Start: 0, End: len(c.Span.File.Text)}
		}
	}
	return func(at source.Span) bool {
		return target.IsValid() && at.File == target.File && target.Start <= at.Start && at.Start < target.End
	}
}

// parseIgnore reads "rule[,rule…] [until=YYYY-MM-DD] reason…".
func parseIgnore(text string) *suppression {
	s := &suppression{}
	names, rest, _ := strings.Cut(text, " ")
	for _, name := range strings.Split(names, ",") {
		if name != "" {
			s.rules = append(s.rules, name)
		}
	}
	rest = strings.TrimSpace(rest)
	if until, after, _ := strings.Cut(rest, " "); strings.HasPrefix(until, "until=") {
		s.until, rest = until[len("until="):], strings.TrimSpace(after)
	}
	s.reason = rest
	return s
}

// suppression turns an entry of tunelint.yaml into a suppression.
func (i Ignore) suppression(base string) *suppression {
	return &suppression{
		at: i.Span, rules: []string{i.Rule}, reason: i.Reason, until: i.Until,
		where: func(at source.Span) bool { return len(i.Files) == 0 || matchFile(i.Files, base, at.File.Path) },
	}
}

// matchFile reports whether a path matches one of the globs, in which "**"
// stands for any number of folders.
func matchFile(globs []string, base, file string) bool {
	rel, ok := strings.CutPrefix(file, strings.TrimSuffix(base, "/")+"/")
	if !ok {
		rel = file
	}
	for _, g := range globs {
		if matchPath(strings.Split(g, "/"), strings.Split(rel, "/")) {
			return true
		}
	}
	return false
}

func matchPath(glob, elements []string) bool {
	for len(glob) > 0 {
		if glob[0] == "**" {
			for i := 0; i <= len(elements); i++ {
				if matchPath(glob[1:], elements[i:]) {
					return true
				}
			}
			return false
		}
		if len(elements) == 0 {
			return false
		}
		if ok, err := path.Match(glob[0], elements[0]); err != nil || !ok {
			return false
		}
		glob, elements = glob[1:], elements[1:]
	}
	return len(elements) == 0
}

// covers reports whether the suppression takes a finding out: it names the
// rule, has a reason, and one of the finding's labelled places is in its reach.
func (s *suppression) covers(f *Finding) bool {
	if f.Rule.Locked || s.reason == "" || !s.names(f.Rule) {
		return false
	}
	for _, at := range f.Spans() {
		if s.where(at) {
			return true
		}
	}
	return false
}

func (s *suppression) names(r *Rule) bool {
	for _, pattern := range s.rules {
		if pattern == r.Name || pattern == r.Group()+"/*" || pattern == "all" {
			return true
		}
	}
	return false
}

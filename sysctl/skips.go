package sysctl

import "github.com/tunelint/tunelint/source"

// note collects what cannot be evaluated: the lines nobody can judge, and the
// keys whose value they leave open.
func (s *Settings) note() {
	noted := map[*Line]bool{}
	for _, d := range s.All() {
		for _, l := range d.Lines {
			if why := l.opaque(); why != "" {
				noted[l] = true
				s.Skips = append(s.Skips, source.Skip{Span: l.Span, Why: why})
			}
		}
	}
	for _, key := range s.assigned() {
		if st := s.decide(key); !st.known && st.why != "" && !noted[st.line] {
			noted[st.line] = true
			s.Skips = append(s.Skips, source.Skip{Span: st.line.Span, Why: key + ": " + st.why})
		}
	}
}

// opaque returns why nobody can tell what a line sets, "" for the others.
func (l *Line) opaque() string {
	switch {
	case l.disputed:
		return l.Broken
	case l.Template:
		return "template tag"
	case l.vague():
		return "pattern in a notation that is not evaluated"
	}
	return ""
}

// assigned returns every key of the table that a line of the boot names, in order.
func (s *Settings) assigned() []string {
	var keys []string
	seen := map[string]bool{}
	for _, d := range s.Documents {
		for _, l := range d.Lines {
			if !l.Assigns() || l.Glob || seen[l.Key] {
				continue
			}
			seen[l.Key] = true
			if _, ok := find(l.Key); ok {
				keys = append(keys, l.Key)
			}
		}
	}
	return keys
}

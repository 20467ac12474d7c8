package verdict

import (
	"fmt"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// columnsJudged are the releases seen to want UTF-8 in the second column.
const columnsJudged = "1.30.6,1.31.5"

// checkCharsetPair is the head of ngx_http_charset_map_block.
func checkCharsetPair(s *statement) {
	from, to := s.Arg(0), s.Arg(1)
	switch {
	case isPlaceholder(s.ArgText()):
		return
	case strings.EqualFold(from, to):
		s.refuse(-1, `"charset_map" between the same charsets "%s" and "%s"`, from, to)
		return
	case strings.EqualFold(from, "utf-8") && s.judge.version.Known() && s.judge.version.Since(columnsJudged):
		s.refuse(0, `"charset_map" with "utf-8" charset should be given in the second column`)
		return
	}
	for _, d := range s.scope.Own("charset_map") {
		if d == s.Directive {
			return
		}
		one, other := d.Arg(0), d.Arg(1)
		if isKnown(d) && (strings.EqualFold(one, from) && strings.EqualFold(other, to) || strings.EqualFold(one, to) && strings.EqualFold(other, from)) {
			s.refuseAs(DuplicateDirective, -1, `duplicate "charset_map" between "%s" and "%s"`, from, to)
			s.out[len(s.out)-1].Earlier = d
			return
		}
	}
}

// charsetMaps finds where nginx would convert between two charsets that no
// charset_map is about. It looks when it has read and merged http.
func charsetMaps(j *judge) []Verdict {
	if !j.config.Has("charset", "source_charset", "override_charset", "charset_map") {
		return nil
	}
	http := j.blockOf(nginxconf.InHTTP)
	if http == nil || len(j.config.Includes) > 0 {
		return nil
	}
	c := charsetChecker{maps: http.Own("charset_map")}
	top := charsets{}.within(http)
	for _, child := range http.Children {
		if child.Context == nginxconf.InServer {
			c.check(child, top)
		}
	}
	return c.out
}

type charsetChecker struct {
	maps []*nginxconf.Directive
	out  []Verdict
}

// charsets are the two directives in force on a level.
type charsets struct{ charset, source *nginxconf.Directive }

func (c charsets) within(s *nginxconf.Scope) charsets {
	if d := s.Last("charset"); d != nil {
		c.charset = d
	}
	if d := s.Last("source_charset"); d != nil {
		c.source = d
	}
	return c
}

// named reports whether the charsets are names: neither off nor variables.
func (c charsets) named() bool {
	for _, d := range []*nginxconf.Directive{c.charset, c.source} {
		if d == nil || d.Arg(0) == "" || strings.Contains(d.Arg(0), "$") || !isKnown(d) {
			return false
		}
	}
	return c.charset.Arg(0) != "off" && !strings.EqualFold(c.charset.Arg(0), c.source.Arg(0))
}

func (c *charsetChecker) check(s *nginxconf.Scope, outer charsets) {
	const levels = nginxconf.InServer | nginxconf.InLocation | nginxconf.InLocationIf | nginxconf.InLimitExcept
	in := outer.within(s)
	if in.named() && !c.mapped(in.source.Arg(0), in.charset.Arg(0)) {
		c.out = append(c.out, Verdict{
			Kind: UndefinedReference, Directive: in.charset, Context: s.Context, Scope: s, Arg: 0, Late: true,
			Message: fmt.Sprintf(`no "charset_map" between the charsets "%s" and "%s"`, in.source.Arg(0), in.charset.Arg(0)),
		})
	}
	for _, child := range s.Children {
		if child.Context&levels != 0 {
			c.check(child, in)
		}
	}
}

// mapped reports whether a charset_map is about two charsets, in either
// direction.
func (c *charsetChecker) mapped(a, b string) bool {
	for _, m := range c.maps {
		one, other := m.Arg(0), m.Arg(1)
		if strings.EqualFold(a, one) && strings.EqualFold(b, other) || strings.EqualFold(a, other) && strings.EqualFold(b, one) || isTemplate(m) {
			return true
		}
	}
	return false
}

package nginxconf

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// An UpstreamSlip is a statement in an upstream block that belongs elsewhere:
// into the locations that pass to the upstream, or on its server lines.
type UpstreamSlip struct {
	Directive *Directive
	// Name is the directive's name in the proxy module, or the server parameter's.
	Name string
	// ServerParameter says which of the two it is.
	ServerParameter bool

	words   []string
	generic string // the name without its module's prefix, where none was written
}

// serverParameters can be said of every server alike.
var serverParameters = []string{"fail_timeout", "max_conns", "max_fails", "weight"}

// genericNames are settings of the pass modules that people write without the
// module's prefix.
var genericNames = []string{
	"buffer_size", "buffering", "buffers", "busy_buffers_size", "connect_timeout", "http_version",
	"next_upstream", "next_upstream_timeout", "next_upstream_tries", "read_timeout", "send_timeout",
}

var passModules = []string{"fastcgi", "grpc", "memcached", "proxy", "scgi", "uwsgi"}

// UpstreamSlipOf reports whether a statement that nginx refuses in an upstream
// block is such a slip. It reads both "name value;" and "name=value;".
func UpstreamSlipOf(d *Directive) (UpstreamSlip, bool) {
	name, words := d.Name, d.Words()
	if n, value, ok := strings.Cut(name, "="); ok && len(words) == 0 && value != "" {
		name, words = n, []string{value}
	}
	s := UpstreamSlip{Directive: d, Name: name, words: words}
	switch {
	case len(words) == 0 || d.Block != nil:
		return s, false
	case slices.Contains(serverParameters, name) && len(words) == 1:
		s.ServerParameter = true
		return s, true
	case slices.Contains(genericNames, name):
		s.Name, s.generic = "proxy_"+name, name
		return s, true
	}
	return s, settingOfLocation(name)
}

// settingOfLocation reports whether a directive is a setting of a pass module
// that a location may hold.
func settingOfLocation(name string) bool {
	module, rest, ok := strings.Cut(name, "_")
	if !ok || rest == "pass" || !slices.Contains(passModules, module) {
		return false
	}
	return slices.ContainsFunc(Lookup(name), func(def *Def) bool { return def.Contexts&InLocation != 0 })
}

// nameIn returns what the setting is called in a pass module, "" where that
// module has no such setting.
func (s UpstreamSlip) nameIn(module string) string {
	if s.generic != "" {
		if name := module + "_" + s.generic; settingOfLocation(name) {
			return name
		}
		return ""
	}
	if strings.HasPrefix(s.Name, module+"_") {
		return s.Name
	}
	return ""
}

// A Relocation moves slips of one upstream block to where they belong.
type Relocation struct {
	// Upstream and Routes are the block and what passes to it; Upstream is nil
	// while a file has a syntax error.
	Upstream *Upstream
	Routes   []*Route
	// Edits do the move; none where there is no place to move to, or where a value
	// of its own would drop what a location inherits.
	Edits []source.Edit
	// Kept are directives that already set the same, by slip: they stay, and the
	// slip is dropped there.
	Kept map[*Directive][]*Directive

	slips    []UpstreamSlip
	headings []Heading
	written  map[*Directive]bool // first directive of a heading's group
}

// Relocate plans the move of slips that stand in one block.
func (c *Config) Relocate(block *Block, slips []UpstreamSlip) *Relocation {
	m := &Relocation{slips: slips, Kept: map[*Directive][]*Directive{}, written: map[*Directive]bool{}}
	for _, u := range c.Upstreams() {
		if u.Directive == block.Owner {
			m.Upstream = u
			m.Routes = append(m.Routes, c.RoutesTo(u)...)
		}
	}
	if len(m.Routes) > 0 {
		m.plan()
	}
	return m
}

func (m *Relocation) plan() {
	var gone []*Directive
	for _, s := range m.slips {
		if repeats(s.Name) {
			return
		}
		gone = append(gone, s.Directive)
	}
	m.headings = Headings(gone)
	seen := map[*Block]bool{} // a file that is included twice is changed once
	for _, r := range m.Routes {
		at := r.Scope.Enclosing(InLocation)
		if at == nil || seen[at.Directive.Block] {
			continue
		}
		seen[at.Directive.Block] = true
		m.Edits = append(m.Edits, at.Insert(m.statements(r.Module, at)...)...)
	}
	m.Edits = append(m.Edits, m.parameters()...)
	moved := slices.DeleteFunc(slices.Clone(m.headings), func(h Heading) bool { return !m.written[h.Group[0]] })
	m.Edits = append(m.Edits, Delete(gone, moved...)...)
}

// statements returns what a location needs: every setting it has no value of
// its own for, unless it inherits the same one. A heading goes along with the
// first statement of its group that is written.
func (m *Relocation) statements(module string, at *Scope) []Statement {
	var out []Statement
	for _, s := range m.slips {
		name := s.nameIn(module)
		if s.ServerParameter || name == "" {
			continue
		}
		if own := at.Last(name); own != nil {
			m.Kept[s.Directive] = append(m.Kept[s.Directive], own)
			continue
		}
		if outer := at.Effective(name).Directive(); outer != nil && slices.Equal(outer.Words(), s.words) {
			m.Kept[s.Directive] = append(m.Kept[s.Directive], outer)
			continue
		}
		out = append(out, Statement{Name: name, Words: s.words, Comments: m.heading(s.Directive)})
	}
	return out
}

// heading returns the comments to write above a moved statement.
func (m *Relocation) heading(d *Directive) []string {
	for _, h := range m.headings {
		if slices.Contains(h.Group, d) && !m.written[h.Group[0]] {
			m.written[h.Group[0]] = true
			return h.Lines
		}
	}
	return nil
}

// parameters adds server parameters to every server line that lacks them.
func (m *Relocation) parameters() []source.Edit {
	var edits []source.Edit
	for _, server := range m.Upstream.Servers {
		var words []string
		for _, s := range m.slips {
			if !s.ServerParameter {
				continue
			}
			if i, _ := server.Directive.Param(s.Name); i >= 0 {
				m.Kept[s.Directive] = append(m.Kept[s.Directive], server.Directive)
				continue
			}
			words = append(words, s.Name+"="+s.words[0])
		}
		if len(words) > 0 {
			edits = append(edits, server.Directive.AddArgs(words...))
		}
	}
	return edits
}

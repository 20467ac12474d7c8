package verdict

import (
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

var upstreamClosings = []closing{
	{anyUpstream, checkServers},
}

// checkServers finds an upstream block without a server.
func checkServers(b *block) {
	if b.scope.Directive == nil || !b.whole() {
		return
	}
	for _, d := range b.scope.Items() {
		if d.Name == "server" || !isOwn(d.Name, b.context) {
			return // a third-party directive may name the servers
		}
	}
	b.refuse(BadUpstreamServer, b.scope.Directive, -1, "no servers are inside upstream")
}

// whole reports whether everything that stands in the block was seen.
func (b *block) whole() bool {
	if b.judge.config.Hidden() != nil || !b.scope.Directive.Certain() {
		return false
	}
	for _, d := range b.scope.Items() {
		if isTemplate(d) || strings.HasPrefix(d.Name, "$") {
			return false
		}
	}
	return true
}

// upstreams judges upstream blocks among themselves, and what passes to them.
func upstreams(j *judge) []Verdict {
	var out []Verdict
	for _, in := range []nginxconf.Context{nginxconf.InHTTP, nginxconf.InStream} {
		top := j.blockOf(in)
		if top == nil {
			continue
		}
		blocks, again := namedUpstreams(top)
		out = append(out, again...)
		p := passes{judge: j, top: top, blocks: blocks}
		top.Walk(p.look)
		out = append(out, p.out...)
		for _, s := range top.Children {
			if s.Context&anyUpstream != 0 && s.Directive.Certain() {
				out = append(out, j.unusable(s)...)
			}
		}
	}
	return out
}

// namedUpstreams returns the upstream blocks of http or stream by name, and the
// verdicts on names that come again. nginx compares them in any case.
func namedUpstreams(top *nginxconf.Scope) (map[string]*nginxconf.Scope, []Verdict) {
	var out []Verdict
	blocks := map[string]*nginxconf.Scope{}
	for _, s := range top.Children {
		if s.Context&anyUpstream == 0 || len(s.Directive.Args) != 1 {
			continue
		}
		name := strings.ToLower(s.Directive.Arg(0))
		earlier := blocks[name]
		if earlier == nil {
			blocks[name] = s
			continue
		}
		if !isPlaceholder(name) && isKnown(s.Directive) && earlier.Directive.Certain() {
			out = append(out, Verdict{
				Kind: DuplicateDirective, Directive: s.Directive, Scope: top, Context: top.Context, Earlier: earlier.Directive, Arg: 0,
				Message: quoted(`duplicate upstream "%s"`, s.Directive.Arg(0)),
			})
		}
	}
	return blocks, out
}

// A passes looks through http or stream for what passes to upstream blocks.
type passes struct {
	judge  *judge
	top    *nginxconf.Scope
	blocks map[string]*nginxconf.Scope
	out    []Verdict
}

func (p *passes) look(s *nginxconf.Scope) {
	if s.Context&(nginxconf.InServer|nginxconf.InLocation|nginxconf.InLocationIf|nginxconf.InLimitExcept|nginxconf.InStreamServer) == 0 {
		return
	}
	for _, d := range s.Items() {
		if strings.HasSuffix(d.Name, "_pass") && len(d.Args) == 1 && d.Block == nil {
			p.pass(s, d)
		}
	}
}

// pass judges an address against the upstream blocks: with the name of one it
// must not have a port; else, where no default is known, it must.
func (p *passes) pass(s *nginxconf.Scope, d *nginxconf.Directive) {
	word, form, ok := passAddress(d, s.Context)
	if !ok || !p.passes(d.Name, s.Context) || !isKnown(d) {
		return
	}
	a, refusal := readAddress(word, form)
	if refusal != "" || a.unix {
		return
	}
	v := Verdict{Kind: UndefinedReference, Directive: d, Scope: s, Context: s.Context, Arg: 0}
	switch known := p.blocks[strings.ToLower(a.host)] != nil; {
	case known && a.hasPort():
		v.Kind = InvalidValue
		v.Message = quoted(`upstream "%s" may not have port `, a.host) + strconv.Itoa(a.port)
		if i := strings.LastIndexByte(word, ':'); form == 0 && i > 0 {
			v.Suggestion = strings.TrimSuffix(d.Arg(0), word[i:])
		}
	case !known && !a.hasPort() && form&urlWithPath == 0 && p.judge.config.Hidden() == nil:
		v.Message = quoted(`no port in upstream "%s"`, a.host)
		v.Noticed, v.At = p.top.Directive.Block.CloseSpan(), d.StopSpan()
		v.Suggestion = p.nearest(d.Arg(0), a.host)
	default:
		return
	}
	p.out = append(p.out, v)
}

// nearest returns an argument that ends in a misspelled name with the name of the
// upstream block that can be meant; "" for none.
func (p *passes) nearest(word, misspelled string) string {
	n := newNearness(strings.ToLower(misspelled))
	for name := range p.blocks {
		n.consider(name)
	}
	scheme, ok := strings.CutSuffix(word, misspelled)
	if name, found := n.result(); found && ok {
		return scheme + p.blocks[name].Directive.Arg(0)
	}
	return ""
}

// passes reports whether a directive is one that uses upstream blocks.
func (p *passes) passes(name string, in nginxconf.Context) bool {
	if in == nginxconf.InStreamServer {
		return name == "proxy_pass"
	}
	return name == "proxy_pass" || strings.Contains("|"+plainPasses+"|", "|"+name+"|")
}

// unusable finds upstream blocks that nginx cannot set up: with backup servers
// alone, or with names to resolve and nothing to do it with.
func (j *judge) unusable(s *nginxconf.Scope) []Verdict {
	servers := s.Own("server")
	if len(servers) == 0 || j.config.Hidden() != nil {
		return nil
	}
	regular := false
	var resolved *nginxconf.Directive
	for _, d := range servers {
		if len(d.Args) == 0 || !isKnown(d) || isPlaceholder(d.ArgText()) {
			return nil
		}
		regular = regular || !hasWord(d, "backup")
		a, refusal := readAddress(d.Arg(0), 0)
		if resolved == nil && hasWord(d, "resolve") && refusal == "" && !a.unix && !a.ip.IsValid() {
			resolved = d
		}
	}
	v := Verdict{Kind: BadUpstreamServer, Directive: s.Directive, Scope: s.Parent, Context: s.Parent.Context, Arg: -1, Noticed: closeOf(s.Parent)}
	name := s.Directive.Arg(0)
	switch {
	case resolved != nil && len(s.Own("zone")) == 0:
		v.Directive, v.Scope, v.Context, v.Late = resolved, s, s.Context, true
		v.Message = quoted(`resolving names at run time requires upstream "%s" to be in shared memory`, name)
	case resolved != nil && len(s.Own("resolver")) == 0 && len(s.Parent.Own("resolver")) == 0:
		v.At = s.Directive.StopSpan()
		v.Message = quoted(`no resolver defined to resolve names at run time in upstream "%s"`, name)
	case !regular:
		v.At = s.Directive.StopSpan()
		v.Message = quoted(`no servers in upstream "%s"`, name)
	default:
		return nil
	}
	return []Verdict{v}
}

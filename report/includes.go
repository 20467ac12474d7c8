package report

import (
	"fmt"
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/spelling"
)

// Includes shows the files that nginx reads, in its order, and what each include
// matches.
type Includes struct{ Hosts []*host.Host }

func (i Includes) text(p *page) {
	for n, h := range i.Hosts {
		if n > 0 {
			p.printf("\n")
		}
		if h.Nginx == nil {
			p.hostLine(h, "has no nginx configuration that can be read")
			continue
		}
		t := &includeTree{page: p, host: h, shown: map[*nginxconf.Document]bool{}}
		p.hostLine(h, spelling.Count(len(h.Nginx.Documents), "file"))
		p.printf("\n")
		t.file(h.Nginx.Main, 0)
		t.closing()
	}
}

// An includeTree draws the files of one host.
type includeTree struct {
	*page
	host  *host.Host
	shown map[*nginxconf.Document]bool // their own includes are drawn

	empty, missing, unread, loops, twice int
}

// file draws one reading of a file and what it includes; the includes of a file
// that is read several times are drawn once.
func (t *includeTree) file(r *nginxconf.Reading, depth int) {
	name := t.visible(t.path(r.Document.File.Path))
	var remarks []string
	if reads := t.host.Reads(r.Document.File); reads > 1 {
		remarks = append(remarks, fmt.Sprintf("read %d times", reads))
	}
	if readBefore(r) != nil {
		t.twice++
		remarks = append(remarks, "once more into this block")
	}
	if r.Document.Err != nil {
		remarks = append(remarks, "not read to its end: "+t.place(r.Document.Err.Span)+": "+t.brief(r.Document.Err.Message))
	}
	repeated := t.shown[r.Document] && len(r.Inclusions) > 0
	if repeated {
		remarks = append(remarks, "includes as above")
	}
	t.shown[r.Document] = true
	t.line(depth, t.paint(strongStyle, name), strings.Join(remarks, "; "))
	for _, in := range r.Inclusions {
		t.include(in, depth+1, repeated)
	}
}

// include draws an include directive and the files that it leads to.
func (t *includeTree) include(in *nginxconf.Inclusion, depth int, silent bool) {
	t.tally(in)
	if silent {
		for _, r := range in.Readings {
			t.count(r)
		}
		return
	}
	t.line(depth, fmt.Sprintf("%d: include %s", in.Directive.HeadSpan().Position().Line, t.brief(in.Directive.ArgText())), matched(in))
	for _, r := range in.Readings {
		t.file(r, depth+1)
	}
	for _, e := range in.Failed {
		if in.Pattern || !e.Missing {
			t.line(depth+1, t.paint(errorStyle, t.visible(e.Name)), e.Why())
		}
	}
}

// count counts what is not drawn again.
func (t *includeTree) count(r *nginxconf.Reading) {
	if readBefore(r) != nil {
		t.twice++
	}
	for _, in := range r.Inclusions {
		t.include(in, 0, true)
	}
}

// tally counts what an include does not lead to.
func (t *includeTree) tally(in *nginxconf.Inclusion) {
	if in.Pattern && len(in.Readings)+len(in.Failed) == 0 {
		t.empty++
	}
	for _, e := range in.Failed {
		switch {
		case e.Loop:
			t.loops++
		case !e.Missing:
			t.unread++
		case !e.Packaged():
			t.missing++
		}
	}
}

// matched says what an include leads to, where that needs saying.
func matched(in *nginxconf.Inclusion) string {
	switch {
	case in.Pattern && len(in.Readings)+len(in.Failed) == 0:
		return "matches nothing"
	case in.Pattern:
		return "matches " + spelling.Count(len(in.Readings)+len(in.Failed), "file")
	case len(in.Failed) > 0 && in.Failed[0].Missing:
		return in.Failed[0].Why()
	}
	return ""
}

// readBefore returns the earlier reading of the same file into the same block.
func readBefore(r *nginxconf.Reading) *nginxconf.Reading {
	if r.From == nil {
		return nil
	}
	return r.From.Scope.ReadBefore(r)
}

func (t *includeTree) line(depth int, text, remark string) {
	if remark != "" {
		text += "  " + t.paint(faintStyle, "("+t.visible(remark)+")")
	}
	t.printf("%s%s\n", strings.Repeat("  ", depth), text)
}

// closing sums up what deserves a look.
func (t *includeTree) closing() {
	var list []string
	for _, c := range []struct {
		n    int
		what string
	}{
		{t.missing, "missing"}, {t.unread, "unreadable"}, {t.loops, "including itself"}, {t.empty, "matching nothing"}, {t.twice, "read twice into one block"},
	} {
		if c.n > 0 {
			list = append(list, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	if len(list) > 0 {
		t.printf("\n%s\n", strings.Join(list, ", "))
	}
}

// The document of "show includes".
type (
	jsonReading struct {
		Path     string        `json:"path"`
		Reads    int           `json:"reads"` // in all
		Includes []jsonInclude `json:"includes"`
	}
	jsonInclude struct {
		jsonPlace
		Block   string        `json:"block"`
		Name    string        `json:"name"` // on the host
		Pattern bool          `json:"pattern"`
		Files   []jsonReading `json:"files"`
		Failed  []jsonFailure `json:"failed"`
	}
	jsonFailure struct {
		Name    string `json:"name"`
		Missing bool   `json:"missing"`
		Why     string `json:"why"`
	}
)

func (i Includes) document(o Options) jsonPicture {
	out := o.newPicture("includes")
	for _, h := range i.Hosts {
		shown := shownHost(h)
		if h.Nginx != nil {
			file := o.jsonReading(h, h.Nginx.Main)
			shown.File = &file
		}
		out.Hosts = append(out.Hosts, shown)
	}
	return out
}

func (o Options) jsonReading(h *host.Host, r *nginxconf.Reading) jsonReading {
	f := r.Document.File
	out := jsonReading{Path: o.path(f.Path), Reads: h.Reads(f), Includes: []jsonInclude{}}
	for _, in := range r.Inclusions {
		include := jsonInclude{
			jsonPlace: o.jsonPlace(in.Directive), Block: in.Scope.Path(), Name: in.Name, Pattern: in.Pattern,
			Files: []jsonReading{}, Failed: []jsonFailure{},
		}
		for _, inner := range in.Readings {
			include.Files = append(include.Files, o.jsonReading(h, inner))
		}
		for _, e := range in.Failed {
			include.Failed = append(include.Failed, jsonFailure{e.Name, e.Missing, e.Why()})
		}
		out.Includes = append(out.Includes, include)
	}
	return out
}

package host

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// remark collects what is to be known about a way.
func (w *Way) remark() {
	server, at := w.Server.Server, w.Location.Scope
	if len(w.Addresses) > 0 {
		for _, s := range w.Server.Doubts {
			w.Remarks = append(w.Remarks, Remark{s.Span, "nginx looks at this name before: " + s.Why})
		}
		for _, s := range server.Parent.Unseen("server") {
			w.Remarks = append(w.Remarks, Remark{s.Span, "another server may stand here: " + s.Why})
		}
	}
	switch {
	case w.Bad != nil:
		w.Remarks = append(w.Remarks, Remark{Text: "nginx answers 400: " + w.Bad.Error()})
		return
	case w.Return != nil:
		w.Remarks = append(w.Remarks, Remark{w.Return.HeadSpan(), "the server answers before a location is chosen: " + w.Return.HeadText()})
		return
	}
	w.doubtLocation()
	switch {
	case w.Location.Redirect:
		w.Remarks = append(w.Remarks, Remark{at.Directive.HeadSpan(), `nginx answers 301 with a "/" behind the path`})
		return
	case at.Context == nginxconf.InLocation && at.Last("internal") != nil:
		w.Remarks = append(w.Remarks, Remark{at.Last("internal").HeadSpan(), "the location is internal: nginx answers 404 to clients"})
		return
	}
	if d := at.Answer(); d != nil {
		w.Remarks = append(w.Remarks, Remark{d.HeadSpan(), "the location answers itself: " + d.HeadText()})
	}
	w.detours(server)
	if at != server {
		w.detours(at)
	}
	w.index()
}

// doubtLocation notes regular expressions and parts that nobody can judge.
func (w *Way) doubtLocation() {
	for _, d := range w.Location.Doubts {
		w.Remarks = append(w.Remarks, Remark{d.HeadSpan(), "nginx tries this location before: " + nginxconf.MatchOf(d).Unjudged()})
	}
	for s := w.Location.Scope; s != nil && s.Context&(nginxconf.InLocation|nginxconf.InServer) != 0; s = s.Parent {
		for _, skip := range s.Unseen("location") {
			w.Remarks = append(w.Remarks, Remark{skip.Span, "another location may stand here: " + skip.Why})
		}
	}
}

// detours notes what may lead the request to another location.
func (w *Way) detours(s *nginxconf.Scope) {
	for _, d := range s.Detours() {
		text := d.HeadText() + " may change where the request goes"
		if d.Name == "error_page" {
			text = d.HeadText() + " answers from elsewhere with these codes"
		}
		w.Remarks = append(w.Remarks, Remark{d.HeadSpan(), text})
	}
}

// index notes that files are looked for, by which another location is chosen.
func (w *Way) index() {
	at := w.Location.Scope
	if d := at.Effective("index").Directive(); d != nil && strings.HasSuffix(w.Path, "/") && at.Answer() == nil && !passesOn(at) {
		w.Remarks = append(w.Remarks, Remark{d.HeadSpan(), d.HeadText() + " may change where the request goes"})
	}
}

// passesOn reports whether a pass directive stands directly in the location.
func passesOn(s *nginxconf.Scope) bool {
	for _, d := range s.Items() {
		if strings.HasSuffix(d.Name, "_pass") {
			return true
		}
	}
	return false
}

package report

import (
	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// The document of "show effective".
type (
	jsonValue struct {
		Known bool   `json:"known"`
		Why   string `json:"why,omitempty"` // it is not known
		// Default is what counts where no directive decides; "" for nothing.
		Default    string          `json:"default,omitempty"`
		Directives []jsonDirective `json:"directives"`
		Rest       *jsonPlace      `json:"rest,omitempty"`
		EndedBy    *jsonPlace      `json:"ended_by,omitempty"`
		Shadows    []jsonDirective `json:"shadows"`
		Places     []jsonBlock     `json:"places"`
	}
	jsonDirective struct {
		jsonPlace
		Value   string      `json:"value"`
		Block   string      `json:"block"`
		Through []jsonPlace `json:"through"`
	}
	jsonBlock struct {
		Block string           `json:"block"`
		Path  string           `json:"path,omitempty"`
		Start *source.Position `json:"start,omitempty"`
	}
)

func (e Effective) document(o Options) jsonPicture {
	out := o.newPicture("effective")
	out.Directive = e.Directive
	for _, h := range e.Hosts {
		shown := shownHost(h.Host)
		shown.Absent = h.Absent
		for _, v := range h.Values {
			shown.Values = append(shown.Values, o.jsonValue(h.Host, v))
		}
		out.Hosts = append(out.Hosts, shown)
	}
	return out
}

func (o Options) jsonValue(h *host.Host, v *host.InForce) jsonValue {
	out := jsonValue{
		Known: v.Known, Why: v.Doubt.Why, Default: v.Default,
		Directives: []jsonDirective{}, Shadows: []jsonDirective{}, Places: []jsonBlock{},
	}
	for _, d := range v.Placed() {
		out.Directives = append(out.Directives, o.jsonDirective(h, d))
	}
	for _, d := range v.Shadowed {
		out.Shadows = append(out.Shadows, o.jsonDirective(h, d))
	}
	if v.Rest != nil {
		place := o.jsonPlace(v.Rest)
		out.Rest = &place
	}
	if v.Ended != nil {
		place := o.jsonPlace(v.Ended)
		out.EndedBy = &place
	}
	for _, s := range v.Scopes {
		out.Places = append(out.Places, o.jsonBlock(s))
	}
	return out
}

func (o Options) jsonDirective(h *host.Host, d nginxconf.Placed) jsonDirective {
	out := jsonDirective{jsonPlace: o.jsonPlace(d.Directive), Value: d.ArgText(), Block: d.Scope.Path(), Through: []jsonPlace{}}
	for _, include := range h.Nginx.Chain(d.Directive, d.Scope) {
		out.Through = append(out.Through, o.jsonPlace(include))
	}
	return out
}

func (o Options) jsonBlock(s *nginxconf.Scope) jsonBlock {
	out := jsonBlock{Block: s.Path()}
	if s.Directive != nil {
		at := clamped(s.Directive.HeadSpan())
		start := at.Position()
		out.Path, out.Start = o.path(at.File.Path), &start
	}
	return out
}

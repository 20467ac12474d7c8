package preset

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

// A Runtime is what is known of an application server of some version: the
// defaults that hold when nothing is declared.
type Runtime struct {
	// ID is the preset's name, such as node-legacy, or the family when several
	// presets fit and nothing tells which.
	ID string
	// Family is what users call it: node, gunicorn, spring-boot.
	Family string
	// Variant tells presets of one family and version apart, such as "sync worker".
	Variant string
	// Label names family and version for people: "node 20".
	Label string
	// Version is the one asked for; "" is any. Versions are those the figures were
	// checked for: ">=18 <27"; "" when the preset names none.
	Version, Versions string
	// Figures are the defaults by the name of the setting in tunelint.yaml, and
	// worker_timeout, threads, max_requests_per_worker, header_timeout,
	// request_read_timeout, write_timeout and compute_timeout besides.
	Figures map[string]Figure
	// SpeaksKeepAlive is false for servers that close after every answer.
	SpeaksKeepAlive source.Setting[bool]
	// Speaks is what it understands where nothing is declared.
	Speaks ProtocolFigure

	name         string // of the family, for people
	since, below string
	// assumed marks figures that were checked for other versions only.
	assumed bool
}

// Origin names a default of the runtime: "gunicorn 23 (sync worker) default". It is
// assumed where the figure was not verified, holds for a part only, or was checked
// for other versions than the one asked for.
func (r *Runtime) Origin(f Figure) source.Origin {
	name := r.Label
	if r.Variant != "" {
		name += " (" + r.Variant + ")"
	}
	name += " default"
	if f.Covers != "" {
		name += " (" + f.Covers + ")"
	}
	return source.Origin{Default: name, Assumed: !f.Verified || f.Covers != "" || r.assumed}
}

//go:embed runtimes.yaml
var runtimesYAML string

// Runtimes returns every preset in the order of the table, as it stands there: for
// no version in particular. Nobody changes them.
func Runtimes() []*Runtime {
	var out []*Runtime
	for _, row := range runtimeRows() {
		out = append(out, row.runtime())
	}
	return out
}

func (r row) runtime() *Runtime {
	var rows []struct {
		ID, Family, Label, Variant string
		Since, Below               string
		SpeaksKeepAlive            *bool `yaml:"speaks_keepalive"`
		Speaks                     ProtocolFigure
		Figures                    map[string]Figure
	}
	r.decode(&rows)
	in := rows[0]
	out := &Runtime{ID: in.ID, Family: in.Family, Variant: in.Variant, Figures: in.Figures, Speaks: in.Speaks,
		name: in.Label, since: in.Since, below: in.Below}
	if in.SpeaksKeepAlive != nil {
		out.SpeaksKeepAlive = source.Known(*in.SpeaksKeepAlive, source.Origin{Default: in.Label + " default"})
	}
	return out
}

// FindRuntime returns what is known of NAME or NAME@VERSION, where the name is a
// preset (spring-boot-tomcat) or a family (node, gunicorn, echo). The version
// chooses among the presets of a family; where several remain, only figures on
// which they agree are kept. A version that no preset of several covers gives a
// runtime without figures, one outside the only preset marks its figures as
// assumed. An unknown name is an error that names the nearest one.
func FindRuntime(spec string) (*Runtime, error) {
	name, number, _ := strings.Cut(strings.ToLower(strings.TrimSpace(spec)), "@")
	v, ok := parseVersion(number)
	if !ok {
		return nil, fmt.Errorf("runtime %q: %q is not a version", spelling.Abbreviate(spec), spelling.Abbreviate(number))
	}
	var named, fitting []*Runtime
	for _, row := range runtimeRows() {
		if row.id == name && (row.family != name || number == "") {
			return row.runtime().at(number, v), nil
		}
		if row.family == name {
			r := row.runtime()
			named = append(named, r)
			if some, _ := r.covers(v); some {
				fitting = append(fitting, r)
			}
		}
	}
	switch {
	case len(named) == 0:
		return nil, fmt.Errorf("unknown runtime %q%s", spelling.Abbreviate(name), spelling.Hint(name, runtimeNames()))
	case len(named) == 1:
		return named[0].at(number, v), nil
	case len(fitting) == 0:
		return &Runtime{ID: name, Family: name, Label: strings.TrimSpace(named[0].name + " " + number), Version: number}, nil
	}
	return agree(fitting, number, v), nil
}

// Within reports whether all versions asked for lie in [since, below), where "" leaves
// an end open. Any version lies only where both are.
func (r *Runtime) Within(since, below string) bool {
	v, _ := parseVersion(r.Version)
	from, _ := parseVersion(since)
	to, _ := parseVersion(below)
	_, within := v.meets(from, to)
	return within
}

// covers says whether the preset holds for some and for all versions v names.
func (r *Runtime) covers(v version) (some, within bool) {
	since, _ := parseVersion(r.since)
	below, _ := parseVersion(r.below)
	return v.meets(since, below)
}

// at returns the preset for one version: figures that came later are left out.
func (r *Runtime) at(number string, v version) *Runtime {
	out := *r
	out.Version, out.Label = number, strings.TrimSpace(r.name+" "+number)
	out.Versions = versionRange(r.since, r.below)
	some, _ := r.covers(v)
	out.assumed = !some
	out.Figures = map[string]Figure{}
	for name, f := range r.Figures {
		since, _ := parseVersion(f.Since)
		if _, within := v.meets(since, nil); within {
			out.Figures[name] = f
		}
	}
	return &out
}

func versionRange(since, below string) string {
	var out []string
	if since != "" {
		out = append(out, ">="+since)
	}
	if below != "" {
		out = append(out, "<"+below)
	}
	return strings.Join(out, " ")
}

// agree returns what the presets have in common.
func agree(rows []*Runtime, number string, v version) *Runtime {
	out := rows[0].at(number, v)
	if len(rows) == 1 {
		return out
	}
	out.ID, out.Variant, out.Versions = out.Family, "", ""
	for _, row := range rows[1:] {
		other := row.at(number, v)
		for name, f := range out.Figures {
			g, ok := other.Figures[name]
			if !ok || f.Value != g.Value || f.Unit != g.Unit {
				delete(out.Figures, name)
				continue
			}
			f.Verified = f.Verified && g.Verified
			out.Figures[name] = f
		}
		if out.Speaks.Value != other.Speaks.Value {
			out.Speaks = ProtocolFigure{}
		}
		out.Speaks.Verified = out.Speaks.Verified && other.Speaks.Verified
		out.Speaks.Program = out.Speaks.Program || other.Speaks.Program
		if out.SpeaksKeepAlive.Value != other.SpeaksKeepAlive.Value || !other.SpeaksKeepAlive.Known {
			out.SpeaksKeepAlive = source.Setting[bool]{}
		}
	}
	return out
}

// Sibling returns the preset with this ID for the version of r, nil when there is
// none.
func (r *Runtime) Sibling(id string) *Runtime {
	v, _ := parseVersion(r.Version)
	for _, row := range runtimeRows() {
		if row.id == id {
			return row.runtime().at(r.Version, v)
		}
	}
	return nil
}

// runtimeNames returns every name FindRuntime knows.
func runtimeNames() []string {
	var out []string
	for _, row := range runtimeRows() {
		out = append(out, row.id, row.family)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

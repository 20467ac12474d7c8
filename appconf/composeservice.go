package appconf

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/tunelint/tunelint/appconf/syntax"
	"github.com/tunelint/tunelint/source"
)

// A composeProject is all compose files of an application, in the order in which
// tunelint.yaml lists them: what a later one says wins.
type composeProject struct {
	*reading
	files []composeFile
}

// A composeFile is one compose file.
type composeFile struct {
	text     *syntax.YAMLText
	services *yaml.Node
	// onlyExtended reports that other files extend its services: they are none of
	// the project.
	onlyExtended bool
}

// A composeService is a service as compose puts it together: of several files,
// and of the services it extends.
type composeService struct {
	*reading
	project composeProject
	name    string
	layers  []composeLayer
	// unfollowed is what extends a service that is not at hand.
	unfollowed yamlEntry
}

// A composeLayer is one mapping that takes part in a service; later ones win.
type composeLayer struct {
	text      *syntax.YAMLText
	key, node *yaml.Node
}

// composeProject parses the files; ok is false when one cannot be read.
func (r *reading) composeProject(files []*source.File) (p composeProject, ok bool) {
	p.reading = r
	extended := map[string]bool{}
	for _, f := range files {
		text := syntax.NewYAMLText(f)
		top, err := text.Parse()
		if err != nil {
			r.giveUp(source.Span{File: f}, "not valid YAML")
			return p, false
		}
		if at, found := mergeTag(text, top); found {
			r.giveUp(at, "!reset and !override are not evaluated")
			return p, false
		}
		_, services := syntax.Find(top, "services", 0)
		file := composeFile{text: text, services: services}
		p.files = append(p.files, file)
		if len(p.names(file)) > maxServices {
			r.giveUp(source.Span{File: f}, "too many services")
			return p, false
		}
		for _, name := range p.names(file) {
			_, v := syntax.Find(services, name, 0)
			if other := extendedFile(file, v); other != "" && other != f.Path {
				extended[other] = true
			}
		}
	}
	for i := range p.files {
		p.files[i].onlyExtended = extended[p.files[i].text.File.Path]
	}
	return p, true
}

// mergeTag finds a tag that says how a value is merged, outside of anchors.
func mergeTag(text *syntax.YAMLText, n *yaml.Node) (at source.Span, found bool) {
	if n == nil {
		return at, false
	}
	if n.Tag == "!reset" || n.Tag == "!override" {
		return text.Span(n), true
	}
	for _, c := range n.Content {
		if at, found = mergeTag(text, c); found {
			return at, true
		}
	}
	return at, false
}

// names returns the services of a file in order.
func (p composeProject) names(file composeFile) (out []string) {
	if file.services == nil || file.services.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(file.services.Content); i += 2 {
		if name := file.services.Content[i].Value; name != "<<" {
			out = append(out, name)
		}
	}
	return out
}

// allNames returns the services of the project in order.
func (p composeProject) allNames() (out []string) {
	seen := map[string]bool{}
	for _, f := range p.files {
		if f.onlyExtended {
			continue
		}
		for _, name := range p.names(f) {
			if !seen[name] {
				seen[name] = true
				out = append(out, name)
			}
		}
	}
	return out
}

// maxServices is far more than a person writes.
const maxServices = 1000

// choose returns the service that is the application: the only one, the one of
// its name, or the only one whose command runs its runtime.
func (p composeProject) choose() (service composeService, why string) {
	names := p.allNames()
	switch {
	case len(names) == 0:
		return service, "no services in this file"
	case len(names) == 1:
		return p.service(names[0]), ""
	case slices.Contains(names, p.app):
		return p.service(p.app), ""
	}
	why = fmt.Sprintf("no service is named %s or runs %s", p.app, p.runtimeName())
	for _, name := range names {
		s := p.service(name)
		entry, args, _ := s.argv()
		probe := &reading{runtime: p.runtime, env: map[string]syntax.Variable{}}
		if !probe.runsRuntime(probe.commands(slices.Concat(entry, args))) {
			continue
		}
		if why == "" {
			return service, fmt.Sprintf("several services run %s: name the application like its service", p.runtimeName())
		}
		service, why = s, ""
	}
	return service, why
}

// service puts a service together.
func (p composeProject) service(name string) composeService {
	s := composeService{reading: p.reading, project: p, name: name}
	for _, f := range p.files {
		if !f.onlyExtended {
			p.add(&s, f, name, 0)
		}
	}
	return s
}

// add adds the layers of a file's service: what it extends comes first.
func (p composeProject) add(s *composeService, f composeFile, name string, depth int) bool {
	key, node := syntax.Find(f.services, name, 0)
	if key == nil || depth > syntax.MaxMerges {
		return false
	}
	if k, v := syntax.Find(node, "extends", 0); k != nil && v != nil {
		other, base := f, v.Value
		if v.Kind == yaml.MappingNode {
			base = text(v, "service")
		}
		if file := extendedFile(f, node); file != "" {
			other = composeFile{}
			if i := slices.IndexFunc(p.files, func(f composeFile) bool { return f.text.File.Path == file }); i >= 0 {
				other = p.files[i]
			}
		}
		if !p.add(s, other, base, depth+1) {
			s.unfollowed = yamlEntry{f.text, k, v}
		}
	}
	s.layers = append(s.layers, composeLayer{f.text, key, node})
	return true
}

// extendedFile returns the path of the file whose service another one extends,
// "" for its own file.
func extendedFile(f composeFile, service *yaml.Node) string {
	name := text(service, "extends", "file")
	if name == "" {
		return ""
	}
	return path.Join(path.Dir(f.text.File.Path), name)
}

// entries returns what the layers say under a key, the last one last.
func (s composeService) entries(names ...string) (out []yamlEntry) {
	for _, l := range s.layers {
		if e := entryOf(l.text, l.node, names...); e.declared() {
			out = append(out, e)
		}
	}
	return out
}

// entry returns what holds under a key.
func (s composeService) entry(names ...string) yamlEntry {
	all := s.entries(names...)
	if len(all) == 0 {
		return yamlEntry{}
	}
	return all[len(all)-1]
}

// A composePair is one NAME: value or NAME=value.
type composePair struct {
	name, text, why string
	hasValue        bool
	at              source.Span
}

// pairs reads a mapping or a list of NAME=value.
func (e yamlEntry) pairs() (out []composePair) {
	for i, n := range e.value.Content {
		var p composePair
		switch n = syntax.ResolveAlias(n); {
		case n == nil:
			continue
		case e.value.Kind == yaml.SequenceNode:
			var value string
			p.name, value, p.hasValue = strings.Cut(n.Value, "=")
			p.text, p.why = interpolate(value)
			p.at = e.text.Span(n)
		case i%2 == 0 && i+1 < len(e.value.Content):
			v := syntax.ResolveAlias(e.value.Content[i+1])
			if v == nil {
				continue
			}
			p.name, p.hasValue = n.Value, !syntax.IsNull(v)
			p.text, p.why = interpolate(v.Value)
			p.at = e.text.Entry(n, e.value.Content[i+1])
		default:
			continue
		}
		out = append(out, p)
	}
	return out
}

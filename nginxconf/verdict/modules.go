package verdict

import (
	_ "embed"
	"path"
	"strings"
	"sync"

	"github.com/tunelint/tunelint/nginxconf"
)

//go:embed modules.tsv
var modulesTSV string

// A module is one row of the table of third-party modules.
type module struct {
	id      string    // as in Def.Module
	object  string    // the shared object's name without ".so"; "" for none
	bundled bool      // part of OpenResty
	short   [2]string // of id and object, without what such names have in common
}

var thirdPartyModules = sync.OnceValue(func() []module {
	var out []module
	for _, cells := range tableRows(modulesTSV) {
		object := strings.TrimSuffix(strings.TrimSuffix(cells[3], " ?"), ".so")
		if object == "-" || object == "?" {
			object = ""
		}
		bundled := strings.Contains(cells[2], "OpenResty") || strings.HasPrefix(cells[4], "openresty/")
		id, _, _ := strings.Cut(cells[0], "@")
		short := [2]string{shortName(strings.TrimPrefix(id, "?")), shortName(object)}
		out = append(out, module{id: cells[0], object: object, bundled: bundled, short: short})
	}
	return out
})

// tableRows returns the cells of a table's rows, without remarks and header.
func tableRows(text string) [][]string {
	var rows [][]string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
		}
	}
	return rows[1:]
}

// A moduleSet is what an nginx has beyond its own modules.
type moduleSet struct {
	ids     map[string]bool
	objects map[string]bool // names of shared objects, without ".so"
	plus    bool
	strange []string // modules whose directives nobody knows
}

// newModuleSet reads names of modules as people and load_module write them:
// "lua", "headers-more", "ngx_http_lua_module", "modules/ngx_http_lua_module.so",
// "libnginx-mod-http-lua", or a fork such as "openresty", or "plus".
func newModuleSet(names []string) *moduleSet {
	set := &moduleSet{ids: map[string]bool{}, objects: map[string]bool{}}
	for _, name := range names {
		set.add(name)
	}
	return set
}

func (s *moduleSet) has(id string) bool { return s.ids[id] }

func (s *moduleSet) add(name string) {
	s.objects[objectName(name)] = true
	short := shortName(name)
	if short == "plus" || strings.EqualFold(name, "nginx plus") {
		s.plus = true
		return
	}
	found := ownModule(short)
	for _, m := range thirdPartyModules() {
		if m.is(name, short) {
			s.ids[m.id] = true
			found = true
		}
	}
	if !found {
		s.strange = append(s.strange, name)
	}
}

// is reports whether a name means the module. "brotli" means both its filter
// and "brotli_static".
func (m *module) is(name, short string) bool {
	_, vendor, _ := strings.Cut(m.id, "@")
	name = strings.ToLower(name)
	if m.id == name || vendor != "" && vendor == name {
		return true
	}
	if isFork(m.id) {
		return false
	}
	for _, own := range m.short {
		if own == short || strings.HasPrefix(own, short+"_") {
			return short != ""
		}
	}
	return name == "openresty" && m.bundled
}

// isFork reports whether a module belongs to another program than nginx.
func isFork(id string) bool {
	switch _, vendor, _ := strings.Cut(id, "@"); vendor {
	case "angie", "angie-pro", "freenginx", "openresty", "tengine":
		return true
	}
	return false
}

// shortName strips what names of modules, objects and packages have in common:
// "ngx_http_headers_more_filter_module" and "headers-more" are "headers_more".
func shortName(name string) string {
	s := strings.ToLower(strings.TrimSuffix(path.Base(name), ".so"))
	s = strings.ReplaceAll(s, "-", "_")
	for _, prefix := range []string{"lib", "nginx_", "ngx_", "mod_", "plus_module_", "module_", "http_", "stream_"} {
		if rest, ok := strings.CutPrefix(s, prefix); ok && rest != "module" {
			s = rest
		}
	}
	for _, suffix := range []string{"_nginx_module", "_module", "_filter"} {
		s = strings.TrimSuffix(s, suffix)
	}
	return s
}

// ownModule reports whether a short name is that of a module of nginx itself.
func ownModule(short string) bool {
	switch short {
	case "http", "stream", "mail", "xslt", "image", "js", "njs":
		return true
	}
	return ownModules()[short]
}

var ownModules = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for d := range nginxconf.Definitions() {
		if !d.ThirdParty {
			out[shortName(d.Module)] = true
		}
	}
	return out
})

// loadedModules returns what load_module loads.
func loadedModules(root *nginxconf.Scope) []string {
	var names []string
	for _, d := range root.Own("load_module") {
		if len(d.Args) == 1 {
			names = append(names, d.Args[0].Text)
		}
	}
	return names
}

package verdict

import (
	"path"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// A build is what an nginx was configured with, as "nginx -V" lists it. The zero
// build is not known.
type build struct {
	switches map[string]string // "--with-http_perl_module": "dynamic", or "" for built in
	added    []string          // short names of what --add-module built in
}

// newBuild reads the line "configure arguments: …" without its heading.
func newBuild(arguments string) build {
	b := build{}
	for _, word := range strings.Fields(arguments) {
		if b.switches == nil {
			b.switches = map[string]string{}
		}
		name, value, _ := strings.Cut(word, "=")
		if b.switches[name] = value; name == "--add-module" {
			b.added = append(b.added, shortName(value))
		}
	}
	return b
}

func (b *build) known() bool { return b.switches != nil }

// has reports whether a module is certainly built in.
func (b *build) has(name string) bool {
	value, there := b.switches[name]
	return there && value != "dynamic"
}

// objects are the shared objects whose name is not that of their switch.
var objects = map[string]string{
	"--with-mail": "ngx_mail_module", "--with-stream": "ngx_stream_module", "--with-http_xslt_module": "ngx_http_xslt_filter_module",
}

// lacks reports whether a directive's module is certainly neither built in nor
// loaded.
func (j *judge) lacks(def *nginxconf.Def) bool {
	switch {
	case !j.build.known() || def.Plus():
		return false
	case def.ThirdParty:
		return len(j.build.added) == 0 && len(j.modules.strange) == 0
	case strings.HasSuffix(def.Build, " dynamic module"):
		return len(j.build.added) == 0 && !j.modules.objects[def.Module]
	case !strings.HasPrefix(def.Build, "--with-"):
		return false
	}
	name, _, _ := strings.Cut(def.Build, " ")
	if j.build.has(name) {
		return false
	}
	object := objects[name]
	if object == "" {
		object = "ngx_" + strings.TrimPrefix(name, "--with-")
	}
	return !j.modules.objects[object] && !isPartOfObject(name)
}

// isPartOfObject reports whether a switch adds to a module that may be a shared
// object, built elsewhere with other switches.
func isPartOfObject(name string) bool {
	return strings.HasPrefix(name, "--with-stream_") && !strings.Contains(name, "geoip") || strings.HasPrefix(name, "--with-mail_")
}

// objectName returns the name of a shared object without folder and ending.
func objectName(file string) string { return strings.TrimSuffix(path.Base(file), ".so") }

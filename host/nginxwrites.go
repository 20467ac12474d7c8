package host

import (
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// NginxWrites returns the names of the files and folders that "nginx -t" opens to
// write or makes, sorted: those that the configuration names, and those that nginx
// was built with, as far as that is known. prefix is what nginx is started with; ""
// for the one it was built with. Nginx must not be nil.
func (h *Host) NginxWrites(prefix string) []string {
	w := written{prefix: prefix}
	w.built(h.Facts.build)
	h.Nginx.Root.Walk(func(s *nginxconf.Scope) {
		for _, d := range s.Items() {
			if opensToWrite(d.Name) && len(d.Args) > 0 {
				w.add(d.Args[0].Text)
			}
		}
	})
	slices.Sort(w.names)
	return slices.Compact(w.names)
}

// opensToWrite reports whether nginx opens or makes what a directive names.
func opensToWrite(directive string) bool {
	switch directive {
	case "access_log", "error_log", "pid", "lock_file", "state":
		return true
	}
	return strings.HasSuffix(directive, "_temp_path") || strings.HasSuffix(directive, "_cache_path")
}

type written struct {
	prefix string
	names  []string
}

// built adds what "nginx -V" names.
func (w *written) built(arguments string) {
	var values []string
	for argument := range strings.FieldsSeq(arguments) {
		name, value, _ := strings.Cut(argument, "=")
		switch {
		case name == "--prefix" && w.prefix == "":
			w.prefix = value
		case name == "--pid-path", name == "--lock-path", strings.HasSuffix(name, "-log-path"), strings.HasSuffix(name, "-temp-path"):
			values = append(values, value)
		}
	}
	for _, value := range values {
		w.add(value)
	}
}

// add adds a name unless it is no file, or one that is only known with a request.
func (w *written) add(name string) {
	if name == "" || name == "off" || name == "stderr" || strings.Contains(name, "$") || strings.HasPrefix(name, "syslog:") || strings.HasPrefix(name, "memory:") {
		return
	}
	if !path.IsAbs(name) {
		name = path.Join(w.prefix, name)
	}
	if path.IsAbs(name) {
		w.names = append(w.names, name)
	}
}

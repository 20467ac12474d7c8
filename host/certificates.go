package host

import (
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// A Certificate is a file that ssl_certificate names: nginx reads it when it reads
// its configuration, and keeps it until the next time.
type Certificate struct {
	// Name is that of the file on the host.
	Name string
	File *source.File
	// Directives name it, in the order of the files; at least one.
	Directives []*nginxconf.Directive
}

// Certificates returns the certificates of all servers that could be read, each
// once; none where nobody has looked at the machine.
func (h *Host) Certificates() []*Certificate { return h.certificates }

// readCertificates reads them. Those whose names hold variables are read anew by
// nginx itself and are left out.
func (h *Host) readCertificates() []*Certificate {
	var out []*Certificate
	add := func(d *nginxconf.Directive) {
		name := d.Arg(0)
		if !d.Certain() || name == "" || strings.ContainsAny(name, "$:") { // "data:" and "engine:" are no files
			return
		}
		if !path.IsAbs(name) {
			main, _ := h.View.Name(h.Nginx.Main.Document.File.Path)
			name = path.Join(path.Dir(main), name)
		}
		if i := slices.IndexFunc(out, func(c *Certificate) bool { return c.Name == name }); i >= 0 {
			out[i].Directives = append(out[i].Directives, d)
		} else if f, err := h.View.Open(name); err == nil {
			out = append(out, &Certificate{Name: name, File: f, Directives: []*nginxconf.Directive{d}})
		}
	}
	h.Nginx.Root.Walk(func(s *nginxconf.Scope) {
		for _, d := range s.Own("ssl_certificate") {
			add(d)
		}
	})
	return out
}

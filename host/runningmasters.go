package host

import (
	"path"

	"github.com/tunelint/tunelint/machine"
)

// Masters returns the running master processes of nginx that the host's files are
// about, as far as can be told, and those that surely read other files. What runs
// in containers and in other networks is in neither.
func (h *Host) Masters() (own, others []machine.Master) {
	if h.Machine == nil || h.Nginx == nil || h.Nginx.Main == nil {
		return nil, nil
	}
	for _, m := range h.Machine.Masters {
		switch {
		case m.Elsewhere != "":
		case h.readsMain(m):
			own = append(own, m)
		default:
			others = append(others, m)
		}
	}
	return own, others
}

// readsMain reports whether a running nginx may read the main file of the host.
func (h *Host) readsMain(m machine.Master) bool {
	name := h.ConfOf(m)
	if name == "" {
		return true
	}
	main := h.Nginx.Main.Document.File
	if f, err := h.View.Open(name); err == nil {
		return f == main
	}
	own, ok := h.View.Name(main.Path)
	return !ok || own == name
}

// ConfOf returns the name of the main file that a running nginx was started with;
// "" where it cannot be told. Without -c it is that of its build, which is known
// only where it lies beside the program, as nginx's own build puts it.
func (h *Host) ConfOf(m machine.Master) string {
	const usual = "conf/nginx.conf" // NGX_CONF_PATH of auto/options
	if path.IsAbs(m.Conf) {
		return path.Clean(m.Conf)
	}
	prefix := ""
	if dir := path.Dir(m.Binary); path.IsAbs(dir) && path.Base(dir) == "sbin" && h.View.Exists(path.Join(dir, "..", usual)) {
		prefix = path.Dir(dir)
	}
	conf := m.Conf
	if conf == "" && prefix != "" {
		conf = usual
	}
	if m.Prefix != "" {
		prefix = m.Prefix
	}
	if conf == "" || !path.IsAbs(prefix) {
		return ""
	}
	return path.Join(prefix, conf)
}

// Serving returns the workers of a master that take new connections.
func Serving(m machine.Master) []machine.Worker {
	var out []machine.Worker
	for _, w := range m.Workers {
		if !w.Leaving {
			out = append(out, w)
		}
	}
	return out
}

package host

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// ErrNoHost says that nothing below a path looks like an nginx host.
var ErrNoHost = errors.New("no nginx host found: no tunelint.yaml and no nginx.conf with an events or http block")

// maxDiscoverDepth bounds how many folders deep hosts are looked for.
const maxDiscoverDepth = 8

// Discover finds the hosts at or below an absolute path where no tunelint.yaml
// declares them: a machine's root, trees that hold etc/nginx/nginx.conf, or
// folders with an nginx.conf and its neighbours sysctl.d, limits.d and systemd.
// For a file, the tree it belongs to is looked for above it. The error is
// [ErrNoHost] when there is none. A link to a main file is followed within its folder
// and the folders given; none means anywhere.
func Discover(store *source.Store, at string, within []string) ([]appconf.HostConfig, error) {
	view := store.View("/")
	d := discovery{store: store, view: view, within: within}
	if _, err := view.ReadDir(at); err != nil {
		if !view.Exists(at) {
			return nil, &fs.PathError{Op: "open", Path: at, Err: fs.ErrNotExist}
		}
		d.above(path.Dir(at))
	} else {
		d.below(at, 0)
	}
	if len(d.found) == 0 {
		return nil, ErrNoHost
	}
	return d.found, nil
}

type discovery struct {
	store  *source.Store
	view   *source.View
	within []string
	found  []appconf.HostConfig
}

// above looks for the tree that a file in dir belongs to.
func (d *discovery) above(dir string) {
	for ; ; dir = path.Dir(dir) {
		if d.main(path.Join(dir, "nginx.conf")) || dir == "/" || d.view.Exists(path.Join(dir, ".git")) {
			return
		}
	}
}

func (d *discovery) below(dir string, depth int) {
	if d.main(path.Join(dir, "etc/nginx/nginx.conf")) || d.main(path.Join(dir, "nginx.conf")) || depth == maxDiscoverDepth || dir == "/" {
		return
	}
	entries, err := d.view.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if e.IsDir() && !skipFolder(e.Name()) {
			d.below(path.Join(dir, e.Name()), depth+1)
		}
	}
}

func skipFolder(name string) bool {
	return name[0] == '.' || name == "node_modules" || name == "vendor"
}

// main adds the host of a main configuration file, or of the template that it is
// made of, if the file is one.
func (d *discovery) main(conf string) bool {
	view := d.view
	if d.within != nil {
		view = view.Within(append([]string{path.Dir(conf)}, d.within...))
	}
	name := MainOrTemplate(view, conf)
	if _, err := view.Open(conf); source.IsOutside(err) {
		name = conf // loading the host tells why it is not read
	}
	if name == "" {
		return false
	}
	if f, err := view.Open(name); err == nil && !LooksMain(f.Text) {
		return false
	}
	if root, ok := strings.CutSuffix(conf, "/etc/nginx/nginx.conf"); ok {
		root = path.Join("/", root)
		d.found = append(d.found, appconf.HostConfig{Name: hostName(root), Root: root})
		return true
	}
	d.found = append(d.found, d.folderHost(path.Dir(conf)))
	return true
}

// MainOrTemplate returns the name of a file, or, where it does not exist, of the
// template that it is made of; "" when there is neither.
func MainOrTemplate(v *source.View, name string) string {
	if v.Exists(name) {
		return name
	}
	entries, err := v.ReadDir(path.Dir(name))
	if err != nil {
		return ""
	}
	for _, e := range entries {
		if made, ok := nginxconf.Rendered(e.Name()); ok && made == path.Base(name) && !e.IsDir() {
			return path.Join(path.Dir(name), e.Name())
		}
	}
	return ""
}

// LooksMain reports whether a text is a main configuration file: it opens an
// events or http block.
func LooksMain(text string) bool {
	for _, line := range strings.Split(text, "\n") {
		fields := strings.Fields(strings.ReplaceAll(line, "{", " { "))
		if len(fields) > 1 && (fields[0] == "events" || fields[0] == "http") && fields[1] == "{" {
			return true
		}
		if len(fields) == 1 && (fields[0] == "events" || fields[0] == "http") {
			return true
		}
	}
	return false
}

// hostName names a host after its folder; "templates" says less than the role or
// module that it belongs to.
func hostName(dir string) string {
	if path.Base(dir) == "templates" {
		dir = path.Dir(dir)
	}
	if dir == "/" {
		return "localhost"
	}
	return path.Base(dir)
}

// neighbours are folders that stand beside an nginx folder in a repository, and
// the places on the host they stand for.
var neighbours = []struct{ folder, host string }{
	{"sysctl.d", "/etc/sysctl.d"},
	{"limits.d", "/etc/security/limits.d"},
	{"systemd", "/etc/systemd/system"},
}

// folderHost is the host of a folder that holds nginx.conf.
func (d *discovery) folderHost(dir string) appconf.HostConfig {
	root := dir
	if path.Base(dir) == "nginx" && !d.view.Exists(path.Join(dir, ".git")) {
		root = path.Dir(dir)
	}
	h := appconf.HostConfig{Name: hostName(root), Root: root}
	h.PathMap = append(h.PathMap, appconf.PathMapping{From: "/etc/nginx", To: dir})
	for _, n := range neighbours {
		for _, beside := range slices.Compact([]string{root, dir}) {
			if to := path.Join(beside, n.folder); d.view.Exists(to) {
				h.PathMap = append(h.PathMap, appconf.PathMapping{From: n.host, To: to})
				break
			}
		}
	}
	return h
}

package host

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-multierror"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/machine"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/nginxconf/verdict"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

// A Host is one machine, or several that share the same files: every layer that
// decides how it behaves under load.
type Host struct {
	// Name is the host's name in tunelint.yaml, or the name of its folder.
	Name string
	// View is how names in the host's files map to this disk.
	View *source.View
	// Live reports that the host is the machine tunelint runs on, so that a file
	// that is missing is really missing.
	Live bool
	// NginxOnly reports that the other layers are not known: the host is a dump of
	// nginx's configuration, or one file.
	NginxOnly bool
	// Nginx is the nginx configuration; nil when the host has none or its main
	// file cannot be read.
	Nginx *nginxconf.Config
	// Sysctl and Limits are never nil.
	Sysctl *sysctl.Settings
	Limits *limits.Limits
	// Apps are the applications behind nginx, Balancers what stands in front.
	Apps      []*appconf.App
	Balancers []*appconf.LoadBalancer
	// Facts are the figures of the machine.
	Facts Facts
	// Machine is what runs; nil unless somebody looked, see [Host.LookAt].
	Machine *machine.Machine
	// Service is the name of nginx's systemd unit.
	Service string
	// Problems are files that could not be read.
	Problems []Problem
	// Extra are further files that take part, such as tunelint.yaml.
	Extra []*source.File

	placed   sync.Once
	routesIn map[*nginxconf.Scope][]*nginxconf.Route
	judged   sync.Once
	verdicts []verdict.Verdict

	changed      map[*source.File]time.Time // when files were written, where somebody looked
	certificates []*Certificate             // and what servers show, which nothing else reads

	sought sync.Once
	lost   []*LostSet
	unread []*nginxconf.Scope

	aimed        sync.Once
	targets      []*Target
	targetsKnown bool

	poolsRead sync.Once
	pools     map[*nginxconf.Upstream]Pool

	poolsUsed sync.Once
	poolUses  map[*nginxconf.Upstream]poolUse

	headersRead sync.Once
	headerSets  []*HeaderSet

	outsideSought sync.Once
	outside       []*nginxconf.Scope

	valuing     sync.Mutex
	routeValues map[string]*RouteValues

	demanded    sync.Once
	demand      Demand
	demandKnown bool

	taking sync.Mutex
	takers map[pathOf]takers

	chained sync.Once
	behind  map[*nginxconf.Upstream][]*appconf.App
	reached map[*nginxconf.Route][]*appconf.App // by literal addresses

	readApps  func(*source.Store) ([]*appconf.App, error) // reads the applications again
	rewriting sync.Mutex
	rewritten map[appValue]bool // whether nothing else changes with a value
}

// A Problem is a file that a host needs and that could not be read.
type Problem struct {
	// Span is what asks for the file; invalid when nothing in a file does.
	Span source.Span
	// Path is the file's path on disk.
	Path string
	Err  error
}

// Load reads everything a host consists of. dir is the folder that relative
// paths of the declaration are resolved against. It fails only where the
// declaration itself is wrong; files that cannot be read become Problems.
func Load(store *source.Store, dir string, decl appconf.HostConfig) (*Host, error) {
	h := newHost(store, dir, decl)
	h.Facts = declaredFacts(decl)
	if h.Live {
		h.Facts.complete(store.FS())
	}
	h.loadNginx(decl)
	h.loadKernel(decl)
	h.loadLimits(decl)
	h.noteOutside()
	var errs *multierror.Error
	h.readApps = func(s *source.Store) ([]*appconf.App, error) {
		return appconf.LoadApps(s.View("/").Within(decl.Within), dir, h.withCPUs(decl.Apps))
	}
	apps, err := h.readApps(store)
	h.Apps = apps
	errs = multierror.Append(errs, h.sortErrors(err)...)
	balancers, err := appconf.LoadBalancers(decl.LoadBalancers)
	h.Balancers = balancers
	errs = multierror.Append(errs, h.sortErrors(err)...)
	return h, errs.ErrorOrNil()
}

func newHost(store *source.Store, dir string, decl appconf.HostConfig) *Host {
	root := resolvePath(dir, decl.Root)
	var maps []source.Mapping
	for _, m := range decl.PathMap {
		maps = append(maps, source.Mapping{From: m.From, To: resolvePath(dir, m.To)})
	}
	h := &Host{Name: decl.Name, View: store.View(root, maps...).Within(decl.Within), Live: root == "/" && len(maps) == 0}
	if h.Name == "" {
		h.Name = path.Base(root)
	}
	h.Service = decl.Nginx.Service
	if h.Service == "" {
		h.Service = h.serviceOf()
	}
	h.checkMappings(maps, decl)
	return h
}

func resolvePath(dir, p string) string {
	if path.IsAbs(p) {
		return path.Clean(p)
	}
	return path.Join(dir, p)
}

func (h *Host) loadNginx(decl appconf.HostConfig) {
	c, err := nginxconf.Load(h.View, nginxconf.Options{
		Conf: decl.Nginx.Conf, Prefix: decl.Nginx.Prefix, Version: h.Facts.version, Modules: decl.Nginx.Modules, Build: h.Facts.build,
		Templates: !h.Live && !h.NginxOnly,
	})
	switch {
	case err == nil:
		h.Nginx = c
	case decl.Nginx.Conf != "" || !errors.Is(err, fs.ErrNotExist):
		h.problem(decl.Span, err)
	}
}

func (h *Host) loadKernel(decl appconf.HostConfig) {
	o := sysctl.Options{Patterns: hostPatterns(decl.Sysctl), Kernel: h.Facts.Kernel.Value, NoSystemd: h.hasOpenRC()}
	if !h.Live {
		o.TemplateEndings = nginxconf.TemplateEndings()
	}
	s, err := sysctl.Load(h.View, o)
	h.Sysctl = s
	h.problems(err)
}

func (h *Host) loadLimits(decl appconf.HostConfig) {
	l, err := limits.Load(h.View, limits.Options{
		LimitsPatterns: hostPatterns(decl.Limits), UnitPatterns: hostPatterns(decl.Units), Services: append([]string{h.Service}, appServices(decl.Apps)...),
	})
	h.Limits = l
	h.problems(err)
}

// withCPUs says of every application that surely runs on the host how many CPUs
// it sees: containers see those of the machine.
func (h *Host) withCPUs(apps []appconf.AppConfig) []appconf.AppConfig {
	out := slices.Clone(apps)
	for i := range out {
		if h.RunsHere(&appconf.App{Upstream: out[i].Upstream.Value}) {
			out[i].CPUs = h.Facts.CPUs
		}
	}
	return out
}

// appServices returns the names of the units that applications are declared in, and
// of the one that their containers inherit limits from.
func appServices(apps []appconf.AppConfig) []string {
	var out []string
	for _, a := range apps {
		for _, f := range a.Files {
			switch name := path.Base(f.Value); {
			case strings.HasSuffix(name, ".service"):
				out = append(out, name)
			case strings.Contains(name, "compose"):
				out = append(out, containerd)
			}
		}
	}
	return out
}

// hostPatterns makes the patterns of a declaration absolute on the host.
func hostPatterns(list []string) []string {
	if list == nil {
		return nil
	}
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = path.Join("/", p)
	}
	return out
}

// User returns who nginx's workers run as by the user directive; "" where none
// says.
func (h *Host) User() string {
	if h.Nginx != nil {
		if d := h.Nginx.Root.Last("user"); d != nil {
			return d.Arg(0)
		}
	}
	return ""
}

// Files returns every file that was read for the host, sorted by path.
func (h *Host) Files() []*source.File {
	files := slices.Clone(h.Extra)
	if h.Nginx != nil {
		for _, d := range h.Nginx.Documents {
			files = append(files, d.File)
		}
	}
	files = append(files, h.Sysctl.Files()...)
	for _, u := range h.Sysctl.Unread {
		files = append(files, u.Document.File)
	}
	files = append(files, h.Limits.Files()...)
	for _, a := range h.Apps {
		files = append(files, a.Files...)
	}
	slices.SortFunc(files, func(a, b *source.File) int { return strings.Compare(a.Path, b.Path) })
	return slices.Compact(files)
}

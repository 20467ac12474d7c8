package host

import (
	"errors"
	"fmt"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/sysctl"
)

// A Fragment is one nginx file that no host reads.
type Fragment struct {
	path     string
	nestings []nginxconf.Nesting
}

// ErrNoContext says that a file is no fragment that can be judged.
var ErrNoContext = errors.New(`where it stands is not clear: write "# tunelint:context http,server" at its top, or say --context`)

// NewFragment finds out where a file may stand: what context says, such as
// "http,server", else what a comment at its top says, else every place where all
// directives of its top level are allowed. The error is [ErrNoContext] where
// that says nothing; any other one is about what the user wrote.
func NewFragment(f *source.File, context string) (*Fragment, error) {
	if context != "" {
		n, err := nginxconf.ParseNesting(context)
		if err != nil {
			return nil, fmt.Errorf("--context: %w", err)
		}
		return &Fragment{f.Path, []nginxconf.Nesting{n}}, nil
	}
	doc := nginxconf.Parse(f)
	n, ok, err := doc.DeclaredNesting()
	if ok {
		return &Fragment{f.Path, []nginxconf.Nesting{n}}, nil
	}
	if err != nil {
		return nil, err
	}
	if all := doc.Nestings(nginxconf.Version{}); len(all) > 0 {
		return &Fragment{f.Path, all}, nil
	}
	return nil, ErrNoContext
}

// Hosts returns the fragment as a host of its own of which nothing else is
// known, once for every place where it may stand: only what holds for all of
// them holds. The declaration gives the name, the root and what is known of nginx.
func (f *Fragment) Hosts(store *source.Store, decl appconf.HostConfig) ([]*Host, error) {
	file, err := store.Open(f.path)
	if err != nil {
		return nil, err
	}
	var out []*Host
	for _, n := range f.nestings {
		h := newAlone(store, decl)
		h.Nginx = nginxconf.LoadFragment(h.View, file, n, nginxconf.Options{Version: h.Facts.version, Modules: decl.Nginx.Modules})
		out = append(out, h)
	}
	return out, nil
}

// SelfContained reports whether an nginx file includes nothing but what nginx's
// packages ship, so that it is known without its folder.
func SelfContained(f *source.File) bool { return nginxconf.Parse(f).SelfContained() }

// LoadNginx takes the nginx files of a store as a host of which nothing else is
// known: neither its kernel nor its limits.
func LoadNginx(store *source.Store, decl appconf.HostConfig) *Host {
	h := newAlone(store, decl)
	h.loadNginx(decl)
	return h
}

// newAlone is a host without any layer but nginx.
func newAlone(store *source.Store, decl appconf.HostConfig) *Host {
	h := newHost(store, "/", decl)
	h.Live, h.NginxOnly = false, true
	h.Facts = declaredFacts(decl)
	nothing := source.NewStore(source.Memory{}).View("/")
	h.Sysctl, _ = sysctl.Load(nothing, sysctl.Options{Kernel: h.Facts.Kernel.Value}) // no file, no error
	h.Limits, _ = limits.Load(nothing, limits.Options{Services: []string{h.Service}})
	return h
}

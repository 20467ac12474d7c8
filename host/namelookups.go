package host

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// RunTimeNames returns the host names that nginx has to look up while it serves
// requests of a route with a variable in its target: those that are neither an
// upstream block nor an address that another route passes to
// (ngx_http_upstream_init_request). all reports that every target is such a name;
// of several, words without dot and port are left out, which may mean "none".
// known is false where the targets cannot be told.
func (h *Host) RunTimeNames(r *nginxconf.Route) (names []string, all, known bool) {
	texts, known := h.Nginx.Expand(r.Scope, r.Pass.Arg(0))
	known = known && r.Variable && r.Pass.Certain() && h.Nginx.Hidden() == nil
	var addresses []string
	for _, text := range texts {
		address, ok := targetAddress(text)
		known = known && ok
		if address != "" && isName(address) && !h.known(r, nameOf(address), address) {
			addresses = append(addresses, address)
		}
	}
	all = len(addresses) == len(texts)
	for _, address := range addresses {
		name := nameOf(address)
		if !slices.Contains(names, name) && (all || strings.ContainsAny(address, ".:")) {
			names = append(names, name)
		}
	}
	return names, all, known
}

// targetAddress cuts the address out of a target; false where a variable may be
// part of the name.
func targetAddress(text string) (string, bool) {
	if _, rest, ok := strings.Cut(text, "://"); ok {
		text = rest
	}
	if strings.HasPrefix(text, "unix:") {
		return text, true
	}
	for _, uri := range []string{"/", "?", "$request_uri", "$uri", "$document_uri"} {
		text, _, _ = strings.Cut(text, uri)
	}
	name, port, cut := strings.Cut(text, ":")
	if strings.Contains(name, "$") {
		return "", false
	}
	if cut && !strings.Contains(port, "$") {
		return text, true
	}
	return name, true
}

// known reports whether nginx finds a name without looking it up.
func (h *Host) known(r *nginxconf.Route, name, address string) bool {
	stream := r.Module == "stream"
	block := slices.ContainsFunc(h.Nginx.Upstreams(), func(u *nginxconf.Upstream) bool { return u.Stream == stream && strings.EqualFold(u.Name, name) })
	return block || slices.ContainsFunc(h.Nginx.Routes(), func(o *nginxconf.Route) bool {
		return o.Upstream == nil && (o.Module == "stream") == stream && o.Address != "" && strings.EqualFold(withPort(o.Address), withPort(address))
	})
}

// A StartName is a host name that nginx looks up once, when it starts or reloads.
type StartName struct {
	Name string
	// At are the places that name it: servers of upstream blocks and targets of
	// routes, each with its directive's first argument.
	At []*nginxconf.Directive
	// Resolver is a resolver directive in force for one of the places, which is not
	// asked; nil for none.
	Resolver *nginxconf.Directive
}

// StartNames returns the names whose addresses may change while nginx runs. Names
// in /etc/hosts, localhost and Services of Kubernetes keep theirs. A word that
// may be meant for an upstream block counts only where something knows it.
func (h *Host) StartNames() []*StartName {
	var out []*StartName
	byName := map[string]*StartName{}
	add := func(d *nginxconf.Directive, address string, scopes ...*nginxconf.Scope) {
		name := strings.ToLower(nameOf(address))
		if !isName(address) || h.fixedName(name) {
			return
		}
		n := byName[name]
		if n == nil {
			n = &StartName{Name: name}
			byName[name], out = n, append(out, n)
		}
		n.At = append(n.At, d)
		for _, s := range scopes {
			if n.Resolver == nil {
				n.Resolver = s.Effective("resolver").Directive()
			}
		}
	}
	for _, u := range h.Nginx.Upstreams() {
		scopes := []*nginxconf.Scope{u.Scope.Parent}
		for _, r := range h.Nginx.RoutesTo(u) {
			scopes = append(scopes, r.Scope)
		}
		for _, s := range u.Servers {
			if !slices.ContainsFunc(s.Directive.Args, func(a nginxconf.Arg) bool { return a.Text == "resolve" }) {
				add(s.Directive, s.Address, scopes...)
			}
		}
	}
	hidden := h.Nginx.Hidden() != nil // an upstream of that name may be there
	for _, r := range h.Nginx.Routes() {
		dotted := strings.Contains(nameOf(r.Address), ".")
		if r.Upstream == nil && !r.Variable && r.Address != "" && r.Pass.Certain() && !hidden && (dotted || h.Knows(nameOf(r.Address))) {
			add(r.Pass, r.Address, r.Scope)
		}
	}
	return out
}

// fixedName reports whether a name keeps its address.
func (h *Host) fixedName(name string) bool {
	for _, ending := range []string{".svc", ".svc.cluster.local", ".docker.internal"} {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	for _, a := range h.Apps {
		if a.Container.Kind == "kubernetes" && slices.ContainsFunc(a.Container.Names, func(n string) bool { return strings.EqualFold(n, name) }) {
			return true
		}
	}
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || h.inHostsFile(name)
}

// FixedURI returns the URI that a route with a variable sends, whatever the
// request: where one stands in the target, and nothing of the request in it.
func (h *Host) FixedURI(r *nginxconf.Route) (uri string, ok bool) {
	texts, known := h.Nginx.Expand(r.Scope, r.Pass.Arg(0))
	if !known || !r.Pass.Certain() || !strings.Contains(r.Pass.Arg(0), "$") {
		return "", false
	}
	for _, text := range texts {
		_, text, _ = strings.Cut(text, "://")
		at := strings.IndexAny(text, "/?")
		if at < 0 || strings.HasPrefix(text, "unix:") || !namesHost(text[:at]) || !plainURI(text[at:]) {
			return "", false
		}
		uri = text[at:]
	}
	return uri, uri != ""
}

// namesHost reports whether the text before a URI is an address, and no variable
// in it can hold a part of the request's path.
func namesHost(text string) bool {
	for _, name := range []string{"$host", "$http_host", "$server_name", "$server_addr", "$server_port", "$hostname"} {
		text = strings.ReplaceAll(text, name, "")
	}
	return !strings.Contains(text, "$")
}

// plainURI reports whether a URI holds no variable but those of the query.
func plainURI(text string) bool {
	for _, name := range []string{"$is_args", "$args", "$query_string"} {
		text = strings.ReplaceAll(text, name, "")
	}
	return !strings.Contains(text, "$")
}

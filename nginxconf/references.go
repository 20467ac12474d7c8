package nginxconf

import (
	"net"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/spelling"
)

// A NamedReference is a redirection to a named location that a server does not
// have: nginx starts, and answers such requests with 500.
type NamedReference struct {
	Directive *Directive
	// Arg is the argument that names the location.
	Arg    int
	Server *Scope
	// Near is the name of a location of the server that may be meant; "" for none.
	Near string
}

// MissingLocations returns the redirections of error_page and try_files to named
// locations that do not exist in a server in which they are in force, in order.
// Servers that may hold more than was seen are left out.
func (c *Config) MissingLocations() []NamedReference {
	var out []NamedReference
	for _, server := range c.HTTPServers() {
		uncertain := func(child *Scope) bool { return !child.Directive.Certain() }
		if server.mayHide("location", server.definition("location")) || slices.ContainsFunc(server.Children, uncertain) {
			continue
		}
		names, known := namedLocations(server)
		if !known {
			continue
		}
		look := func(d *Directive) {
			last := len(d.Args) - 1
			name := d.Arg(last)
			if last < 1 || !strings.HasPrefix(name, "@") || strings.Contains(name, "$") || !d.Certain() || slices.Contains(names, name) {
				return
			}
			out = append(out, NamedReference{d, last, server, spelling.Nearest(name, names)})
		}
		if len(server.Own("error_page")) == 0 {
			for _, d := range server.Parent.Own("error_page") {
				look(d)
			}
		}
		server.Walk(func(s *Scope) {
			for _, d := range s.items {
				if d.Name == "error_page" || d.Name == "try_files" {
					look(d)
				}
			}
		})
	}
	return out
}

// namedLocations returns the names of a server's named locations; known is false
// when a template gives one of its locations the name.
func namedLocations(server *Scope) (names []string, known bool) {
	for _, child := range server.Children {
		switch d := child.Directive; {
		case d.Name != "location":
		case d.Tagged():
			return nil, false
		case strings.HasPrefix(d.Arg(0), "@"):
			names = append(names, d.Arg(0))
		}
	}
	return names, true
}

// A BareHost is a route to a host name without a dot that no upstream block has.
type BareHost struct {
	Route *Route
	Host  string
	// Near is the name of an upstream block that may be meant; "" for none.
	Near string
}

// BareHosts returns the routes to host names of one word, such as "http://app:3000",
// in order. nginx looks such a name up when it starts, and does not start where
// it is not found.
func (c *Config) BareHosts() []BareHost {
	names := map[bool][]string{} // of upstream blocks, by whether in stream
	for _, u := range c.Upstreams() {
		names[u.Stream] = append(names[u.Stream], u.Name)
	}
	var out []BareHost
	for _, r := range c.Routes() {
		host := hostOf(r.Address)
		if r.Upstream != nil || r.Variable || !isBareHost(host) || !r.Pass.Certain() {
			continue
		}
		known := names[r.Module == "stream"]
		if slices.ContainsFunc(known, func(name string) bool { return strings.EqualFold(name, host) }) {
			continue // with a port that nginx refuses
		}
		out = append(out, BareHost{r, host, spelling.Nearest(host, known)})
	}
	return out
}

// hostOf cuts the port off an address; "" for a socket in the file system.
func hostOf(address string) string {
	if strings.HasPrefix(address, "unix:") {
		return ""
	}
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}

func isBareHost(host string) bool {
	return host != "" && !strings.ContainsAny(host, ".:[]/") && !strings.EqualFold(host, "localhost")
}

package nginxconf

import (
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// A ServerChoice is the server nginx chooses for a name on an address.
type ServerChoice struct {
	Server *Scope
	// Name is the name that fits and NameArg its argument; nil where none does and
	// the default server takes the request.
	Name    *Directive
	NameArg int
	// Kind says what decides: "only server", "exact name", "wildcard name",
	// "regular expression", "default_server" or "first server".
	Kind string
	// Doubts are names of other servers that nginx looks at before and nobody can
	// judge: one of them may take the request.
	Doubts []source.Skip
}

// Choose returns what nginx chooses on the address for a host name, which is in
// lower case and without port: the exact name, else the longest wildcard at the
// front, else the longest at the end, else the first regular expression that
// matches, else the default server (ngx_http_find_virtual_server).
func (a *Address) Choose(name string) ServerChoice {
	c := ServerChoice{Server: a.Servers[0], Kind: "first server"}
	if a.Default != nil {
		c.Server, c.Kind = a.Default, "default_server"
	}
	if len(a.Servers) == 1 {
		c.Kind = "only server"
		return c
	}
	doubts := make([][]source.Skip, len(a.Servers))
	for i, server := range a.Servers {
		doubts[i] = doubtfulNames(server)
	}
	n, kind, ok := a.names().find(name)
	if kind == "exact name" {
		doubts = nil
	}
	if ok {
		c.Server, c.Name, c.NameArg, c.Kind = n.Server, n.Directive, n.Arg, kind
	} else {
		c.expressions(a, name, doubts)
	}
	for i, list := range doubts {
		if a.Servers[i] != c.Server {
			c.Doubts = append(c.Doubts, list...)
		}
	}
	return c
}

// doubtfulNames are names that a template or the machine's own name decides.
func doubtfulNames(server *Scope) []source.Skip {
	var out []source.Skip
	for _, d := range server.Own("server_name") {
		why := d.Uncertain()
		if d.word("$hostname") >= 0 {
			why = "the name of the machine is not known here"
		}
		if why != "" {
			out = append(out, source.Skip{Span: d.HeadSpan(), Why: why})
		}
	}
	return out
}

// expressions looks among the regular expressions of an address up to the first
// that takes the name, and adds those that nobody can judge to the doubts.
func (c *ServerChoice) expressions(a *Address, name string, doubts [][]source.Skip) {
	for i, server := range a.Servers {
		for _, d := range server.Own("server_name") {
			for j, arg := range d.Args {
				text, ok := strings.CutPrefix(arg.Text, "~")
				if !ok || !d.Certain() {
					continue
				}
				matches, err := Match{"~*", text}.expression(name)
				if err != nil {
					doubts[i] = append(doubts[i], source.Skip{Span: d.ArgSpan(j), Why: unjudged(err)})
				}
				if matches {
					c.Server, c.Name, c.NameArg, c.Kind = server, d, j, "regular expression"
					return
				}
			}
		}
	}
}

// find looks a name up as ngx_hash_find_combined does.
func (t *nameTable) find(name string) (n ServerName, kind string, ok bool) {
	if i, there := t.exact[name]; there && t.names[i].Name == name && t.holds(i) {
		return t.names[i], "exact name", true
	}
	for rest, dots := name, false; rest != ""; dots = true {
		if i, there := t.head[rest]; there && (dots || t.names[i].Name == "."+name) {
			return t.names[i], "wildcard name", true
		}
		_, rest, _ = strings.Cut(rest, ".")
	}
	for rest := name; ; {
		i := strings.LastIndexByte(rest, '.')
		if i < 0 {
			return n, "", false
		}
		rest = rest[:i]
		if i, there := t.tail[rest]; there {
			return t.names[i], "wildcard name", true
		}
	}
}

// holds reports whether nginx keeps the name with this index.
func (t *nameTable) holds(i int) bool {
	_, ok := slices.BinarySearch(t.kept, i)
	return ok
}

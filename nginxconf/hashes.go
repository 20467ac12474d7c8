package nginxconf

import (
	"slices"
	"strings"
)

// Hashes returns the hashes that nginx builds from names of the configuration
// and whose bounds can be set, those left out whose bounds or names are not
// known. Of the variables only the names are judged, one by one: how many others
// there are depends on the modules.
func (c *Config) Hashes() []*Hash {
	http := c.HTTP()
	if http == nil {
		return nil
	}
	list := c.serverNameHashes(http)
	headers := headerSets{}
	c.Root.Walk(func(s *Scope) {
		switch s.Context {
		case InHTTP, InStream:
			list = append(list, mapHashes(s)...)
			list = append(list, variableHash(s))
		case InServer, InLocation, InLocationIf, InLimitExcept:
			if own := s.Own(setHeader); len(own) > 0 && headers.add(s, own) {
				list = append(list, headerHash(s, own[0]))
			}
			list = append(list, typesHash(s, s))
		}
	})
	list = append(list, c.outerHashes(http)...)
	return slices.DeleteFunc(list, func(h *Hash) bool { return h == nil || !h.bound() })
}

// mostJudged is the largest number of buckets that is looked at: with more of
// them names fit.
const mostJudged = 1 << 18

// bound reads the bounds in force; false when they are not known.
func (h *Hash) bound() bool {
	def := map[string][2]int64{ // max_size, bucket_size
		"server_names_hash": {512, cacheLine}, "map_hash": {2048, cacheLine}, "types_hash": {1024, 64},
		"variables_hash": {1024, 64}, "proxy_headers_hash": {512, 64},
	}[h.Name]
	var ok1, ok2 bool
	h.MaxSize, ok1 = h.In.numberOr(h.Name+"_max_size", def[0])
	h.BucketSize, ok2 = h.In.numberOr(h.Name+"_bucket_size", def[1])
	h.BucketSize = align(h.BucketSize, cacheLine)
	return ok1 && ok2 && h.MaxSize <= mostJudged
}

// numberOr returns the number in force, or def where no directive sets it.
func (s *Scope) numberOr(name string, def int64) (int64, bool) {
	v := s.Effective(name)
	if v.Directive() == nil {
		return def, v.Known
	}
	n := v.Number()
	return n.Value, n.Known
}

// serverNameHashes are those of addresses that several servers share; elsewhere
// nginx does not look at names.
func (c *Config) serverNameHashes(http *Scope) []*Hash {
	var out []*Hash
	for _, a := range c.Addresses() {
		if len(a.Servers) < 2 {
			continue
		}
		h := &Hash{Name: "server_names_hash", At: http.Directive, In: http}
		h.addNames(a.names(), nil)
		out = append(out, h)
	}
	return out
}

// addNames adds the tables of a set of names that may hold wildcards, and of
// further names that do not.
func (h *Hash) addNames(t *nameTable, exact []HashKey) {
	head, tail := &labels{}, &labels{}
	exact = slices.Grow(exact, len(t.kept))
	for _, at := range t.kept {
		n := t.names[at]
		key := HashKey{n.Name, n.Directive, n.Arg}
		name := n.Name
		switch {
		case name == "$hostname":
		case strings.HasPrefix(name, "."), strings.HasPrefix(name, "*."):
			parts := strings.Split(strings.TrimPrefix(strings.TrimPrefix(name, "*"), "."), ".")
			slices.Reverse(parts)
			head.add(parts, key)
		case strings.HasSuffix(name, ".*"):
			tail.add(strings.Split(strings.TrimSuffix(name, ".*"), "."), key)
		default:
			exact = append(exact, key)
		}
	}
	if len(exact) > 0 {
		h.Tables = append(h.Tables, exact)
	}
	h.Tables = tail.tables(head.tables(h.Tables))
}

// labels are the labels of names with wildcards at one level, as
// ngx_hash_wildcard_init nests them.
type labels struct {
	keys []HashKey
	next map[string]*labels
}

func (l *labels) add(parts []string, key HashKey) {
	for _, part := range parts {
		below := l.next[part]
		if below == nil {
			key.Name, below = part, &labels{}
			if l.next == nil {
				l.next = map[string]*labels{}
			}
			l.next[part], l.keys = below, append(l.keys, key)
		}
		l = below
	}
}

func (l *labels) tables(out [][]HashKey) [][]HashKey {
	if len(l.keys) == 0 {
		return out
	}
	for _, key := range l.keys {
		out = l.next[key.Name].tables(out)
	}
	return append(out, l.keys)
}

// mapHashes are those of the map blocks of a scope. A file that a map includes
// is not read.
func mapHashes(s *Scope) []*Hash {
	var out []*Hash
	for _, d := range s.Own("map") {
		if d.Block == nil || !d.Certain() {
			continue
		}
		h := &Hash{Name: "map_hash", At: d, In: s}
		if h.readMap(d); h.Tables != nil {
			out = append(out, h)
		}
	}
	return out
}

// readMap adds the tables of a map; none where not all of its keys are known.
func (h *Hash) readMap(d *Directive) {
	t, hostnames := newNameTable(len(d.Block.Directives)), false
	var exact []HashKey
	for _, entry := range d.Block.Directives {
		name := strings.ToLower(strings.TrimPrefix(entry.Name, `\`))
		switch {
		case entry.Name == "include" || !entry.Certain():
			return
		case entry.Name == "hostnames" && len(entry.Args) == 0:
			hostnames = true
		case len(entry.Args) != 1 || entry.Name == "default" || strings.HasPrefix(entry.Name, "~"):
		case hostnames:
			t.add(ServerName{name, h.In, entry, -1})
		default:
			exact = append(exact, HashKey{name, entry, -1})
		}
	}
	h.addNames(t, exact)
}

// typesHash is that of the types blocks of a scope, with the bounds of the same or
// another; nil where there are none.
func typesHash(s, in *Scope) *Hash {
	var keys []HashKey
	seen := map[string]bool{}
	for _, d := range s.Own("types") {
		if d.Block == nil {
			return nil
		}
		for _, entry := range d.Block.Directives {
			if entry.Name == "include" || !entry.Certain() {
				return nil
			}
			for i, a := range entry.Args {
				if name := strings.ToLower(a.Text); !seen[name] {
					seen[name] = true
					keys = append(keys, HashKey{name, entry, i})
				}
			}
		}
	}
	if len(keys) == 0 {
		return nil
	}
	return &Hash{Name: "types_hash", At: s.Own("types")[0], In: in, Tables: [][]HashKey{keys}}
}

// outerHashes are those of what the http block sets for all servers: nginx builds
// them with the bounds of the first server.
func (c *Config) outerHashes(http *Scope) []*Hash {
	for _, s := range http.Children {
		if s.Context != InServer {
			continue
		}
		out := []*Hash{typesHash(http, s)}
		if len(s.Own(setHeader)) == 0 && len(http.Own(setHeader)) > 0 {
			out = append(out, headerHash(s, http.Own(setHeader)[0]))
		}
		return out
	}
	return nil
}

const setHeader = "proxy_set_header"

// Headers that the proxy module sets by itself, the latter with a cache.
var (
	proxyHeaders = []string{"host", "connection", "content-length", "transfer-encoding", "te", "keep-alive", "expect", "upgrade"}
	cacheHeaders = []string{"if-modified-since", "if-unmodified-since", "if-none-match", "if-match", "range", "if-range"}
)

// headerSets are the sets of headers that were seen: most locations set the
// same ones.
type headerSets map[string]bool

// add reports whether the headers that a scope sets, within the bounds in force
// there, were not seen before.
func (h headerSets) add(s *Scope, own []*Directive) bool {
	var buffer [512]byte
	key := buffer[:0]
	for _, name := range []string{"proxy_headers_hash_max_size", "proxy_headers_hash_bucket_size"} {
		v := s.Effective(name)
		key = append(append(key, v.First()...), ' ')
	}
	for _, d := range own {
		if !d.Certain() {
			return true
		}
		key = append(append(key, d.Arg(0)...), 0)
	}
	if h[string(key)] {
		return false
	}
	h[string(key)] = true
	return true
}

// headerHash holds the headers in force in a scope, twice: with a cache and
// without one.
func headerHash(s *Scope, at *Directive) *Hash {
	v := s.Effective(setHeader)
	if !v.Known || slices.ContainsFunc(v.Directives, func(d *Directive) bool { return !d.Certain() }) {
		return nil
	}
	var keys []HashKey
	seen := map[string]bool{}
	for _, d := range v.Directives {
		name := strings.ToLower(d.Arg(0))
		seen[name] = true
		keys = append(keys, HashKey{name, d, 0})
	}
	add := func(names []string) {
		for _, name := range names {
			if !seen[name] {
				keys = append(keys, HashKey{Name: name})
			}
		}
	}
	add(proxyHeaders)
	plain := slices.Clone(keys)
	add(cacheHeaders)
	return &Hash{Name: "proxy_headers_hash", At: at, In: s, Tables: [][]HashKey{plain, keys}}
}

// variableHash holds the long ones of the variables that http or stream defines,
// each on its own.
func variableHash(in *Scope) *Hash {
	h := &Hash{Name: "variables_hash", At: in.Directive, In: in}
	in.Walk(func(s *Scope) {
		for _, d := range s.items {
			arg := -1
			switch d.Name {
			case "set":
				arg = 0
			case "map", "geo", "split_clients":
				arg = len(d.Args) - 1
			}
			if name, ok := strings.CutPrefix(d.Arg(max(arg, 0)), "$"); ok && arg >= 0 && d.Certain() && len(name) > 2*pointer {
				h.Tables = append(h.Tables, []HashKey{{strings.ToLower(name), d, arg}})
			}
		}
	})
	if h.Tables == nil {
		return nil
	}
	return h
}

package nginxconf

import (
	"regexp"
	"strings"
)

// A Found is what a user's name for a place means.
type Found struct {
	// Scope is a server, with everything in it, or a location, without those
	// nested in it, or another block.
	Scope *Scope
	// Doubts are as in [Choice].
	Doubts []*Directive
}

// Covers reports whether a block belongs to what was found.
func (f Found) Covers(s *Scope) bool {
	for ; s != nil; s = s.Parent {
		switch {
		case s == f.Scope:
			return true
		case s.Context == InLocation && f.Scope.Context == InLocation:
			return false
		}
	}
	return false
}

// Find returns the blocks that a text names: a block as [Scope.Path] calls it,
// "server shop.test 443"; a location by its label, "/api/" or "~ \.php$"; where no
// location has that label, the one that nginx chooses for a path; a server by
// one of its names, or as nginx chooses for a name; and "shop.test/api/" for
// both. None means that there is no such place.
func (c *Config) Find(text string) []Found {
	var out []Found
	c.Root.Walk(func(s *Scope) {
		if s.Path() == text {
			out = append(out, Found{Scope: s})
		}
	})
	if len(out) > 0 {
		return out
	}
	name, place := text, ""
	if i := strings.IndexAny(text, "/ "); strings.HasPrefix(text, "@") || strings.ContainsAny(text[:min(1, len(text))], "/=~^") {
		name, place = "", text
	} else if i >= 0 {
		name, place = text[:i], strings.TrimSpace(text[i:])
	}
	servers := c.serversNamed(name)
	if place == "" {
		for _, s := range servers {
			out = append(out, Found{Scope: s})
		}
		return out
	}
	return findLocations(servers, place)
}

func findLocations(servers []*Scope, place string) []Found {
	var out []Found
	label := matchOf(place)
	for _, server := range servers {
		server.Walk(func(s *Scope) {
			if s.Context == InLocation && MatchOf(s.Directive) == label {
				out = append(out, Found{Scope: s})
			}
		})
	}
	if len(out) > 0 || !strings.HasPrefix(place, "/") {
		return out
	}
	for _, server := range servers {
		c := server.Choose(place)
		out = append(out, Found{c.Scope, c.Doubts})
	}
	return out
}

// serversNamed returns the servers that a name leads to, on whatever address:
// the best of exact name, wildcard at the front, wildcard at the end and regular
// expression; all servers for "".
func (c *Config) serversNamed(name string) []*Scope {
	var out []*Scope
	best := 0
	c.Root.Walk(func(s *Scope) {
		if s.Context != InServer {
			return
		}
		rank := 1
		if name != "" {
			rank = s.nameRank(strings.ToLower(name))
		}
		if rank > best {
			out, best = nil, rank
		}
		if rank == best && rank > 0 {
			out = append(out, s)
		}
	})
	return out
}

// The order in which nginx looks at the names of servers; among wildcards the
// longer one goes first, and no name is longer than 255 bytes.
const (
	regexName    = 1
	wildcardTail = 1 << 10
	wildcardHead = 1 << 11
	exactName    = 1 << 12
)

// nameRank returns how well a name fits the server, 0 for not at all.
func (s *Scope) nameRank(name string) int {
	rank := 0
	for _, d := range s.Own("server_name") {
		for _, a := range d.Args {
			rank = max(rank, rankName(strings.ToLower(a.Text), a.Text, name))
		}
	}
	return rank
}

func rankName(pattern, written, name string) int {
	head := strings.TrimPrefix(pattern, "*")
	switch {
	case pattern == name, pattern == "."+name:
		return exactName
	case strings.HasPrefix(pattern, "~"):
		re, err := regexp.Compile("(?i)" + written[1:])
		if err == nil && re.MatchString(name) {
			return regexName
		}
	case strings.HasPrefix(head, ".") && strings.HasSuffix(name, head):
		return wildcardHead + len(head)
	case strings.HasSuffix(pattern, ".*") && strings.HasPrefix(name, pattern[:len(pattern)-1]):
		return wildcardTail + len(pattern)
	}
	return 0
}

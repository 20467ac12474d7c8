package verdict

import (
	"strings"

	"github.com/tunelint/tunelint/nginxconf"
)

// A mapBody collects the keys of a map as nginx's hash does.
type mapBody struct {
	*body
	hostnames bool
	other     *nginxconf.Directive // the default
	exact     mapKeys
	heads     mapKeys // of "*.example.com" and ".example.com"
	tails     mapKeys // of "www.example.*"
}

// mapKeys are the keys of one hash, with the entries that have them.
type mapKeys map[string]*nginxconf.Directive

func checkMap(b *body, entries []*nginxconf.Directive) {
	m := mapBody{body: b, exact: mapKeys{}, heads: mapKeys{}, tails: mapKeys{}}
	for _, d := range entries {
		m.entry(d)
	}
}

func (m *mapBody) entry(d *nginxconf.Directive) {
	switch {
	case len(d.Args) == 0 && d.Name == "hostnames":
		m.hostnames = true
		return
	case len(d.Args) == 0 && d.Name == "volatile":
		if !m.judge.version.Since("1.11.7") {
			m.verdicts = append(m.verdicts, Verdict{Kind: NeedsNewer, Directive: d, Context: m.context, Arg: -1,
				Message: "invalid number of the map parameters", Since: "1.11.7"})
		}
		return
	case len(d.Args) != 1:
		m.refuse(WrongArgumentCount, d, -1, "invalid number of the map parameters")
		return
	case d.Name == "include":
		return
	}
	if m.judge.version.Since("1.11.0") {
		m.compile(d, 0)
	}
	m.key(d)
}

// key adds the first word of an entry.
func (m *mapBody) key(d *nginxconf.Directive) {
	key := d.Name
	switch {
	case key == "default":
		if m.other != nil {
			m.duplicate(d, m.other, "duplicate default map parameter")
			return
		}
		m.other = d
		return
	case strings.HasPrefix(key, "~"):
		m.regex(d, strings.TrimPrefix(key[1:], "*"))
		return
	case isPlaceholder(key):
		return
	}
	key = strings.TrimPrefix(key, `\`)
	if m.hostnames && !validWildcard(key) {
		m.refuse(InvalidValue, d, -1, `invalid hostname or wildcard "%s"`, key)
		return
	}
	lower := lowered(key)
	if earlier := m.add(lower, d); earlier != nil {
		m.duplicate(d, earlier, quoted(`conflicting parameter "%s"`, lower))
	}
}

func (m *mapBody) duplicate(d, earlier *nginxconf.Directive, message string) {
	m.verdicts = append(m.verdicts, Verdict{Kind: DuplicateDirective, Directive: d, Context: m.context, Earlier: earlier, Arg: -1, Message: message})
}

func (m *mapBody) regex(d *nginxconf.Directive, pattern string) {
	if message := refuseRegex(pattern, m.judge.version); message != "" && !patternIsFilled(pattern) {
		m.refuse(InvalidValue, d, -1, "%s", message)
	}
}

// add puts a key into the hash it belongs to; it returns the entry that is there
// already. ".example.com" is both "example.com" and "*.example.com".
func (m *mapBody) add(key string, d *nginxconf.Directive) *nginxconf.Directive {
	if m.hostnames {
		switch {
		case len(key) > 1 && key[0] == '.':
			if earlier := m.exact.add(key[1:], d); earlier != nil {
				return earlier
			}
			return m.heads.add(key[1:], d)
		case len(key) > 2 && strings.HasPrefix(key, "*."):
			return m.heads.add(key[2:], d)
		case len(key) > 2 && strings.HasSuffix(key, ".*"):
			return m.tails.add(key, d)
		}
	}
	return m.exact.add(key, d)
}

func (k mapKeys) add(key string, d *nginxconf.Directive) *nginxconf.Directive {
	earlier := k[key]
	if earlier == nil {
		k[key] = d
	}
	return earlier
}

// validWildcard reports whether a key has at most one "*", in a place for one,
// and no two dots in a row.
func validWildcard(key string) bool {
	if strings.Count(key, "*") > 1 || strings.Contains(key, "..") || strings.Contains(key, "\x00") {
		return false
	}
	switch {
	case !strings.Contains(key, "*"), len(key) > 1 && key[0] == '.':
		return true
	}
	return len(key) > 2 && (strings.HasPrefix(key, "*.") || strings.HasSuffix(key, ".*"))
}

// lowered lowers ASCII letters alone, as nginx does.
func lowered(word string) string {
	if strings.IndexFunc(word, func(r rune) bool { return r >= 'A' && r <= 'Z' }) < 0 {
		return word
	}
	b := []byte(word)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}

package verdict

import (
	"strings"
	"unicode"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/spelling"
)

// Nearest returns the one name of nginx's own that a misspelled name of a
// context can mean: at most two edits (insert, delete, replace, swap
// neighbours) and at most a third of its length away, no other name as near,
// and no digit changed. It reports false when there is none.
func Nearest(name string, in nginxconf.Context) (string, bool) {
	n := newNearness(name)
	for d := range nginxconf.Definitions() {
		if !d.ThirdParty && !d.Plus() && d.Last == "" && d.Contexts&in != 0 {
			n.consider(d.Name)
		}
	}
	return n.result()
}

// A nearness looks for the one word nearest to another.
type nearness struct {
	word     string
	limit    int
	best     string
	distance int
	tied     bool
}

// maxName is longer than any name of a directive or parameter.
const maxName = 64

func newNearness(word string) *nearness {
	n := &nearness{word: word, limit: min(2, len(word)/3)}
	if len(word) > maxName {
		n.limit = 0
	}
	n.distance = n.limit + 1
	return n
}

func (n *nearness) consider(candidate string) {
	if candidate == n.best || len(candidate)-len(n.word) > n.limit || len(n.word)-len(candidate) > n.limit {
		return
	}
	distance := spelling.Distance(n.word, candidate)
	switch {
	case distance == 0 || distance > n.limit || digits(n.word) != digits(candidate):
	case distance < n.distance:
		n.best, n.distance, n.tied = candidate, distance, false
	case distance == n.distance:
		n.tied = true
	}
}

func (n *nearness) result() (string, bool) {
	if n.best == "" || n.tied {
		return "", false
	}
	return n.best, true
}

// digits returns the digits of a word: "http3" is no misspelled "http2".
func digits(word string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, word)
}

type nearKey struct {
	name  string
	in    nginxconf.Context
	block bool
	args  int
}

// maxNear bounds how many names are looked up: a file full of names that mean
// nothing has no typos.
const maxNear = 1000

// nearest returns the name a misspelled directive can mean, where the directive
// would then be accepted; "" for none.
func (j *judge) nearest(d *nginxconf.Directive, at place) string {
	key := nearKey{d.Name, at.context, d.Block != nil, len(d.Args)}
	if near, ok := j.near[key]; ok || len(j.near) >= maxNear {
		return near
	}
	name, ok := Nearest(d.Name, at.context)
	if ok {
		corrected := *d
		corrected.Name = name
		read := j.variables // trying a name reads none
		if len(j.judge(&corrected, at)) > 0 {
			name = ""
		}
		j.variables = read
	}
	j.near[key] = name
	return name
}

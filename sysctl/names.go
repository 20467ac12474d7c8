package sysctl

import (
	"math/bits"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/tunelint/tunelint/spelling"
)

// A name is one name of a key, with what tells most others from it at once: a file
// of tens of thousands of unknown keys compares each with all of a directory.
type name struct {
	text    string
	letters uint64 // a bit for each byte that occurs, modulo 64
	joints  int    // how many underscores
}

func newName(text string) name {
	n := name{text: text, joints: strings.Count(text, "_")}
	for i := range len(text) {
		n.letters |= 1 << (text[i] & 63)
	}
	return n
}

// apart reports whether so many edits lie between two names. One edit takes one
// letter away and brings one at most.
func (n name) apart(other name, edits int) bool {
	a, b := n.text, other.text
	return max(len(a), len(b))-min(len(a), len(b)) <= edits && bits.OnesCount64(n.letters^other.letters) <= 2*edits &&
		spelling.Distance(a, b) == edits
}

// lacksWord reports whether a name is another without one of its words.
func (n name) lacksWord(other name) bool {
	if n.joints+1 != other.joints || n.letters&^other.letters != 0 {
		return false
	}
	list := strings.Split(other.text, "_")
	for i := range list {
		if n.text == strings.Join(slices.Concat(list[:i], list[i+1:]), "_") {
			return true
		}
	}
	return false
}

// A nameTable is the table's keys by what a mistaken key may share with them.
type nameTable struct {
	directories map[string]bool     // every key's directories
	keys        map[string][]string // those without a "*", by last name
	in          map[string][]name   // last names without a "*", by directory
	starred     []keyPattern        // the directories of in that have a "*"
}

// loadNames is for keys that the table does not have, which few files hold.
var loadNames = sync.OnceValue(func() *nameTable {
	t := &nameTable{map[string]bool{}, map[string][]string{}, map[string][]name{}, nil}
	for _, k := range loadTable().all {
		dir, last := splitKey(k.Name)
		for up := dir; up != "" && !t.directories[up]; up, _ = splitKey(up) {
			t.directories[up] = true
		}
		if strings.Contains(last, "*") {
			continue
		}
		prefix, _, starred := strings.Cut(dir, "*")
		switch {
		case !starred:
			t.keys[last] = append(t.keys[last], k.Name)
		case t.in[dir] == nil:
			t.starred = append(t.starred, keyPattern{prefix: prefix, path: swap(dir)})
		}
		t.in[dir] = append(t.in[dir], newName(last))
	}
	return t
})

// siblings returns the last names that the table has in a directory.
func (t *nameTable) siblings(dir string) []name {
	out := slices.Clip(t.in[dir])
	for _, p := range t.starred {
		if !strings.HasPrefix(dir, p.prefix) {
			continue
		}
		if ok, _ := path.Match(p.path, swap(dir)); ok {
			out = append(out, t.in[swap(p.path)]...)
		}
	}
	return out
}

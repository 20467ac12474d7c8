package sysctl

import (
	_ "embed"
	"path"
	"slices"
	"strings"
	"sync"
)

// The table names its sources row by row; see its head.
//
//go:embed keys.tsv
var tableText string

// A Key describes one sysctl key, or a family of keys that differ in a name.
// Fields that say nothing are "". The figures come from the kernel's sources
// and Documentation; see the head of keys.tsv for the notation.
type Key struct {
	// Name is canonical; a "*" in it stands for one name or the rest of one.
	Name string
	// Type is int, bool, string, range (low and high), triple, list or bitmap.
	Type string
	// Unit says what a number counts: bytes, pages, seconds.
	Unit string
	// Min and Max are what the kernel accepts: a number; "none" for no check
	// beyond the C type; "A..B" where it depends on build or release.
	Min, Max string
	// Default is the default by kernel release, such as "4096 since 5.4; 128
	// before"; words in parentheses where no figure holds for every machine.
	Default string
	// Since is the first kernel with the key, Removed the first without it,
	// NoEffect the first that keeps it without using it: "4.12", "~5.19" about,
	// "A..B" somewhere between. Since may also be "some" (only with a vendor's
	// patch or a build option) or "never", NoEffect "always".
	Since, Removed, NoEffect string
	// Access is "" (readable and writable), "read-only" or "write-only".
	Access string
	// Netns says whether every network namespace, or other namespace, has its own.
	Netns string
	// Container says how container runtimes treat the key.
	Container string
	// Danger says what goes wrong with it, Constraint what it must agree with.
	Danger, Constraint string
	// Overrides says what distributions put in place of the default, and where.
	Overrides string
	// Source names where the row was read.
	Source string
}

type keyTable struct {
	exact    map[string]*Key
	patterns []keyPattern
	all      []*Key
}

// A keyPattern is a key with a "*", prepared for matching.
type keyPattern struct {
	prefix, suffix string // what comes before the first "*" and behind the last
	path           string // the whole as a path
	key            *Key
}

var loadTable = sync.OnceValue(func() *keyTable {
	t := &keyTable{exact: map[string]*Key{}}
	for row := range strings.Lines(tableText) {
		if strings.HasPrefix(row, "#") {
			continue
		}
		k := parseRow(strings.Split(strings.TrimSuffix(row, "\n"), "\t"))
		t.all = append(t.all, k)
		if prefix, _, ok := strings.Cut(k.Name, "*"); ok {
			suffix := k.Name[strings.LastIndexByte(k.Name, '*')+1:]
			t.patterns = append(t.patterns, keyPattern{prefix, suffix, swap(k.Name), k})
		} else {
			t.exact[k.Name] = k
		}
	}
	return t
})

func parseRow(f []string) *Key {
	for i := range f {
		if f[i] == "-" {
			f[i] = ""
		}
	}
	return &Key{
		Name: f[0], Type: f[1], Unit: f[2], Min: f[3], Max: f[4], Default: f[5],
		Since: f[6], Removed: f[7], NoEffect: f[8], Access: f[9], Netns: f[10],
		Container: f[11], Danger: f[12], Constraint: f[13], Overrides: f[14], Source: f[15],
	}
}

// Keys returns every key of the table, in its order.
func Keys() []*Key {
	out := slices.Clone(loadTable().all)
	for i, k := range out {
		out[i] = k.copy()
	}
	return out
}

// Lookup returns what is known of a canonical key; a pattern of the table such
// as net.ipv4.conf.*.rp_filter describes every key it matches. The result is a
// copy.
func Lookup(name string) (*Key, bool) {
	k, ok := find(name)
	if !ok {
		return nil, false
	}
	return k.copy(), true
}

func (k *Key) copy() *Key {
	out := *k
	return &out
}

func find(name string) (*Key, bool) {
	t := loadTable()
	if k, ok := t.exact[name]; ok {
		return k, true
	}
	for _, p := range t.patterns {
		if !strings.HasPrefix(name, p.prefix) || !strings.HasSuffix(name, p.suffix) {
			continue
		}
		if ok, err := path.Match(p.path, swap(name)); err == nil && ok {
			return p.key, true
		}
	}
	return nil, false
}

// RemovedIn reports whether a kernel surely lacks the key because it was
// removed. An unknown kernel ("") has every key that any kernel has.
func (k *Key) RemovedIn(kernel string) bool {
	return parseChange(k.Removed, never()).happened(kernel)
}

// AddedAfter reports whether a kernel is surely older than the key; true for
// every kernel when the key never existed. A vendor who carries much back may have
// carried the key back as well.
func (k *Key) AddedAfter(kernel string) bool {
	if backports(kernel) && k.Since != "never" {
		return false
	}
	return parseChange(k.Since, always()).ahead(kernel)
}

// NoEffectIn reports whether a kernel surely has the key without using it.
func (k *Key) NoEffectIn(kernel string) bool {
	return parseChange(k.NoEffect, never()).happened(kernel)
}

// existsIn reports whether a kernel surely has the key. An unknown kernel is
// taken to be new enough; a key that was removed some day is then uncertain.
func (k *Key) existsIn(kernel string) bool {
	since, removed := parseChange(k.Since, always()), parseChange(k.Removed, never())
	if _, known := parseRelease(kernel); !known {
		return since != never() && removed == never()
	}
	return removed.ahead(kernel) && (since.happened(kernel) || k.Since == "some")
}

// verified reports whether somebody checked the row against a source.
func (k *Key) verified() bool {
	return k.Source != "MEM" && !strings.HasPrefix(k.Source, "AUTO")
}

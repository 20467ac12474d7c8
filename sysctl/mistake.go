package sysctl

import (
	"slices"
	"strings"
)

// A Mistake is a key that the table does not know and that probably no kernel has.
type Mistake struct {
	// Meant is the key that was meant; "" where nobody can tell.
	Meant string
	// Why says what is wrong with the key as written; "" for a misspelled name.
	Why string
	// Certain says that no kernel can have the key: the loaders read it as a path
	// that cannot be there, or the table holds its whole directory and a name like it.
	Certain bool
	// Slip says that Meant is one slip of the pen away, and nothing else is.
	Slip bool
}

// What is wrong with a key apart from the letters of its last name.
const (
	ownPrefix   = "the loaders put /proc/sys before every key themselves"
	quoted      = "quotes become part of the key"
	mixedUp     = "the first separator decides which of the two separates the names"
	dottedName  = "a dot within the name of an interface is written as a slash"
	capitals    = "keys are written in lower case"
	noDirectory = "the key lacks its directory"
	notHere     = "the key is in another directory"
	isDirectory = "it is a directory"
)

// longestKey bounds what is compared with the table.
const longestKey = 128

// Mistaken says what is wrong with the key of an assignment that the table does
// not know. ok is false for a key that a module, a vendor's kernel or a directory
// the table does not hold may have.
func (l *Line) Mistaken() (m Mistake, ok bool) {
	if !l.Plain() || len(l.Key) > longestKey {
		return Mistake{}, false
	}
	if _, known := find(l.Key); known {
		return Mistake{}, false
	}
	if m := misplaced(l.Key); m.Why != "" {
		m.Certain = true
		m.Slip = m.Meant != ""
		return m, true
	}
	return misspelled(l.Key)
}

// misplaced finds keys that are right but for the way to them.
func misplaced(key string) Mistake {
	for _, try := range [...]struct{ meant, why string }{
		{strings.TrimPrefix(key, "proc.sys."), ownPrefix},
		{strings.Trim(key, `"'`), quoted},
		{strings.ReplaceAll(key, "/", "."), mixedUp},
		{interfaceKey(key), dottedName},
		{lowered(key), capitals},
		{rooted(key), noDirectory},
	} {
		if _, known := find(try.meant); known {
			return Mistake{Meant: try.meant, Why: try.why}
		}
	}
	if loadNames().directories[key] {
		return Mistake{Why: isDirectory}
	}
	return Mistake{}
}

// interfaceKey joins the names between a directory of interfaces and the last
// name: net.ipv4.conf.eth0.100.rp_filter means eth0/100.
func interfaceKey(key string) string {
	for _, dir := range [...]string{"net.ipv4.conf.", "net.ipv6.conf.", "net.ipv4.neigh.", "net.ipv6.neigh."} {
		rest, ok := strings.CutPrefix(key, dir)
		if last := strings.LastIndexByte(rest, '.'); ok && last > 0 {
			return dir + strings.ReplaceAll(rest[:last], ".", "/") + rest[last:]
		}
	}
	return ""
}

// lowered returns the key with its last name in lower case; the whole of it where
// no name of an interface may stand in it.
func lowered(key string) string {
	dir, name := splitKey(key)
	if low := strings.ToLower(key); loadTable().exact[low] != nil {
		return low
	}
	return dir + "." + strings.ToLower(name)
}

// rooted returns the only key of the table that ends in a key written without its
// first directories, "" where there are several.
func rooted(key string) string {
	found := ""
	for _, dir := range [...]string{"net.ipv4.", "net.core.", "net.ipv6.", "net.netfilter.", "net.", "vm.", "fs.", "kernel."} {
		if _, ok := loadTable().exact[dir+key]; !ok {
			continue
		}
		if found != "" {
			return ""
		}
		found = dir + key
	}
	return found
}

// splitKey cuts a key before its last name.
func splitKey(key string) (dir, name string) {
	i := strings.LastIndexByte(key, '.')
	return key[:max(i, 0)], key[i+1:]
}

// whole reports whether the table holds every key that stood in a directory in any
// mainline kernel of this century.
func whole(dir string) bool { return dir == "net.core" || dir == "net.ipv4" || dir == "net.ipv6" }

// covered reports whether the table holds what a directory has today: a name that
// differs from one of them by one letter is a slip there, others may be a vendor's.
func covered(dir string) bool {
	switch dir {
	case "vm", "fs", "kernel", "net.unix", "net.ipv4.route", "net.ipv6.route", "net.ipv6.icmp":
		return true
	}
	up, _ := splitKey(dir)
	return slices.Contains([]string{"net.ipv4.conf", "net.ipv6.conf", "net.ipv4.neigh"}, up)
}

// misspelled finds the key whose name the last name of a key resembles.
func misspelled(key string) (Mistake, bool) {
	dir, last := splitKey(key)
	if !whole(dir) && !covered(dir) {
		return Mistake{}, false
	}
	names, written := loadNames().siblings(dir), newName(last)
	if near := only(names, func(n name) bool { return oneSlip(written, n, whole(dir)) }); near != "" {
		return Mistake{Meant: dir + "." + near, Certain: whole(dir), Slip: true}, true
	}
	if !whole(dir) {
		return Mistake{}, false
	}
	if others := loadNames().keys[last]; len(others) == 1 {
		return Mistake{Meant: others[0], Why: notHere, Certain: true}, true
	}
	if near := only(names, func(n name) bool { return len(last) > 8 && written.apart(n, 2) }); near != "" {
		return Mistake{Meant: dir + "." + near, Certain: true}, true
	}
	return Mistake{}, true
}

// oneSlip reports whether a name is one slip away from another: one letter, the
// wrong dashes, or, where all names are known, one word too few or too many.
func oneSlip(written, other name, words bool) bool {
	a, b := written.text, other.text
	if len(a) == len(b) && strings.ReplaceAll(a, "-", "_") == strings.ReplaceAll(b, "-", "_") {
		return true
	}
	if written.apart(other, 1) {
		return words || len(a) > 5
	}
	return words && (written.lacksWord(other) || other.lacksWord(written))
}

// only returns the one name that holds, "" for none or several.
func only(list []name, holds func(name) bool) string {
	found := ""
	for _, n := range list {
		if !holds(n) || n.text == found {
			continue
		}
		if found != "" {
			return ""
		}
		found = n.text
	}
	return found
}

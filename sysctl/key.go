package sysctl

import "strings"

// Canonical returns a key, written with dots or as a path, as "sysctl -a" prints it.
func Canonical(written string) string { return canonical(strings.TrimPrefix(written, "/proc/sys/")) }

// canonical returns a key as "sysctl -a" prints it. Both loaders look at the
// first separator: after a slash the key is a path already; after a dot, every
// dot and slash trade places. Doubled separators and a leading one are dropped.
func canonical(written string) string { return swap(toPath(written)) }

// toPath returns the path below /proc/sys that a key as written names.
func toPath(written string) string {
	return strings.Join(names(written), "/")
}

// names splits a key as written into the names on its path.
func names(written string) []string {
	if i := strings.IndexAny(written, "./"); i >= 0 && written[i] == '.' {
		written = swap(written)
	}
	var out []string
	for _, name := range strings.Split(written, "/") {
		if name != "" && name != "." {
			out = append(out, name)
		}
	}
	return out
}

// goesUp reports whether the path of a key contains "..".
func goesUp(written string) bool {
	for _, name := range names(written) {
		if name == ".." {
			return true
		}
	}
	return false
}

// swap trades dots and slashes, which turns a path into a key and back.
func swap(s string) string {
	out := []byte(s)
	for i, c := range out {
		switch c {
		case '.':
			out[i] = '/'
		case '/':
			out[i] = '.'
		}
	}
	return string(out)
}

// spell returns how a canonical key is written so that the loaders read it
// back: a key whose first name contains a dot only works as a path.
func spell(key string) string {
	if i := strings.IndexAny(key, "./"); i >= 0 && key[i] == '/' {
		return "/" + swap(key)
	}
	return key
}

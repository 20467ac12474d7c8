package sysctl

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// An index finds the lines of documents that speak of a key.
type index struct {
	sequence
	named    map[string][]placed // by key
	globs    []placed
	disputed []*Line
}

// placed is a line with its place in the order of application.
type placed struct {
	at   int
	line *Line
}

func newIndex(q sequence) *index {
	x := &index{sequence: q, named: map[string][]placed{}}
	at := 0
	for _, d := range q.documents {
		for _, l := range d.Lines {
			at++
			switch {
			case l.disputed:
				x.disputed = append(x.disputed, l)
			case l.Broken != "" || l.Key == "":
			case l.Glob:
				x.globs = append(x.globs, placed{at, l})
			default:
				x.named[l.Key] = append(x.named[l.Key], placed{at, l})
			}
		}
	}
	return x
}

// relevant returns the lines that name one of the keys or match it, in order.
func (x *index) relevant(names []string) []*Line {
	var found []placed
	for _, name := range names {
		found = append(found, x.named[name]...)
	}
	for _, p := range x.globs {
		if slices.ContainsFunc(names, p.line.matches) {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	out := make([]*Line, len(found))
	for i, p := range found {
		out[i] = p.line
	}
	return out
}

// dispute returns a line that one loader applies and the other does not, and
// that may speak of one of the keys: nobody can tell what it sets.
func (x *index) dispute(names []string) *Line {
	for _, l := range x.disputed {
		if slices.ContainsFunc(names, l.mentions) {
			return l
		}
	}
	return nil
}

// blindTo reports whether a file that could not be read may overrule the line,
// or the default when there is no line.
func (x *index) blindTo(l *Line) bool {
	return slices.ContainsFunc(x.documents[:max(x.unseen, 0)], func(d *Document) bool {
		return l != nil && d.File == l.Span.File
	}) || l == nil && x.unseen >= 0
}

// mentions reports whether the text of the line may speak of the key.
func (l *Line) mentions(key string) bool {
	text := l.Span.Text()
	return strings.ContainsAny(text, "*?[") || strings.Contains(text, key[strings.LastIndexByte(key, '.')+1:])
}

// matches reports whether the line speaks of a key: by name, or by a pattern
// that matches it. A pattern no one can be sure about matches; see [Line.vague].
func (l *Line) matches(name string) bool {
	if !l.Glob || l.Key == name {
		return l.Key == name
	}
	pattern, target := swap(l.Key), swap(name)
	if l.vague() {
		return strings.HasPrefix(target, pattern[:strings.IndexAny(pattern, "*?[")])
	}
	ok, err := path.Match(strings.ReplaceAll(pattern, "[!", "[^"), target)
	return err == nil && ok
}

// vague reports whether the key is a pattern in a notation that only fnmatch(3)
// itself reads for certain.
func (l *Line) vague() bool {
	return l.Glob && (strings.Contains(l.Key, "[[") || strings.Contains(l.Key, "[]") ||
		strings.Contains(l.Key, "[!]") || strings.Contains(l.Key, "[^]") || strings.Contains(l.Key, `\`))
}

package lint

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/tunelint/tunelint/source"
)

// A course is the way that rounds of fixes take: it ends well, or comes back to
// where it was, or never ends.
type course struct {
	start  *source.Store
	seen   map[[sha256.Size]byte]int // steps made when the files held these texts
	steps  int
	least  int // fixes that were left after the best round
	rounds int // rounds since then
}

func (s *settler) course() *course {
	c := &course{start: s.start, seen: map[[sha256.Size]byte]int{}, least: s.open()}
	c.seen[c.texts(s.start)] = 0
	return c
}

// open counts the fixes that are to be applied, now or later.
func (s *settler) open() int {
	n := 0
	for _, f := range s.result.Findings {
		if f := s.options.chosen(f); f != nil && s.options.covers(f) && !s.options.declines(f) && !s.spares(f) {
			n++
		}
	}
	return n
}

// texts sums up what differs from the files as read.
func (c *course) texts(now *source.Store) (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, change := range changes(c.start, now) {
		fmt.Fprintf(h, "%q %q\n", change.File.Path, change.Text)
	}
	h.Sum(sum[:0])
	return sum
}

// fighting returns the findings whose fixes keep the files from coming to rest, a
// list for each step from the first of them on; nil where they may still settle.
func (c *course) fighting(s *settler) (first int, list [][]*Finding) {
	if len(s.steps) == c.steps {
		return 0, nil // the round changed nothing
	}
	c.steps = len(s.steps)
	texts := c.texts(s.store)
	if first, again := c.seen[texts]; again {
		for _, made := range s.steps[first:] {
			list = append(list, made.applied)
		}
		return first, list
	}
	c.seen[texts] = c.steps
	if open := s.open(); open < c.least {
		c.least, c.rounds = open, 0
	} else {
		c.rounds++
	}
	if c.rounds < maxRounds || c.least == 0 {
		return 0, nil
	}
	return c.steps - 2, endless(s.steps[c.steps-2].applied, s.steps[c.steps-1].applied)
}

// endless returns the findings of two steps whose rules took part in both of them;
// all of the second where no rule did.
func endless(previous, last []*Finding) [][]*Finding {
	again := func(list, other []*Finding) []*Finding {
		return slices.DeleteFunc(slices.Clone(list), func(f *Finding) bool {
			return !slices.ContainsFunc(other, func(g *Finding) bool { return g.Rule == f.Rule })
		})
	}
	if both := again(last, previous); len(both) > 0 {
		return [][]*Finding{again(previous, last), both}
	}
	return [][]*Finding{nil, last}
}

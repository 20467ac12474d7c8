package sysctl

import "math"

// Numbers returns the numbers that the value of a line starts with, as the kernel
// reads them; where an int64 cannot hold one it is the nearest that it holds. It is
// nil for a line that assigns nothing or holds a template tag.
func (l *Line) Numbers() []int64 {
	if l.Broken != "" || l.Exclude || l.Template {
		return nil
	}
	list, _ := leadingNumbers(l.Value, len(l.Value))
	return saturated(list)
}

// saturated returns numbers as far as an int64 holds them.
func saturated(list []number) []int64 {
	var out []int64
	for _, n := range list {
		i, fits := n.int64()
		switch {
		case !fits && n.negative:
			i = math.MinInt64
		case !fits:
			i = math.MaxInt64
		}
		out = append(out, i)
	}
	return out
}

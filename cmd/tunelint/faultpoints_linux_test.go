package main

import (
	"os"
	"strconv"
	"sync"
	"testing"
)

// killsVariable says at how many random moments something happens to a process.
const killsVariable = "TUNELINT_KILLS"

// faultsVariable asks for every system call where a usual run tries some, if it is "all".
const faultsVariable = "TUNELINT_FAULTS"

// moments returns how many random moments a test tries.
func moments(t testing.TB, usual int) int {
	t.Helper()
	text := os.Getenv(killsVariable)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	must(t, err)
	return n
}

// A tally counts outcomes by what they are.
type tally struct {
	mu sync.Mutex
	of map[string]int
}

func (c *tally) add(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = map[string]int{}
	}
	c.of[what]++
}

// upTo returns the numbers of all calls.
func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i + 1
	}
	return out
}

// some returns a few numbers of calls, spread over all, or all where more is asked for.
func some(n, few int) []int {
	if os.Getenv(faultsVariable) == "all" || n <= few {
		return upTo(n)
	}
	out := make([]int, few)
	for i := range out {
		out[i] = 1 + i*(n-1)/(few-1)
	}
	return out
}

// each runs f for every point, in two rigs at a time, and logs what it returns.
func each(t *testing.T, points []int, f func(t *testing.T, m *rig, i int) string) {
	t.Helper()
	eachOf(t, newRig, points, f)
}

// eachOf is each with rigs of a kind.
func eachOf(t *testing.T, newRig func(testing.TB) *rig, points []int, f func(t *testing.T, m *rig, i int) string) {
	t.Helper()
	var count tally
	t.Run("points", func(t *testing.T) {
		for worker := range 2 {
			t.Run(strconv.Itoa(worker), func(t *testing.T) {
				t.Parallel()
				m := newRig(t)
				promised := m.promised(t)
				for i := worker; i < len(points) && !t.Failed(); i += 2 {
					m.build(t)
					m.after = m.redated(promised)
					count.add(f(t, m, points[i]))
					if t.Failed() {
						t.Logf("at point %d of %d", points[i], points[len(points)-1])
					}
				}
			})
		}
	})
	t.Logf("%d points: %v", len(points), count.of)
}

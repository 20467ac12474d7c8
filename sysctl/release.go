package sysctl

import (
	"math"
	"strconv"
	"strings"
)

// A release counts the kernel's minor releases through all majors: 4.20 is
// followed by 5.0, 5.19 by 6.0, 6.19 by 7.0.
type release int

const (
	earliest release = math.MinInt
	latest   release = math.MaxInt
)

// parseRelease reads "6.1" and what "uname -r" prints, such as
// "6.1.0-18-amd64"; it reports false for anything without two numbers in front.
func parseRelease(s string) (release, bool) {
	major, rest := leadingNumber(s)
	minor, _ := leadingNumber(strings.TrimPrefix(rest, "."))
	if major < 0 || minor < 0 || !strings.HasPrefix(rest, ".") {
		return 0, false
	}
	switch major {
	case 0, 1:
		return release(-2000 + 100*major + minor), true
	case 2:
		return release2(minor, rest), true
	case 3:
		return release(minor), true
	case 4:
		return release(20 + minor), true
	case 5:
		return release(41 + minor), true
	}
	return release(61 + 20*(major-6) + minor), true
}

// release2 places the 2.x kernels, where 2.6.N counts as what a minor is today.
func release2(minor int, rest string) release {
	if minor != 6 {
		return release(-1000 + minor)
	}
	patch, _ := leadingNumber(strings.TrimPrefix(rest, ".6."))
	return release(max(patch, 0) - 40)
}

// Older reports whether a kernel is surely older than a release such as "4.4";
// false where one of them cannot be read.
func Older(kernel, than string) bool {
	is, ok := parseRelease(kernel)
	first, known := parseRelease(than)
	return ok && known && is < first
}

// leadingNumber returns the number a text starts with and what follows it, -1
// when it starts with none.
func leadingNumber(s string) (int, string) {
	end := 0
	for end < len(s) && end < 4 && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(s[:end])
	if err != nil {
		return -1, s
	}
	return n, s[end:]
}

// shortRelease returns the two numbers people use: "6.1" of "6.1.0-18-amd64".
func shortRelease(s string) string {
	parts := strings.SplitN(s, ".", 3)
	if len(parts) < 2 {
		return s
	}
	_, rest := leadingNumber(parts[1])
	return parts[0] + "." + strings.TrimSuffix(parts[1], rest)
}

// backports reports whether a release belongs to a vendor who carries so much
// back that the upstream release says little about defaults: RHEL and its
// rebuilds, Amazon Linux.
func backports(kernel string) bool {
	return strings.Contains(kernel, ".el") || strings.Contains(kernel, ".amzn")
}

// A change is something that happened to the kernel not before one release and
// at the latest with another.
type change struct{ from, by release }

func never() change { return change{latest, latest} }

func always() change { return change{earliest, earliest} }

// parseChange reads the notation of the table: V; ~V for about V; A..B; some,
// never, always; "" is the value for an empty field.
func parseChange(s string, empty change) change {
	switch s {
	case "", "-":
		return empty
	case "never":
		return never()
	case "always":
		return always()
	case "some":
		return change{earliest, latest}
	}
	if from, by, ok := strings.Cut(s, ".."); ok {
		c := change{from: earliest}
		if r, ok := parseRelease(from); ok {
			c.from = r
		}
		c.by, _ = parseRelease(by)
		return c
	}
	v, about := strings.CutPrefix(s, "~")
	r, _ := parseRelease(v)
	if about {
		return change{r - 2, r + 2}
	}
	return change{r, r}
}

// happened reports whether a kernel surely has the change. An unknown kernel
// only has what every kernel has.
func (c change) happened(kernel string) bool {
	r, known := parseRelease(kernel)
	return c.by == earliest || known && r >= c.by && c.by != latest
}

// ahead reports whether a kernel surely lacks the change.
func (c change) ahead(kernel string) bool {
	r, known := parseRelease(kernel)
	return c.from == latest || known && r < c.from
}

// Before reports whether a kernel is surely older than a release such as "4.13"; one
// that is unknown ("") is not.
func Before(kernel, release string) bool { return parseChange(release, never()).ahead(kernel) }

package rules

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
	"github.com/tunelint/tunelint/sysctl"
)

var kernelInvalidValue = &lint.Rule{
	Name:  "kernel/invalid-value",
	Title: "the kernel does not take the value, or not as it is meant",
	Why: "The kernel reads plain numbers in decimal, octal after a leading zero and hexadecimal after 0x, split at blanks. A unit, a quote or a " +
		"comma fails the write. At boot the key then has its default even where an earlier line sets it, because systemd-sysctl only writes the last one.",
	Refs: []string{
		"https://docs.kernel.org/admin-guide/sysctl/index.html",
		"https://docs.kernel.org/networking/ip-sysctl.html",
		"https://www.freedesktop.org/software/systemd/man/latest/systemd-sysctl.service.html",
	},
	Severity: lint.Error,
	Run:      runKernelInvalidValue,
}

func runKernelInvalidValue(p *lint.Pass) {
	for _, lines := range lastLines(p.Host.Sysctl) {
		l := lines[len(lines)-1]
		k, known := sysctl.Lookup(l.Key)
		kernel := p.Host.Facts.Kernel.Value
		if !known || l.Exclude || l.Template || l.IgnoreFailure || k.AddedAfter(kernel) || k.RemovedIn(kernel) {
			continue
		}
		if _, comment := spoiledBy(l); comment || continued(p.Host.Sysctl, l) {
			continue
		}
		if verdict, why := k.Check(l.Value, kernel); verdict == sysctl.Rejected {
			reportRefused(p, k, lines, why)
			continue
		}
		reportMisread(p, k, l)
	}
}

// lastLines returns the lines of the boot by key, in the order in which the keys
// come first. Only the last of each is written.
func lastLines(s *sysctl.Settings) [][]*sysctl.Line {
	var out [][]*sysctl.Line
	at := map[string]int{}
	for _, d := range s.Documents {
		for _, lines := range byKey(d, func(l *sysctl.Line) bool { return l.Broken == "" && l.Key != "" }) {
			key := lines[0].Key
			if i, seen := at[key]; seen {
				out[i] = append(out[i], lines...)
				continue
			}
			at[key] = len(out)
			out = append(out, lines)
		}
	}
	return out
}

// continued reports whether a line ends in a backslash before the rest of its value.
func continued(s *sysctl.Settings, l *sysctl.Line) bool {
	return slices.ContainsFunc(s.Documents, func(d *sysctl.Document) bool { return d.File == l.Span.File && len(d.Continued(l)) > 0 })
}

// reportRefused reports a value that fails the write.
func reportRefused(p *lint.Pass, k *sysctl.Key, lines []*sysctl.Line, why string) {
	l := lines[len(lines)-1]
	message := fmt.Sprintf("the kernel refuses %s = %s: %s", l.Key, spelling.Abbreviate(l.Value), why)
	if l.Value == "" {
		message = fmt.Sprintf("the kernel refuses an empty value for %s", l.Key)
	}
	r := p.Report(l.Span, "%s", message).Key("%s in %s", l.Key, path.Base(l.Span.File.Path))
	if k.Access == "read-only" {
		r.Severity(lint.Warning)
		return
	}
	if kernel := p.Host.Facts.Kernel; kernel.Known && strings.Contains(why, " is outside ") {
		r.SeeOrigin(kernel.Origin, "the kernel is %s", kernel.Value)
	}
	seeStored(r, k.Stored(l.Value, p.Host.Sysctl.Kernel))
	if len(lines) > 1 && !l.Glob && !lines[len(lines)-2].Exclude {
		before := lines[len(lines)-2]
		r.See(before.Span, "systemd-sysctl does not write this %s either, only the last line of a key", before.Value)
	}
}

// seeStored says which numbers of a refused triple are in force.
func seeStored(r *lint.Report, stored []string) {
	switch len(stored) {
	case 1:
		r.See(source.Span{}, "only the first number is in force: %s", stored[0])
	case 2:
		r.See(source.Span{}, "only the first two numbers are in force: %s", strings.Join(stored, " "))
	}
}

// reportMisread reports a value that the kernel takes for something else than it
// looks like.
func reportMisread(p *lint.Pass, k *sysctl.Key, l *sysctl.Line) {
	message, severity := misreading(k, l.Key, strings.Fields(l.Value))
	if message != "" {
		p.Report(l.Span, "%s", message).Severity(severity).Key("%s in %s", l.Key, path.Base(l.Span.File.Path))
	}
}

// misreading says how the kernel reads the words of an accepted value where that is
// hardly meant; "" where it is.
func misreading(k *sysctl.Key, key string, words []string) (string, lint.Severity) {
	want := k.Places()
	if want == 0 || len(words) == 0 {
		return "", 0
	}
	for _, word := range words[:min(want, len(words))] {
		octal, err := strconv.ParseInt(word, 8, 64)
		decimal, _ := strconv.ParseInt(word, 10, 64)
		if err == nil && word[0] == '0' && octal != decimal {
			return fmt.Sprintf("the kernel reads %s of %s as %d: a leading zero makes it octal", word, key, octal), lint.Warning
		}
	}
	switch {
	case len(words) < want:
		return fmt.Sprintf("%s has %d numbers, %s sets %d of them: the others stay as they are", key, want, strings.Join(words, " "), len(words)), lint.Warning
	case len(words) > want:
		return fmt.Sprintf("%s has %s, the kernel ignores %q", key, numbers(want), strings.Join(words[want:], " ")), lint.Info
	case want == 3 && !ascending(words):
		return fmt.Sprintf("%s %s is out of order, which is %s", key, strings.Join(words, " "), tripleOrder(key)), lint.Warning
	}
	return "", 0
}

func numbers(n int) string {
	if n == 1 {
		return "one number"
	}
	return fmt.Sprintf("%d numbers", n)
}

// tripleOrder names the three numbers of a key (Documentation/networking/ip-sysctl).
func tripleOrder(key string) string {
	if strings.HasSuffix(key, "_mem") {
		return "low, pressure and high"
	}
	return "minimum, default and maximum"
}

// ascending reports whether no number is below the one before it.
func ascending(words []string) bool {
	var last int64
	for i, word := range words {
		n, err := strconv.ParseInt(word, 0, 64)
		if err == nil && i > 0 && n < last {
			return false
		}
		last = n
	}
	return true
}

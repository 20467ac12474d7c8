package rules

import (
	"strconv"
	"strings"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/nginxconf"
)

var declaredTwice = &lint.Rule{
	Name:  "app/declared-twice",
	Title: "tunelint.yaml and a file of the application set the same thing differently",
	Why: "What tunelint.yaml says counts, and every finding about the application rests on it. " +
		"The program runs with what its own file says, so where the entry is the older of the two the findings are about an application that is not there. " +
		"Delete the entry, or bring it up to date.",
	Refs:     []string{docsConfiguration},
	Severity: lint.Warning,
	Run:      runDeclaredTwice,
}

func runDeclaredTwice(p *lint.Pass) {
	for _, a := range p.Host.Apps {
		for _, d := range a.Disagreements {
			holds, other := appValue(d.Name, d.Holds), appValue(d.Name, d.Other)
			r := p.Report(d.Config, "%s of %s is %s in tunelint.yaml and %s in its file: %s counts", d.Name, a.Name, holds, other, holds).
				Key("%s of %s", d.Name, a.Name)
			if d.Workers > 0 {
				r.See(d.File, "with %d workers this makes it %s", d.Workers, other)
			} else {
				r.See(d.File, "sets it to %s", other)
			}
		}
	}
}

// appValue writes a value of an application in the unit of its key in tunelint.yaml.
func appValue(key string, n int64) string {
	switch {
	case strings.HasSuffix(key, "_timeout"), strings.HasSuffix(key, "_time"), strings.HasSuffix(key, "_interval"), strings.HasSuffix(key, "_period"):
		if n == int64(appconf.Infinite) {
			return "unlimited"
		}
		return nginxconf.FormatTime(time.Duration(n))
	case strings.HasPrefix(key, "memory_"), strings.HasPrefix(key, "heap_"), strings.HasSuffix(key, "_size"):
		return lint.FormatBytes(n)
	}
	return strconv.FormatInt(n, 10)
}

package report

import (
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/spelling"
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	projectURI  = "https://github.com/tunelint/tunelint"
	sourceRoot  = "%SRCROOT%"

	// What GitHub code scanning takes: "SARIF results exceed one or more limits".
	mostRuns    = 20
	mostResults = 5000
)

// A sarifWriter holds what the runs of a log share.
type sarifWriter struct {
	Options
	rules  []sarifRule
	index  map[string]int // of a rule by name
	hashes lineHasher
}

// writeSARIF writes a SARIF 2.1.0 log with one run a host. Suppressed findings
// are not in it: GitHub would open alerts for them.
func writeSARIF(w io.Writer, r *lint.Result, o Options) error {
	o.ASCII = false
	s := &sarifWriter{Options: o, hashes: lineHasher{}}
	s.describe(r)
	log := sarifLog{Schema: sarifSchema, Version: "2.1.0"}
	all := o.entries(r)
	names := hostNames(r, all)
	for _, name := range names {
		list := slices.DeleteFunc(slices.Clone(all), func(e entry) bool { return e.Host != name })
		run := s.run("tunelint/"+url.PathEscape(name)+"/", list, r.Problems)
		run.Properties = propertiesOf(r.Hosts, name)
		log.Runs = append(log.Runs, run)
	}
	if len(names) == 0 {
		run := s.run("tunelint/", all, r.Problems)
		run.Properties = propertiesOf(r.Hosts, "")
		log.Runs = []sarifRun{run}
	}
	return encode(w, log)
}

// hostNames returns every host that gets its own run, none when GitHub would
// not take that many runs.
func hostNames(r *lint.Result, all []entry) []string {
	var names []string
	for _, h := range r.Hosts {
		names = append(names, h.Name)
	}
	for _, e := range all {
		names = append(names, e.Host)
	}
	seen := map[string]bool{}
	names = slices.DeleteFunc(names, func(name string) bool {
		again := seen[name]
		seen[name] = true
		return again
	})
	if len(names) > mostRuns {
		return nil
	}
	return names
}

// propertiesOf describes the host of a name, or all for "".
func propertiesOf(hosts []lint.HostReport, name string) sarifRunProperties {
	out := sarifRunProperties{Hosts: []jsonHost{}}
	for _, h := range hosts {
		if name == "" || h.Name == name {
			out.Hosts = append(out.Hosts, jsonHostOf(h))
		}
	}
	return out
}

func (s *sarifWriter) run(id string, list []entry, problems []lint.Problem) sarifRun {
	kept := worst(list, mostResults)
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: "tunelint", SemanticVersion: semantic(s.Version), InformationURI: projectURI, Rules: s.rules,
		}},
		AutomationDetails: sarifAutomation{id},
		Invocations:       []sarifInvocation{{ExecutionSuccessful: len(problems) == 0}},
		OriginalURIBaseIDs: map[string]sarifArtifactLocation{
			sourceRoot: {Description: &sarifMessage{Text: "The directory that relative paths start from."}},
		},
		ColumnKind: "utf16CodeUnits",
		Results:    []sarifResult{},
	}
	notes := &run.Invocations[0].Notifications
	for _, x := range problems {
		*notes = append(*notes, sarifNotification{"error", sarifMessage{Text: s.visible(s.path(x.Path)) + ": " + s.brief(x.Message)}})
	}
	if n := len(list) - len(kept); n > 0 {
		text := fmt.Sprintf("%s left out: GitHub shows the worst %d only.", spelling.Count(n, "result"), mostResults)
		*notes = append(*notes, sarifNotification{"warning", sarifMessage{Text: text}})
	}
	for _, e := range kept {
		run.Results = append(run.Results, s.result(e))
	}
	return run
}

// worst returns the most severe entries, at most n, in the order of the list.
func worst(list []entry, n int) []entry {
	allowed := map[lint.Severity]int{}
	for severity := lint.Error; ; severity-- {
		for _, e := range list {
			if e.Severity == severity && n > 0 {
				allowed[severity]++
				n--
			}
		}
		if severity == 0 {
			break
		}
	}
	var out []entry
	for _, e := range list {
		if allowed[e.Severity] > 0 {
			allowed[e.Severity]--
			out = append(out, e)
		}
	}
	return out
}

var semanticVersion = regexp.MustCompile(`^\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$`)

// semantic returns a version in the form SARIF asks for.
func semantic(version string) string {
	if semanticVersion.MatchString(version) {
		return version
	}
	return "0.0.0"
}

func sarifLevel(s lint.Severity) string {
	switch s {
	case lint.Error:
		return "error"
	case lint.Warning:
		return "warning"
	}
	return "note"
}

package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/report"
)

func (a *app) checkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "check [PATH...]",
		Aliases: []string{"lint"},
		Short:   "report contradictions; changes nothing",
		Long: "check reads every layer of the hosts at or below PATH (default: the working\n" +
			"directory, else this machine) and reports where they contradict each other.\n" +
			"With a tunelint.yaml PATH chooses which of its hosts are reported, never what\n" +
			"is read. A file leads to the host that reads it; one that none reads is judged\n" +
			"as a fragment. - is standard input: what nginx -T prints, or one file.\n\n" +
			"Exit code: 0 nothing found, 1 findings at --fail-on or above, 2 usage or\n" +
			"configuration error, 3 no host, or files that could not be read or understood.",
		Example:               "  tunelint check --format sarif . > tunelint.sarif",
		DisableFlagsInUseLine: true,
		RunE:                  func(cmd *cobra.Command, args []string) error { return a.check(cmd, args) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	ruleFlags(f)
	scopeFlags(f)
	liveFlags(f)
	inputFlags(f)
	f.StringP("format", "f", "text", "`FORMAT` of the report: "+strings.Join(report.Formats(), ", "))
	f.Int("max-findings", 50, "print at most `N` findings as text; 0 for all")
	screenFlags(f)
	noiseFlags(f)
	exitFlags(f)
	return cmd
}

// check runs the rules over all projects and prints one report.
func (a *app) check(cmd *cobra.Command, args []string) error {
	set, err := readSettings(cmd.Flags())
	if err != nil {
		return err
	}
	write, err := report.Lookup(set.text("format"))
	if err != nil {
		return fail(exitUsage, fmt.Errorf("--format: %w", err))
	}
	s, err := a.newSession(set, args)
	if err != nil {
		return err
	}
	total, code := &lint.Result{}, exitClean
	for _, p := range s.projects {
		r, threshold, err := s.lint(p)
		if err != nil {
			return err
		}
		code = max(code, verdict(r, threshold))
		join(total, r)
	}
	total.Elapsed = time.Since(s.start)
	if err := s.report(write, total); err != nil {
		return fail(exitIncomplete, fmt.Errorf("write the report: %w", err))
	}
	return exit(code)
}

// lint runs the rules over the hosts of a project that are to be reported.
func (s *session) lint(p *project) (*lint.Result, lint.Severity, error) {
	l, err := p.load(s.store)
	if err != nil {
		return nil, 0, err
	}
	s.noteRunning(l.hosts)
	options, err := s.lintOptions(p, l.config)
	if err != nil {
		return nil, 0, err
	}
	threshold, err := s.threshold(l.config)
	if err != nil {
		return nil, 0, err
	}
	chosen, err := p.choose(l)
	if err != nil {
		return nil, 0, err
	}
	r := lint.Run(pick(l.hosts, chosen), options)
	dropUnused(r, l, chosen)
	return r, threshold, nil
}

// pick returns the hosts that are chosen.
func pick(hosts []*host.Host, chosen []bool) []*host.Host {
	var out []*host.Host
	for i, h := range hosts {
		if chosen[i] {
			out = append(out, h)
		}
	}
	return out
}

// report prints a result in the format that was asked for.
func (s *session) report(write report.Format, r *lint.Result) error {
	format := s.text("format")
	base := s.base
	if format == "text" || format == "concise" {
		base = s.dir // for people and editors, who are in this directory
	}
	o := s.display(os.Stdout, base)
	o.MaxFindings = s.number("max-findings")
	o.GitHubActions = inGitHubActions()
	if name := os.Getenv("GITHUB_STEP_SUMMARY"); name != "" && format == "github" {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
		if err != nil {
			return fmt.Errorf("open the job summary: %w", err)
		}
		defer f.Close()
		o.SummaryFile = f
	}
	return write(s.stdout, r, o)
}

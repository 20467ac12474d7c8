package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/report"
	"github.com/tunelint/tunelint/source"
)

// A session is what check and fix have in common: the settings, the files and
// the projects that the command line means.
type session struct {
	*app
	*settings
	store    *source.Store
	projects []*project
	implied  bool         // see locator
	enabled  []*lint.Rule // rules that --select and --ignore leave
	all      []*lint.Rule
	exact    []string // names that --select spells out
	dir      string   // the working directory, links resolved
	base     string   // the top of the git working tree around dir, else dir
	start    time.Time
}

func (a *app) newSession(set *settings, paths []string) (*session, error) {
	s := &session{app: a, settings: set, start: time.Now(), all: a.rules(), store: source.NewStore(source.OS())}
	if err := s.chooseRules(); err != nil {
		return nil, err
	}
	if err := s.findBase(); err != nil {
		return nil, err
	}
	if s.text("config") != "" && s.flag("no-config") {
		return nil, fail(exitUsage, fmt.Errorf("--config and --no-config exclude each other"))
	}
	l := &locator{store: s.store, config: s.text("config"), noConfig: s.flag("no-config"), context: s.text("context"), live: s.flag("live"), bounds: &bounds{any: s.flag("allow-outside")}}
	err := s.locate(l, paths)
	for _, n := range l.notes {
		s.note("%s", n)
	}
	s.projects, s.implied = l.projects, l.implied
	return s, err
}

// locate finds out what the command line means.
func (s *session) locate(l *locator, paths []string) error {
	if err := l.resolveConfig(); err != nil {
		return err
	}
	if l.live {
		return l.locateLive(s.text("root"), paths)
	}
	paths, err := s.readStdin(l, paths)
	if err != nil || len(l.projects) > 0 {
		return err
	}
	if err := l.locate(s.text("root"), paths); err != nil {
		return err
	}
	return l.settle()
}

// chooseRules applies --select and --ignore. Verbose rules take part with --verbose,
// or where --select spells out their names.
func (s *session) chooseRules() error {
	s.exact, s.enabled = s.list("select"), s.all
	var err error
	if len(s.exact) > 0 {
		if s.enabled, err = lint.Select(s.all, s.exact); err != nil {
			return fail(exitUsage, fmt.Errorf("--select: %w", err))
		}
	}
	if !s.flag("verbose") {
		s.enabled = lint.WithoutVerbose(s.enabled, s.exact)
	}
	without, err := lint.Select(s.all, s.list("ignore"))
	if err != nil {
		return fail(exitUsage, fmt.Errorf("--ignore: %w", err))
	}
	s.enabled = slices.DeleteFunc(slices.Clone(s.enabled), func(r *lint.Rule) bool { return slices.Contains(without, r) })
	return nil
}

func (s *session) findBase() error {
	dir, err := os.Getwd()
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return fail(exitIncomplete, fmt.Errorf("find the working directory: %w", err))
	}
	s.dir, s.base = dir, dir
	if top := topLevel(dir); top != "" {
		s.base = top
	}
	return nil
}

// note tells the user something that is no result, unless told to be quiet.
func (s *session) note(format string, args ...any) {
	if !s.flag("quiet") {
		fmt.Fprintf(s.stderr, "note: %s\n", visible(fmt.Sprintf(format, args...)))
	}
}

// lintOptions are what a project's tunelint.yaml, which may be nil, says of rules.
func (s *session) lintOptions(p *project, config *appconf.Config) (lint.Options, error) {
	o := lint.Options{Rules: s.enabled, All: s.all, Base: p.dir, Today: s.start.Format(time.DateOnly), Agree: p.alone != nil}
	if config == nil {
		return o, nil
	}
	o.Severity = map[string]lint.Severity{}
	o.Settings = map[string]map[string]string{}
	for _, c := range config.Rules {
		if err := s.ruleConfig(&o, c); err != nil {
			return o, fail(exitUsage, &source.Error{Span: c.Span, Message: err.Error()})
		}
	}
	for _, i := range config.Ignore {
		o.Ignores = append(o.Ignores, lint.Ignore{Span: i.Span, Rule: i.Rule, Files: i.Files, Reason: i.Reason, Until: i.Until})
	}
	return o, nil
}

// ruleConfig applies one entry of "rules:". Switching a rule off yields to
// --select with its name.
func (s *session) ruleConfig(o *lint.Options, c appconf.RuleConfig) error {
	named, err := lint.Select(s.all, []string{c.Rule})
	if err != nil {
		return err
	}
	for _, r := range named {
		switch severity, err := lint.ParseSeverity(c.Severity); {
		case c.Severity == "off" && !slices.Contains(s.exact, r.Name):
			o.Rules = slices.DeleteFunc(slices.Clone(o.Rules), func(x *lint.Rule) bool { return x == r })
		case err == nil:
			o.Severity[r.Name] = severity
		}
		for _, option := range c.Options {
			if o.Settings[r.Name] == nil {
				o.Settings[r.Name] = map[string]string{}
			}
			o.Settings[r.Name][option.Name] = option.Value
		}
	}
	return nil
}

// display are the report options for a stream, with paths relative to base.
func (s *session) display(stream *os.File, base string) report.Options {
	o := s.settings.display(stream)
	o.Base, o.Verbose, o.Rules = base, s.flag("verbose"), s.enabled
	return o
}

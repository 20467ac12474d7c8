package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"github.com/tunelint/tunelint/appconf"
	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/report"
)

// settings are the options of a run: flag, else environment, else tunelint.yaml,
// else default.
type settings struct {
	flags  *pflag.FlagSet
	values *viper.Viper
}

// readSettings layers the flags of a command over the environment.
func readSettings(flags *pflag.FlagSet) (*settings, error) {
	s := &settings{flags: flags, values: viper.NewWithOptions(viper.KeyDelimiter("::"))}
	var failed error
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" {
			return
		}
		if err := s.bind(f); err != nil && failed == nil {
			failed = err
		}
	})
	if failed == nil {
		failed = s.validate()
	}
	return s, fail(exitUsage, failed)
}

// bind makes a flag a key. The value in the environment must be one that the
// flag would accept.
func (s *settings) bind(f *pflag.Flag) error {
	key := key(f.Name)
	s.values.SetDefault(key, f.DefValue)
	if _, ok := f.Value.(pflag.SliceValue); ok {
		s.values.SetDefault(key, "") // pflag would say "[]"
	}
	if err := s.values.BindPFlag(key, f); err != nil {
		return err
	}
	if slices.Contains(consent[:], f.Name) {
		return nil
	}
	variable := "TUNELINT_" + strings.ToUpper(key)
	if err := s.values.BindEnv(key, variable); err != nil {
		return err
	}
	return checkVariable(variable, f.Value.Type())
}

// checkVariable refuses an environment variable that is not of a flag's type,
// which viper would read as zero.
func checkVariable(variable, kind string) error {
	value := os.Getenv(variable)
	if value == "" {
		return nil
	}
	var err error
	switch kind {
	case "int":
		_, err = strconv.Atoi(value)
	case "bool":
		_, err = strconv.ParseBool(value)
	}
	if err != nil {
		return fmt.Errorf("%s: %q is not a value of type %s", variable, value, kind)
	}
	return nil
}

// validate checks the values that come from a fixed list.
func (s *settings) validate() error {
	lists := []struct {
		flag  string
		known []string
	}{
		{"fail-on", []string{"error", "warning", "info", "never"}},
		{"color", []string{"auto", "always", "never"}},
		{"validate", []string{"nginx", "none"}},
	}
	for _, l := range lists {
		if s.flags.Lookup(l.flag) == nil {
			continue
		}
		if err := oneOf("--"+l.flag, s.text(l.flag), l.known...); err != nil {
			return err
		}
	}
	for _, name := range []string{"width", "max-findings"} {
		if s.number(name) < 0 {
			return fmt.Errorf("--%s: %d is negative", name, s.number(name))
		}
	}
	return nil
}

func (s *settings) text(flag string) string { return s.values.GetString(key(flag)) }
func (s *settings) flag(flag string) bool   { return s.values.GetBool(key(flag)) }
func (s *settings) number(flag string) int  { return s.values.GetInt(key(flag)) }

// list returns a list from a flag or, comma-separated, from the environment.
func (s *settings) list(flag string) []string {
	var parts []string
	switch v := s.values.Get(key(flag)).(type) {
	case []string:
		parts = v
	case string:
		parts = strings.Split(v, ",")
	}
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

func key(flag string) string { return strings.ReplaceAll(flag, "-", "_") }

// over returns the settings with what a tunelint.yaml says below flags and environment.
func (s *settings) over(says map[string]any) (*settings, error) {
	layered, err := readSettings(s.flags)
	if err != nil || len(says) == 0 {
		return layered, err
	}
	return layered, fail(exitUsage, layered.values.MergeConfigMap(says))
}

// never is a threshold that no finding reaches.
const never = lint.Error + 1

// threshold returns the least severity that fails the run, with a tunelint.yaml
// below flags and environment; config may be nil.
func (s *settings) threshold(config *appconf.Config) (lint.Severity, error) {
	says := map[string]any{}
	if config != nil && config.FailOn != "" {
		says["fail_on"] = config.FailOn
	}
	layered, err := s.over(says)
	if err != nil {
		return 0, err
	}
	name := layered.text("fail-on")
	if name == "never" {
		return never, nil
	}
	severity, err := lint.ParseSeverity(name)
	return severity, fail(exitUsage, err)
}

// display are the report options for text on a stream.
func (s *settings) display(stream *os.File) report.Options {
	o := report.Options{
		Color:   colored(s.text("color"), stream),
		ASCII:   s.flag("ascii") || asciiLocale(),
		Width:   s.number("width"),
		Version: Version,
	}
	if o.Width == 0 {
		o.Width = columns(stream)
	}
	return o
}

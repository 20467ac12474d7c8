package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/lint/rules"
	"github.com/tunelint/tunelint/report"
)

func (a *app) ruleCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:                   "rule NAME... | --all",
		Aliases:               []string{"explain"},
		Short:                 "explain a rule: what it finds and why that matters",
		Example:               "  tunelint rule tunelint/unused-ignore",
		DisableFlagsInUseLine: true,
		RunE:                  func(cmd *cobra.Command, args []string) error { return a.explain(cmd, args) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.Bool("all", false, "explain every rule")
	group(f, "Rules")
	screenFlags(f)
	return cmd
}

// explain prints the pages of the rules that are named.
func (a *app) explain(cmd *cobra.Command, names []string) error {
	s, err := readSettings(cmd.Flags())
	if err != nil {
		return err
	}
	all, err := cmd.Flags().GetBool("all")
	if err != nil {
		return err
	}
	list := a.rules()
	switch {
	case all == (len(names) > 0):
		return errors.New("name a rule, or say --all")
	case len(names) > 0:
		if list, err = lint.Select(list, names); err != nil {
			return fail(exitUsage, err)
		}
	}
	var b bytes.Buffer
	for i, r := range list {
		if i > 0 {
			b.WriteString("\n")
		}
		example, err := rules.Example(r.Name)
		if err == nil {
			err = report.Rule(&b, r, example, s.display(os.Stdout))
		}
		if err != nil {
			return fail(exitIncomplete, fmt.Errorf("explain %s: %w", r.Name, err))
		}
	}
	return a.print(b.String())
}

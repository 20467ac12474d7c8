package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpWidth is the number of columns that help fits.
const helpWidth = 80

// groupKey marks a flag with the heading it stands under in the help.
const groupKey = "group"

// flagGroups are the headings of the help, in order.
var flagGroups = [...]string{"Rules", "Scope", "Fixes", "Undo", "Output", "Exit code"}

// group puts every flag of a set that has no heading yet under one.
func group(flags *pflag.FlagSet, name string) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Annotations[groupKey] == nil {
			f.Annotations = map[string][]string{groupKey: {name}}
		}
	})
}

// help returns the help of a command.
func help(cmd *cobra.Command) string {
	var b strings.Builder
	text := cmd.Long
	if text == "" {
		text = cmd.Short
	}
	fmt.Fprintf(&b, "%s\n\nUsage:\n  %s\n", text, usage(cmd))
	if len(cmd.Aliases) > 0 {
		fmt.Fprintf(&b, "\nAlso: %s\n", strings.Join(cmd.Aliases, ", "))
	}
	fmt.Fprintf(&b, "\nExample:\n%s\n", cmd.Example)
	commands(&b, cmd)
	for _, name := range flagGroups {
		flagGroup(&b, cmd, name, name)
	}
	flagGroup(&b, cmd, "", "Other")
	return b.String()
}

func usage(cmd *cobra.Command) string {
	if cmd.HasSubCommands() {
		return cmd.CommandPath() + " COMMAND"
	}
	return cmd.UseLine()
}

func commands(b *strings.Builder, cmd *cobra.Command) {
	if !cmd.HasAvailableSubCommands() {
		return
	}
	b.WriteString("\nCommands:\n")
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			fmt.Fprintf(b, "  %-9s %s\n", c.Name(), c.Short)
		}
	}
}

// flagGroup prints the flags with one heading.
func flagGroup(b *strings.Builder, cmd *cobra.Command, name, heading string) {
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	set.SortFlags = false
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if strings.Join(f.Annotations[groupKey], "") == name {
			set.AddFlag(f)
		}
	})
	if set.HasAvailableFlags() {
		fmt.Fprintf(b, "\n%s:\n%s", heading, set.FlagUsagesWrapped(helpWidth))
	}
}

package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tunelint/tunelint/spelling"
)

// rootCommand builds the command line.
func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "tunelint",
		Short: "find and repair contradictions in an nginx host's tuning",
		Long: "tunelint reads everything that decides how an nginx host behaves under load\n" +
			"(nginx.conf and its includes, sysctl, limits and systemd files, the\n" +
			"application's timeouts, the load balancer) as one host, finds where those\n" +
			"layers contradict each other, and repairs the files with the smallest diff.",
		Example:       "  tunelint check            report on the hosts below this folder",
		Version:       Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          a.unknownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetVersionTemplate(versionLine() + "\n")
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { fmt.Fprint(a.stdout, help(cmd)) })
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(a.checkCommand(), a.fixCommand(), a.undoCommand(), a.ruleCommand(), a.showCommand(), a.factsCommand(), a.versionCommand())
	root.Flags().SortFlags = false
	return root
}

// unknownCommand refuses arguments of the bare program: they are misspelt commands.
func (a *app) unknownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range root.Commands() {
		names = append(append(names, c.Name()), c.Aliases...)
	}
	return fmt.Errorf("unknown command %q%s", args[0], spelling.Hint(args[0], names))
}

// flagError adds a suggestion to the error for a flag that does not exist.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) || unknown.GetSpecifiedShortnames() != "" {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	name := "--" + unknown.GetSpecifiedName()
	return fmt.Errorf("unknown flag %s%s", name, spelling.Hint(name, names))
}

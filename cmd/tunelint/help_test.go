package main

import (
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tunelint/tunelint/lint/rules"
)

// The help of every command names every flag that it takes.
func TestHelpNamesFlags(t *testing.T) {
	a := &app{stdout: io.Discard, stderr: io.Discard, rules: rules.All}
	var look func(cmd *cobra.Command)
	look = func(cmd *cobra.Command) {
		text := help(cmd)
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && !strings.Contains(text, "--"+f.Name) {
				t.Errorf("%s --help is silent on --%s", cmd.CommandPath(), f.Name)
			}
		})
		for _, sub := range cmd.Commands() {
			look(sub)
		}
	}
	look(a.rootCommand())
}

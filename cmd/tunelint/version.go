package main

import "github.com/spf13/cobra"

// Version is the version of this tunelint. It stands here and not in the build,
// so that every way of building prints the same one.
const Version = "0.1.0"

// commit may be set with -ldflags "-X main.commit=...".
var commit string

// versionLine returns "tunelint 0.1.0", with the commit if it is known.
func versionLine() string {
	if commit == "" {
		return "tunelint " + Version
	}
	return "tunelint " + Version + " (" + commit + ")"
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "print the version",
		Example: "  tunelint version",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return a.print(versionLine() + "\n")
		},
	}
}

package main

import (
	"github.com/spf13/cobra"

	"github.com/tunelint/tunelint/report"
)

func (a *app) showCapacityCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "capacity [HOST]",
		Short: "what a host may be asked for at once, beside its limits",
		Long: "show capacity sums up open files, connections, accept queues, local ports and\n" +
			"memory at the declared peak, each figure with what decides it, beside the limit\n" +
			"of the sum. What exceeds one is marked with the finding of check; what is not\n" +
			"known is said, with the key of tunelint.yaml that tells it.",
		Example:               "  tunelint show capacity web -v",
		DisableFlagsInUseLine: true,
		Args:                  cobra.MaximumNArgs(1),
		ValidArgsFunction:     a.completeHost,
		RunE:                  func(cmd *cobra.Command, args []string) error { return a.showCapacity(cmd, args) },
	}
	showFlags(cmd.Flags(), report.ShowFormats())
	return cmd
}

// showCapacity draws the budgets of one host that is named, or of all.
func (a *app) showCapacity(cmd *cobra.Command, args []string) error {
	g, err := a.openGallery(cmd, report.ShowFormats())
	if err != nil {
		return err
	}
	if len(args) > 0 && !g.named(args[0]) {
		return fail(exitUsage, g.unknownHost(args[0]))
	}
	picture := report.Capacity{Hosts: g.hosts}
	if picture.Findings, err = g.findings(report.CapacityRule); err != nil {
		return err
	}
	return g.draw(picture)
}

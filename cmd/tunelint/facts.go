package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/machine"
	"github.com/tunelint/tunelint/report"
	"github.com/tunelint/tunelint/source"
)

func (a *app) factsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "facts",
		Short: "what this machine is and what its kernel has in force",
		Long: "facts prints what the findings about this machine rest on: processors, memory,\n" +
			"kernel, container, the limits of its control group, the nginx that is installed\n" +
			"and the ones that run, and the kernel's settings. It needs no privileges and\n" +
			"changes nothing.\n\n" +
			"--format yaml prints them as a tunelint.yaml, and --write makes that file.",
		Example:               "  tunelint facts --write tunelint.yaml",
		DisableFlagsInUseLine: true,
		Args:                  cobra.NoArgs,
		RunE:                  func(cmd *cobra.Command, _ []string) error { return a.facts(cmd) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringP("format", "f", "text", "`FORMAT`: text, json or yaml")
	f.String("write", "", "write a new tunelint.yaml to `FILE`, and print nothing")
	screenFlags(f)
	f.BoolP("verbose", "v", false, "list every kernel setting, and where figures come from")
	group(f, "Output")
	return cmd
}

// facts prints or writes what the running machine says of itself.
func (a *app) facts(cmd *cobra.Command) error {
	set, err := readSettings(cmd.Flags())
	if err != nil {
		return err
	}
	format, file := set.text("format"), set.text("write")
	if err := oneOf("--format", format, report.FactsFormats()...); err != nil {
		return fail(exitUsage, err)
	}
	if file != "" {
		if cmd.Flags().Changed("format") {
			return fail(exitUsage, errors.New("--write and --format exclude each other: what is written is YAML"))
		}
		format = "yaml"
	}
	o := set.display(os.Stdout)
	o.Verbose = set.flag("verbose")
	facts := readFacts(format, o.Verbose)
	var b bytes.Buffer
	if err := report.ShowFacts(&b, facts, format, o); err != nil {
		return fail(exitIncomplete, fmt.Errorf("print the facts: %w", err))
	}
	if !facts.Machine.Kernel.Release.Known {
		return fail(exitIncomplete, fmt.Errorf("facts needs a Linux machine: %s", facts.Machine.Kernel.Release.Why))
	}
	if file != "" {
		return create(file, b.Bytes())
	}
	return a.print(b.String())
}

// readFacts reads of the machine what a format shows.
func readFacts(format string, verbose bool) report.Facts {
	fsys := source.OS()
	out := report.Facts{Machine: machine.Read(fsys, report.FactKeys(format, verbose)), Nginx: machine.InstalledNginx()}
	if format == "yaml" {
		out.Host = host.FactsHere(fsys)
	}
	out.Nginx.Value.ReadModules(fsys)
	return out
}

// create writes a file that must not exist yet.
func create(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fail(exitUsage, fmt.Errorf("%s exists and is left as it is: name another file, or copy what tunelint facts --format yaml prints", name))
	}
	if err != nil {
		return fail(exitIncomplete, err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return fail(exitIncomplete, errors.Join(err, os.Remove(name)))
	}
	return nil
}

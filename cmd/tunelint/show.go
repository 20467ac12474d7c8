package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/report"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

func (a *app) showCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "show",
		Short:   "show what is in force and where it comes from",
		Long:    "show draws pictures of the hosts that check would look at. It changes nothing.",
		Example: "  tunelint show effective proxy_read_timeout",
		Args:    unknownPicture,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.showCapacityCommand(), a.showChainCommand(), a.showEffectiveCommand(), a.showIncludesCommand(), a.showFilesCommand())
	return cmd
}

// unknownPicture refuses arguments of the bare command: they are misspelt pictures.
func unknownPicture(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	return fmt.Errorf("unknown picture %q%s (known: %s)", args[0], spelling.Hint(args[0], names), strings.Join(names, ", "))
}

// showFlags are those that all pictures take, with the formats of one.
func showFlags(f *pflag.FlagSet, formats []string) {
	f.SortFlags = false
	scopeFlags(f)
	f.StringP("format", "f", "text", "`FORMAT` of the picture: "+strings.Join(formats, " or "))
	screenFlags(f)
	f.BoolP("quiet", "q", false, "print no notes on standard error")
	f.BoolP("verbose", "v", false, "list every place, however many there are")
	group(f, "Output")
}

func (a *app) showIncludesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "includes [HOST]",
		Short: "the files that nginx reads, and what each include matches",
		Long: "show includes draws the files of nginx in reading order: what each include\n" +
			"matches, which files are read several times, which are missing, and which\n" +
			"patterns match nothing.",
		Example:               "  tunelint show includes web",
		DisableFlagsInUseLine: true,
		Args:                  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.showHosts(cmd, args, func(hosts []*host.Host) report.Picture { return report.Includes{Hosts: hosts} })
		},
	}
	showFlags(cmd.Flags(), report.ShowFormats())
	return cmd
}

func (a *app) showFilesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:                   "files [HOST]",
		Short:                 "every file that is read, and what it is read as",
		Example:               "  tunelint show files --format json",
		DisableFlagsInUseLine: true,
		Args:                  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.showHosts(cmd, args, func(hosts []*host.Host) report.Picture { return report.Files{Hosts: hosts} })
		},
	}
	showFlags(cmd.Flags(), report.ShowFormats())
	return cmd
}

// A gallery is a session that draws pictures of hosts.
type gallery struct {
	*session
	hosts []*host.Host
}

// openGallery reads the hosts that check would look at, for a picture that has
// these formats.
func (a *app) openGallery(cmd *cobra.Command, formats []string) (*gallery, error) {
	set, err := readSettings(cmd.Flags())
	if err != nil {
		return nil, err
	}
	if err := oneOf("--format", set.text("format"), formats...); err != nil {
		return nil, fail(exitUsage, err)
	}
	s, err := a.newSession(set, nil)
	if err != nil {
		return nil, err
	}
	g := &gallery{session: s}
	for _, p := range s.projects {
		l, err := p.load(s.store)
		if err != nil {
			return nil, err
		}
		g.hosts = append(g.hosts, l.hosts...)
	}
	return g, nil
}

// named keeps the hosts of a name, and reports whether there are any.
func (g *gallery) named(name string) bool {
	is := func(h *host.Host) bool { return h.Name == name }
	if !slices.ContainsFunc(g.hosts, is) {
		return false
	}
	g.hosts = slices.DeleteFunc(slices.Clone(g.hosts), func(h *host.Host) bool { return !is(h) })
	return true
}

func (g *gallery) unknownHost(name string) error {
	known := g.hostNames()
	return fmt.Errorf("unknown host %q%s (known: %s)", name, spelling.Hint(name, known), strings.Join(known, ", "))
}

func (g *gallery) hostNames() []string {
	var names []string
	for _, h := range g.hosts {
		names = append(names, h.Name)
	}
	return names
}

// showHosts draws the picture of one host that is named, or of all.
func (a *app) showHosts(cmd *cobra.Command, args []string, draw func([]*host.Host) report.Picture) error {
	g, err := a.openGallery(cmd, report.ShowFormats())
	if err != nil {
		return err
	}
	if len(args) > 0 && !g.named(args[0]) {
		return fail(exitUsage, g.unknownHost(args[0]))
	}
	return g.draw(draw(g.hosts))
}

// draw prints a picture. Where a file that it rests on cannot be read or
// understood it says so and the exit code is exitIncomplete.
func (g *gallery) draw(picture report.Picture) error {
	base := g.base
	if g.text("format") == "text" {
		base = g.dir // for people, who are in this directory
	}
	o := g.display(os.Stdout, base)
	if err := report.Show(g.stdout, picture, g.text("format"), o); err != nil {
		return fail(exitIncomplete, fmt.Errorf("write the picture: %w", err))
	}
	return exit(g.complainOfFiles())
}

// complainOfFiles says which files of nginx could not be read to their end.
func (g *gallery) complainOfFiles() int {
	code := exitClean
	for _, h := range g.hosts {
		for _, p := range h.Problems {
			code = exitIncomplete
			g.complain(fmt.Errorf("%s: %w", p.Path, p.Err))
		}
		if h.Nginx == nil {
			continue
		}
		for _, d := range h.Nginx.Documents {
			if d.Err != nil {
				code = exitIncomplete
				g.complain(&source.Error{Span: d.Err.Span, Message: d.Err.Message + "; what stands behind it in the file is not shown"})
			}
		}
	}
	return code
}

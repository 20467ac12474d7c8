package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/report"
	"github.com/tunelint/tunelint/spelling"
)

func (a *app) showEffectiveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "effective DIRECTIVE [HOST] [LOCATION]",
		Short: "what is in force for a directive of nginx, and what decided it",
		Long: "show effective prints, for every server and location, what is in force for a\n" +
			"directive of nginx, the place or the default that decides it, the includes that\n" +
			"lead there, and what is shadowed by it.\n\n" +
			"LOCATION is a location's label (\"/api/\", \"~ \\.php$\"), a path, for which nginx's\n" +
			"own choice is taken, a server name, or both: \"shop.test/api/\". The words before\n" +
			"a place in the output name it too: \"server shop.test 443\".",
		Example:               "  tunelint show effective proxy_read_timeout web shop.test/api/",
		DisableFlagsInUseLine: true,
		Args:                  cobra.RangeArgs(1, 3),
		RunE:                  func(cmd *cobra.Command, args []string) error { return a.showEffective(cmd, args) },
	}
	showFlags(cmd.Flags(), report.ShowFormats())
	return cmd
}

var errNoNginx = errors.New("no host here has an nginx configuration that can be read")

// showEffective prints what is in force for a directive.
func (a *app) showEffective(cmd *cobra.Command, args []string) error {
	if err := knownDirective(args[0]); err != nil {
		return fail(exitUsage, err)
	}
	g, err := a.openGallery(cmd, report.ShowFormats())
	if err != nil {
		return err
	}
	place, err := g.narrow(args[1:])
	if err != nil {
		return fail(exitUsage, err)
	}
	picture := report.Effective{Directive: args[0]}
	for _, h := range g.hosts {
		if h.Nginx == nil {
			continue
		}
		if shown, ok := h.Effective(args[0], place); ok {
			picture.Hosts = append(picture.Hosts, report.EffectiveHost{Host: h, Effective: shown})
		}
	}
	switch {
	case len(picture.Hosts) > 0:
		return g.draw(picture)
	case place == "":
		return fail(exitIncomplete, errNoNginx)
	}
	return fail(exitUsage, g.noPlace(place))
}

// knownDirective refuses what no module known has.
func knownDirective(name string) error {
	if host.KnowsDirective(name) {
		return nil
	}
	return fmt.Errorf("unknown directive %q%s", name, spelling.Hint(name, host.DirectiveNames()))
}

// narrow takes HOST and LOCATION: one word alone is a host if there is one of
// that name. It returns the location.
func (g *gallery) narrow(args []string) (place string, err error) {
	if len(args) == 0 || len(args) == 1 && g.named(args[0]) {
		return "", nil
	}
	if len(args) == 1 {
		return args[0], nil
	}
	if !g.named(args[0]) {
		return "", g.unknownHost(args[0])
	}
	return args[1], nil
}

// noPlace says that nothing has the name, and suggests what there is.
func (g *gallery) noPlace(place string) error {
	names := g.hostNames()
	for _, h := range g.hosts {
		if h.Nginx != nil {
			names = append(names, h.PlaceNames()...)
		}
	}
	return fmt.Errorf("no host, server or location %q%s", place, spelling.Hint(place, names))
}

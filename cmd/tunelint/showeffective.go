package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/report"
	"github.com/tunelint/tunelint/spelling"
)

func (a *app) showEffectiveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "effective KEY [HOST] [LOCATION]",
		Short: "what is in force for a directive, key or limit, and what decided it",
		Long: "show effective prints what is in force for KEY, the place or the default that\n" +
			"decides it, and what it overrules.\n\n" +
			"A directive of nginx is shown for every server and location, with the includes\n" +
			"that lead there. LOCATION is a location's label (\"/api/\", \"~ \\.php$\"), a path,\n" +
			"for which nginx's own choice is taken, a server name, or both: \"shop.test/api/\".\n" +
			"The words before a place in the output name it too: \"server shop.test 443\".\n\n" +
			"A key of the kernel (net.core.somaxconn, net/core/somaxconn) is shown with every\n" +
			"line that sets it in the order of the boot, the last one in force; with what\n" +
			"\"sysctl --system\" leaves instead, and what the running machine has now.\n\n" +
			"A limit (nofile, LimitNOFILE) is shown as nginx's service gets it from systemd.",
		Example: "  tunelint show effective proxy_read_timeout web shop.test/api/\n" +
			"  tunelint show effective net.core.somaxconn\n" +
			"  tunelint show effective nofile",
		DisableFlagsInUseLine: true,
		Args:                  cobra.RangeArgs(1, 3),
		ValidArgsFunction:     a.completeKey,
		RunE:                  func(cmd *cobra.Command, args []string) error { return a.showEffective(cmd, args) },
	}
	showFlags(cmd.Flags(), report.ShowFormats())
	return cmd
}

var errNoNginx = errors.New("no host here has an nginx configuration that can be read")

// showEffective prints what is in force for a directive, a key or a limit.
func (a *app) showEffective(cmd *cobra.Command, args []string) error {
	if host.KnowsDirective(args[0]) {
		return a.showDirective(cmd, args)
	}
	resource, isLimit := limits.LookupResource(args[0])
	if !isLimit && !strings.ContainsAny(args[0], "./") {
		return fail(exitUsage, unknownKey(args[0]))
	}
	g, err := a.openGallery(cmd, report.ShowFormats())
	if err != nil {
		return err
	}
	place, err := g.narrow(args[1:])
	switch {
	case err != nil:
		return fail(exitUsage, err)
	case place != "" && len(args) == 2:
		return fail(exitUsage, g.unknownHost(place))
	case place != "":
		return fail(exitUsage, fmt.Errorf("%s holds for the whole host: it has no location", args[0]))
	case isLimit:
		return g.draw(g.limit(args[0], resource))
	}
	return g.showKey(args[0])
}

// showDirective prints what is in force for a directive of nginx.
func (a *app) showDirective(cmd *cobra.Command, args []string) error {
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

package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tunelint/tunelint/lint"
	"github.com/tunelint/tunelint/report"
)

func (a *app) showChainCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "chain [HOST] [URL]",
		Short: "who waits how long for whom, from the balancer to the application",
		Long: "show chain draws the times of every party that a request passes: how long each\n" +
			"waits for an answer and keeps idle connections, and what decides it. What stands\n" +
			"in the wrong order is marked with the finding of check.\n\n" +
			"URL is \"https://shop.test/api/\", \"shop.test/api/\", \"/api/\" for every server, or\n" +
			"\"http://unix:/run/nginx.sock:/api/\". Server and location are those that nginx\n" +
			"chooses. Without a URL every chain is drawn, locations with the same times as\n" +
			"one. --format svg is a picture to paste into a report.",
		Example:               "  tunelint show chain web https://shop.test/api/",
		DisableFlagsInUseLine: true,
		Args:                  cobra.MaximumNArgs(2),
		ValidArgsFunction:     a.completeHost,
		RunE:                  func(cmd *cobra.Command, args []string) error { return a.showChain(cmd, args) },
	}
	showFlags(cmd.Flags(), report.ChainFormats())
	return cmd
}

// showChain draws the chains of a URL, or all.
func (a *app) showChain(cmd *cobra.Command, args []string) error {
	g, err := a.openGallery(cmd, report.ChainFormats())
	if err != nil {
		return err
	}
	url, err := g.narrow(args)
	if err != nil {
		return fail(exitUsage, err)
	}
	picture := report.Chains{URL: url}
	if picture.Findings, err = g.findings(report.ChainRule); err != nil {
		return err
	}
	if url == "" {
		for _, h := range g.hosts {
			picture.Hosts = append(picture.Hosts, report.ChainHost{Host: h, Chains: h.Chains()})
		}
		return g.draw(picture)
	}
	if err := g.follow(&picture); err != nil {
		return err
	}
	return g.draw(picture)
}

// follow finds what becomes of the picture's URL on every host. It fails where no
// server of any host takes it.
func (g *gallery) follow(picture *report.Chains) error {
	if !strings.ContainsAny(picture.URL, "./:") && !g.serves(picture.URL) {
		return fail(exitUsage, fmt.Errorf("%w; write http://%s/ for a URL", g.unknownHost(picture.URL), picture.URL))
	}
	var err, why error
	taken, nginx := false, false
	for _, h := range g.hosts {
		shown := report.ChainHost{Host: h, Why: "has no nginx configuration that can be read"}
		if h.Nginx != nil {
			nginx, shown.Why = true, ""
			if shown.Ways, err = h.Ways(picture.URL); err != nil {
				shown.Why, why = err.Error(), err
			}
		}
		taken = taken || len(shown.Ways) > 0
		picture.Hosts = append(picture.Hosts, shown)
	}
	switch {
	case taken:
		return nil
	case !nginx:
		return fail(exitIncomplete, errNoNginx)
	}
	if code := g.complainOfFiles(); code != exitClean {
		return exit(code)
	}
	return fail(exitUsage, fmt.Errorf("no server takes %q: %w", picture.URL, why))
}

// serves reports whether a server of some host has a name.
func (g *gallery) serves(name string) bool {
	for _, h := range g.hosts {
		if h.Nginx != nil && len(h.Nginx.Find(name)) > 0 {
			return true
		}
	}
	return false
}

// findings are what some of the rules find.
func (g *gallery) findings(wanted func(rule string) bool) ([]*lint.Finding, error) {
	var out []*lint.Finding
	for _, p := range g.projects {
		l, err := p.load(g.store)
		if err != nil {
			return nil, err
		}
		o, err := g.lintOptions(p, l.config)
		if err != nil {
			return nil, err
		}
		var rules []*lint.Rule
		for _, r := range o.Rules {
			if wanted(r.Name) {
				rules = append(rules, r)
			}
		}
		o.Rules = rules
		out = append(out, lint.Run(l.hosts, o).Findings...)
	}
	return out, nil
}

// completeHost offers the names of the hosts for the first word.
func (a *app) completeHost(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	g, err := a.openGallery(cmd, report.ChainFormats())
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return g.hostNames(), cobra.ShellCompDirectiveNoFileComp
}

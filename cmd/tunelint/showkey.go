package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/report"
	"github.com/tunelint/tunelint/spelling"
	"github.com/tunelint/tunelint/sysctl"
)

// showKey prints what is in force for a key of the kernel.
func (g *gallery) showKey(written string) error {
	key := sysctl.Canonical(written)
	if strings.ContainsAny(key, "*?[") {
		return fail(exitUsage, fmt.Errorf("%q stands for many keys: name one of them, such as %s", written, example(key)))
	}
	picture, known := report.EffectiveKey{Key: key}, false
	for _, h := range g.hosts {
		known = known || h.KnowsKey(key)
		picture.Hosts = append(picture.Hosts, report.EffectiveKeyHost{Host: h, KernelSetting: h.KernelSetting(key)})
	}
	if !known {
		return fail(exitUsage, unknownKey(written))
	}
	return g.draw(picture)
}

// limit draws a limit of nginx's service on every host.
func (g *gallery) limit(name string, r limits.Resource) report.Picture {
	picture := report.EffectiveLimit{Name: name}
	for _, h := range g.hosts {
		picture.Hosts = append(picture.Hosts, report.EffectiveLimitHost{Host: h, ServiceLimit: h.ServiceLimit(r)})
	}
	return picture
}

// unknownKey refuses what is no directive, no key of the kernel and no limit, with
// the nearest of all three. The last name of a key stands for the key.
func unknownKey(written string) error {
	names := keyNames()
	for _, name := range names {
		if strings.HasSuffix(name, "."+written) {
			return fmt.Errorf("unknown key %q, did you mean %q?", written, name)
		}
	}
	return fmt.Errorf("unknown directive, kernel setting or limit %q%s", written, spelling.Hint(sysctl.Canonical(written), names))
}

// keyNames are the names that show effective knows: directives, keys of the kernel
// with an example in place of each pattern, and limits.
func keyNames() []string {
	names := host.DirectiveNames()
	for _, k := range sysctl.Keys() {
		names = append(names, example(k.Name))
	}
	for _, r := range limits.Resources() {
		if r.Item != "" {
			names = append(names, r.Item)
		}
		names = append(names, r.Key)
	}
	return names
}

// example replaces the patterns in a key by a name that every machine has.
func example(key string) string {
	return strings.NewReplacer(".conf.*.", ".conf.all.", ".neigh.*.", ".neigh.default.").Replace(key)
}

// completeKey offers names for the first word, hosts for the second.
func (a *app) completeKey(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return a.completeHost(cmd, args[1:], begun)
	}
	var out []string
	for _, name := range keyNames() {
		if strings.HasPrefix(name, begun) && !strings.Contains(name, "*") {
			out = append(out, name)
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

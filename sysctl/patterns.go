package sysctl

import (
	"path"
	"slices"

	"github.com/tunelint/tunelint/source"
)

// fromPatterns reads the files that match, in the order of their base names.
// Files of one base name hide each other only where the loaders would do so, between
// their directories; elsewhere both count, in the order of the patterns.
func (l *loader) fromPatterns(patterns []string) (boot, manual sequence) {
	var names []string
	for _, pattern := range patterns {
		matches, err := l.view.Glob(path.Clean("/" + pattern))
		if err != nil {
			l.fail(pattern, err)
			l.blind = l.blind || source.IsOutside(err)
		}
		for _, name := range matches {
			if _, err := l.view.ReadDir(name); err != nil && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	names = l.unmasked(names)
	slices.SortStableFunc(names, compareBase)
	boot = l.read(names)
	i := slices.Index(names, sysctlConf)
	if i < 0 {
		return boot, boot
	}
	rest := slices.Delete(names, i, i+1)
	if linked := l.read(rest); len(linked.documents) == len(boot.documents) {
		boot = linked // a link already gives sysctl.conf its place
	}
	return boot, l.read(append(rest, sysctlConf))
}

// unmasked drops the names that one in a more important directory hides.
func (l *loader) unmasked(names []string) []string {
	winners := map[string]string{}
	for _, name := range names {
		base, at := path.Base(name), slices.Index(directories(), path.Dir(name))
		old, taken := winners[base]
		if at >= 0 && (!taken || at < slices.Index(directories(), path.Dir(old))) {
			winners[base] = name
		}
	}
	return slices.DeleteFunc(names, func(name string) bool {
		by := winners[path.Base(name)]
		if by == "" || by == name || !slices.Contains(directories(), path.Dir(name)) {
			return false
		}
		if !l.same(name, by) {
			l.settings.Masked = append(l.settings.Masked, Masked{name, by})
		}
		return true
	})
}

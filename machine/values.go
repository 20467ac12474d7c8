package machine

import (
	"strings"

	"github.com/tunelint/tunelint/source"
)

const settings = "/proc/sys/"

// ReadValues reads the kernel settings named by canonical keys; a "*" in one
// stands for one name or the rest of one.
func ReadValues(fsys source.FS, keys []string) map[string]string {
	out := make(map[string]string, len(keys))
	view := source.NewStore(fsys).View("/")
	for _, key := range keys {
		names := []string{settingFile(key)}
		if strings.Contains(key, "*") {
			names, _ = view.Glob(names[0]) // the pattern is well-formed
		}
		for _, name := range names {
			if text, err := read(fsys, name); err == nil {
				out[settingKey(name)] = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\t' || r == '\n' }), " ")
			}
		}
	}
	return out
}

// swapped turns a canonical key into a path and back: dots separate folders, and
// a slash is a dot within a name (sysctl.d(5)).
var swapped = strings.NewReplacer(".", "/", "/", ".")

func settingFile(key string) string { return settings + swapped.Replace(key) }

func settingKey(file string) string { return swapped.Replace(strings.TrimPrefix(file, settings)) }

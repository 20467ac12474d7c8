package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/machine"
	"github.com/tunelint/tunelint/source"
)

// yaml is a tunelint.yaml that declares the machine as one host. What is not known
// is left out; where a declaration helps, a remark says why.
func (f Facts) yaml() []byte {
	var b strings.Builder
	b.WriteString("version: 1\nhosts:\n")
	fmt.Fprintf(&b, "  - name: %s\n    root: /\n", strconv.Quote(f.name()))
	if text := inBraces([]yamlEntry{
		textEntry("version", f.Host.NginxVersion),
		{"modules", listed(f.Nginx.Value.Added)},
	}); text != "" {
		fmt.Fprintf(&b, "    nginx: %s\n", text)
	}
	if f.Host.Kernel.Known {
		fmt.Fprintf(&b, "    kernel: %s\n", strconv.Quote(f.Host.Kernel.Value))
	}
	if c := f.Machine.Container; !c.Known {
		fmt.Fprintf(&b, "    # container is not known: %s\n", Options{}.visible(c.Why))
	}
	if text := inBraces([]yamlEntry{
		numberEntry("cpus", f.Host.CPUs),
		{"memory", bytesText(f.Host.Memory)},
		{"swap", bytesText(f.Host.Swap)},
		numberEntry("nofile_hard", f.nofileHard()),
		numberEntry("container", f.Host.Container),
	}); text != "" {
		fmt.Fprintf(&b, "    facts: %s\n", text)
	}
	return []byte(b.String())
}

// hostnameKey is the key whose value names the host.
const hostnameKey = "kernel.hostname"

// name is the host's name, as the kernel has it.
func (f Facts) name() string {
	name, _, _ := strings.Cut(f.Machine.Values[hostnameKey], ".")
	if name == "" {
		return "localhost"
	}
	return name
}

// nofileHard is what nginx's master inherits: where nothing else says it, what the
// one that runs has.
func (f Facts) nofileHard() source.Setting[int64] {
	hard := f.Host.NoFileHard
	for _, m := range f.Machine.Masters {
		if !hard.Known && m.Elsewhere == "" && m.NoFile != (machine.Limits{}) {
			hard = source.Known(m.NoFile.Hard, source.Origin{})
		}
	}
	return hard
}

// A yamlEntry is a key of a mapping in braces, and its value as YAML; "" for none.
type yamlEntry struct{ key, value string }

func inBraces(entries []yamlEntry) string {
	var words []string
	for _, e := range entries {
		if e.value != "" {
			words = append(words, e.key+": "+e.value)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return "{" + strings.Join(words, ", ") + "}"
}

func textEntry(key string, s source.Setting[string]) yamlEntry {
	if !s.Known {
		return yamlEntry{}
	}
	return yamlEntry{key, strconv.Quote(s.Value)}
}

func numberEntry[T int | int64 | bool](key string, s source.Setting[T]) yamlEntry {
	if !s.Known {
		return yamlEntry{}
	}
	return yamlEntry{key, fmt.Sprint(s.Value)}
}

// bytesText writes a size in the largest binary unit that gives a whole number.
func bytesText(s source.Setting[int64]) string {
	if !s.Known {
		return ""
	}
	n, unit := s.Value, ""
	for _, larger := range []string{"KiB", "MiB", "GiB"} {
		if n == 0 || n%1024 != 0 {
			break
		}
		n, unit = n/1024, larger
	}
	return strconv.FormatInt(n, 10) + unit
}

// sourceVersion is what a folder of sources has behind the name of its module.
var sourceVersion = regexp.MustCompile(`-v?[0-9][0-9.]*$`)

// listed writes names of modules from others.
func listed(modules []string) string {
	var words []string
	for _, name := range modules {
		words = append(words, strconv.Quote(sourceVersion.ReplaceAllString(name, "")))
	}
	if len(words) == 0 {
		return ""
	}
	return "[" + strings.Join(words, ", ") + "]"
}

package report

import (
	"io"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/machine"
	"github.com/tunelint/tunelint/sysctl"
)

// Facts is what was read of the running machine.
type Facts struct {
	Machine *machine.Machine
	// Nginx is the one that is installed.
	Nginx machine.Figure[machine.Nginx]
	// Host are the facts that check takes from the machine, for the format yaml.
	Host host.Facts
}

// FactsFormats are the formats of [ShowFacts], the default first.
func FactsFormats() []string { return []string{"text", "json", "yaml"} }

// ShowFacts writes facts in a format: as text, as a document of version 1 whose
// keys are only ever added to, or as a tunelint.yaml. It fails only when writing
// does.
func ShowFacts(w io.Writer, f Facts, format string, o Options) error {
	switch format {
	case "json":
		return encode(w, f.document(o))
	case "yaml":
		return write(w, f.yaml())
	}
	p := &page{Options: o}
	f.text(p)
	return p.write(w)
}

// A kernelSetting is a key of the kernel with the value in force.
type kernelSetting struct {
	key, value string
	// usual is the kernel's own default, where one figure holds.
	usual   string
	isUsual bool // the value is that default, or there is none to compare with
}

// settings returns the kernel's settings that were read, sorted by key.
func (f Facts) settings() []kernelSetting {
	var out []kernelSetting
	for key, value := range f.Machine.Values {
		s := kernelSetting{key: key, value: value, isUsual: true}
		if k, ok := sysctl.Lookup(key); ok && k.Access != "read-only" {
			if usual, ok := k.DefaultFor(f.Machine.Kernel.Release.Value); ok {
				s.usual = usual
				s.isUsual = strings.Join(strings.Fields(usual), " ") == strings.Join(strings.Fields(value), " ")
			}
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b kernelSetting) int { return strings.Compare(a.key, b.key) })
	return out
}

// counting is the key that makes the kernel count anew when it is read.
const counting = "vm.stat_refresh"

// FactKeys returns the keys of the kernel whose values a format shows: as text
// those that nginx has to do with, or, as JSON and with --verbose, every one that
// can be read.
func FactKeys(format string, verbose bool) []string {
	switch {
	case format == "yaml":
		return []string{hostnameKey}
	case format == "text" && !verbose:
		return host.KernelKeys()
	}
	var out []string
	for _, k := range sysctl.Keys() {
		if k.Access != "write-only" && k.Name != counting {
			out = append(out, k.Name)
		}
	}
	return out
}

// settingsText lists the settings; a star marks what is not the kernel's default.
func (f Facts) settingsText(p *page) {
	list := f.settings()
	if len(list) == 0 {
		return
	}
	more := ""
	if !p.Verbose {
		more = "; -v lists them all"
	}
	p.printf("\n%s  * is not the kernel's default%s\n", p.paint(strongStyle, "kernel settings"), more)
	room := 0
	for _, s := range list {
		room = max(room, columns(p.visible(s.key)))
	}
	for _, s := range list {
		p.settingLine(s, min(room, p.width()*2/3))
	}
}

func (p *page) settingLine(s kernelSetting, room int) {
	value := p.visible(s.value)
	if value == "" {
		value = `""`
	}
	line := p.pad(p.visible(s.key), room) + "  " + value
	if s.isUsual {
		p.printf("  %s\n", line)
		return
	}
	usual := "default " + p.visible(s.usual)
	if used := 2 + columns(line); used+2+columns(usual) > p.width() {
		line += "\n" + strings.Repeat(" ", room+3)
	}
	p.printf("%s %s  %s\n", p.paint(infoStyle, "*"), line, p.paint(faintStyle, usual))
}

// pad fills a printable text up with blanks.
func (p *page) pad(text string, room int) string {
	return text + strings.Repeat(" ", max(0, room-columns(text)))
}

package host

import (
	"path"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// A Dump is what "nginx -T" prints: every file that nginx reads, in its order.
type Dump struct {
	// Main is the name of the main file.
	Main  string
	Files source.Memory
}

// dumpMarker is the line before each file (ngx_dump_config, src/core/nginx.c),
// which ends in a colon.
const dumpMarker = "# configuration file "

// ReadDump splits the output of "nginx -T"; false where the text is none. What
// nginx says before the first file or after the last one is dropped. A file that
// is dumped twice counts once.
func ReadDump(text string) (Dump, bool) {
	d := Dump{Files: source.Memory{}}
	name, start := "", 0
	for at := 0; at < len(text); {
		end := len(text)
		if n := strings.IndexByte(text[at:], '\n'); n >= 0 {
			end = at + n + 1
		}
		if next, ok := markedFile(text[at:end]); ok {
			d.add(name, text[start:at])
			name, start = next, end
		}
		at = end
	}
	d.add(name, withoutRemarks(text[start:]))
	return d, d.Main != ""
}

// markedFile returns the name in a line that announces a file.
func markedFile(line string) (string, bool) {
	name, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), dumpMarker)
	name, colon := strings.CutSuffix(name, ":")
	return name, ok && colon && name != ""
}

// add keeps one file. nginx prints a line feed behind its content.
func (d *Dump) add(name, content string) {
	if name == "" {
		return
	}
	name = path.Join("/", name)
	if d.Main == "" {
		d.Main = name
	}
	if _, ok := d.Files[name]; !ok {
		d.Files[name] = strings.TrimSuffix(content, "\n")
	}
}

// withoutRemarks cuts off what nginx says on standard error behind the last file.
func withoutRemarks(text string) string {
	for {
		rest := strings.TrimRight(text, "\n")
		i := strings.LastIndexByte(rest, '\n') + 1
		if !strings.HasPrefix(rest[i:], "nginx: ") {
			return text
		}
		text = rest[:i]
	}
}

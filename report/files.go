package report

import (
	"strings"

	"github.com/tunelint/tunelint/host"
	"github.com/tunelint/tunelint/source"
	"github.com/tunelint/tunelint/spelling"
)

// Files shows every file that was read for hosts, with what it is read as.
type Files struct{ Hosts []*host.Host }

func (f Files) text(p *page) {
	for i, h := range f.Hosts {
		if i > 0 {
			p.printf("\n")
		}
		parts := h.Parts()
		p.hostLine(h, spelling.Count(countFiles(parts), "file"))
		p.printf("\n")
		width := 0
		for _, part := range parts {
			width = max(width, columns(p.visible(part.Role)))
		}
		for _, part := range parts {
			role := p.visible(part.Role)
			p.printf("%s%s  %s", role, strings.Repeat(" ", width-columns(role)), p.visible(p.path(part.File.Path)))
			if part.Reads > 1 {
				p.printf("  (read %d times)", part.Reads)
			}
			p.printf("\n")
		}
	}
}

func countFiles(parts []host.Part) int {
	files := map[*source.File]bool{}
	for _, part := range parts {
		files[part.File] = true
	}
	return len(files)
}

type jsonPart struct {
	Path  string `json:"path"`
	Role  string `json:"role"`
	Reads int    `json:"reads,omitempty"` // by nginx
}

func (f Files) document(o Options) jsonPicture {
	out := o.newPicture("files")
	for _, h := range f.Hosts {
		shown := shownHost(h)
		for _, part := range h.Parts() {
			shown.Files = append(shown.Files, jsonPart{o.path(part.File.Path), part.Role, part.Reads})
		}
		out.Hosts = append(out.Hosts, shown)
	}
	return out
}

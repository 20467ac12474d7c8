package nginxconf

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// An InactiveFile holds directives, stands where nginx looks for files, and is
// not read.
type InactiveFile struct {
	File *source.File
	// Name is the file's name on the host.
	Name string
	// Include is an include directive that takes files of its folder.
	Include *Directive
}

// InactiveFiles returns files in the folders of include patterns that no include
// reads, by folder and name. The folder of the main file is left out: nginx's
// packages put files there to choose from.
func (c *Config) InactiveFiles() []InactiveFile {
	var out []InactiveFile
	looked := map[string]bool{}
	c.Main.each(func(in *Inclusion) {
		dir, base := path.Split(in.Name)
		if dir = path.Clean(dir); in.Pattern && !strings.ContainsAny(dir, "*?[") && dir != path.Dir(c.Conf) && !looked[in.Name] {
			looked[in.Name] = true
			out = append(out, c.inactiveIn(dir, base, in.Directive)...)
		}
	})
	seen := map[*source.File]bool{}
	return slices.DeleteFunc(out, func(f InactiveFile) bool {
		was := seen[f.File]
		seen[f.File] = true
		return was
	})
}

func (c *Config) inactiveIn(dir, pattern string, include *Directive) []InactiveFile {
	entries, err := c.view.ReadDir(dir)
	if err != nil {
		return nil
	}
	var out []InactiveFile
	for _, e := range entries {
		matches, err := path.Match(strings.ReplaceAll(pattern, "[!", "[^"), e.Name())
		if matches || err != nil || e.Name()[0] == '.' || isSample(e.Name()) || e.Type()&^fs.ModeSymlink != 0 {
			continue
		}
		name := path.Join(dir, e.Name())
		if f, err := c.view.Open(name); err == nil && c.Document(f) == nil && looksLikeConfig(f) {
			out = append(out, InactiveFile{f, name, include})
		}
	}
	return out
}

// each calls f for every include that is followed in a file and those it
// includes, in order.
func (r *Reading) each(f func(*Inclusion)) {
	for _, in := range r.Inclusions {
		f(in)
		for _, read := range in.Readings {
			read.each(f)
		}
	}
}

// isSample reports whether a name says that the file is there to be copied or
// filled in.
func isSample(name string) bool {
	switch path.Ext(name) {
	case ".sample", ".example", ".dist", ".template", ".tmpl", ".tpl", ".j2", ".erb", ".in", ".md", ".txt", ".html":
		return true
	}
	return false
}

// looksLikeConfig reports whether nginx could read the file.
func looksLikeConfig(f *source.File) bool {
	doc := Parse(f)
	return doc.Err == nil && len(doc.Directives) > 0 &&
		!slices.ContainsFunc(doc.Directives, func(d *Directive) bool { return Lookup(d.Name) == nil })
}

package main

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/tunelint/tunelint/report"
	"github.com/tunelint/tunelint/spelling"
)

// repeated are the flags that say what is read and looked for. A command that is
// printed for the user to run must have them, or it would mean other files.
var repeated = [...]string{"config", "no-config", "root", "live", "context", "stdin-filename", "select", "ignore"}

// call returns how the user called fix, as far as another call must be the same.
func (s *session) call(paths []string) report.Call {
	var c report.Call
	s.settings.flags.Visit(func(f *pflag.Flag) {
		if !slices.Contains(repeated[:], f.Name) {
			return
		}
		c.Flags += " --" + f.Name
		switch v := f.Value.(type) {
		case pflag.SliceValue:
			c.Flags += " " + spelling.ShellWord(strings.Join(v.GetSlice(), ","))
		default:
			if f.Value.Type() != "bool" {
				c.Flags += " " + spelling.ShellWord(f.Value.String())
			}
		}
	})
	for _, p := range paths {
		if strings.HasPrefix(p, "-") && p != standardInput {
			p = "./" + p
		}
		c.Paths += " " + spelling.ShellWord(p)
	}
	return c
}

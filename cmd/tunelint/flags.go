package main

import "github.com/spf13/pflag"

// ruleFlags choose what is looked for.
func ruleFlags(f *pflag.FlagSet) {
	f.StringSlice("select", nil, "only these rules: `NAMES`, groups or globs, comma-separated")
	f.StringSlice("ignore", nil, "without these rules: `NAMES`, groups or globs")
	group(f, "Rules")
}

// scopeFlags choose what is read.
func scopeFlags(f *pflag.FlagSet) {
	f.String("config", "", "read `FILE` instead of looking for a tunelint.yaml")
	f.Bool("no-config", false, "look for no tunelint.yaml")
	f.String("root", "", "treat `DIR` as the \"/\" of the machine")
	f.Bool("allow-outside", false, "read where links and path_map leave the project")
	group(f, "Scope")
}

// liveFlags say that what runs is looked at too.
func liveFlags(f *pflag.FlagSet) {
	f.Bool("live", false, "compare the files of this machine with what runs on it")
	group(f, "Scope")
}

// inputFlags choose text that no host reads as it is.
func inputFlags(f *pflag.FlagSet) {
	f.String("context", "", "take each PATH as what stands in `BLOCKS`: http,server")
	f.String("stdin-filename", "", "with the path -: lay standard input over `FILE`")
	group(f, "Scope")
}

// screenFlags say how text looks.
func screenFlags(f *pflag.FlagSet) {
	f.String("color", "auto", "`WHEN` to colour: auto, always or never")
	f.Int("width", 0, "`COLUMNS` of text output (default: the terminal's, else 100)")
	f.Bool("ascii", false, "print nothing but ASCII (default: in a non-UTF-8 locale)")
	group(f, "Output")
}

// noiseFlags say how much is printed.
func noiseFlags(f *pflag.FlagSet) {
	f.BoolP("quiet", "q", false, "print no notes on standard error")
	f.BoolP("verbose", "v", false, "list what was not evaluated, and the facts and defaults used")
	group(f, "Output")
}

func exitFlags(f *pflag.FlagSet) {
	f.String("fail-on", "warning", "least `SEVERITY` that exits 1: error, warning, info or never")
	group(f, "Exit code")
}

// consent are the flags by which a user agrees to a change of files, or to reading what
// does not belong to the project. They have no environment variable: an inherited one
// must not turn a dry run into a write.
var consent = [...]string{"write", "yes", "unsafe", "allow-dirty", "allow-managed", "allow-outside"}

// fixFlags say what is repaired and how it is written.
func fixFlags(f *pflag.FlagSet) {
	f.Bool("write", false, "write the files (default: print the diff only)")
	f.BoolP("yes", "y", false, "write without asking")
	f.Bool("unsafe", false, "apply unsafe fixes too")
	f.StringSlice("only", nil, "apply fixes of these rules only: `NAMES`, groups or globs")
	f.String("choose", "", "apply the fix `LETTER` of a finding that offers several: A, B ...")
	f.String("patch", "", "write the diff to `FILE`, not to standard output")
	f.Bool("fail-on-change", false, "exit 1 when files were written, even if nothing is left")
	f.String("validate", "nginx", "`HOW` to test before and after writing: nginx or none")
	f.String("backup-dir", "", "keep backups in `DIR` (root: /var/backups/tunelint)")
	f.Bool("vcs-backup", false, "git is the backup: write tracked files without changes only")
	f.Bool("allow-dirty", false, "write files with uncommitted changes too")
	f.Bool("allow-managed", false, "write files that Ansible, Puppet, Chef ... will overwrite")
	group(f, "Fixes")
}

// Package rules holds the rules: one a file, NAME.go beside NAME.txtar with its
// cases. all.go lists them by hand. A rule is a value that reads the host and
// reports; it needs no other file of this package.
package rules

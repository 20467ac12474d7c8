// Package appconf knows what stands behind nginx and in front of it: what
// tunelint.yaml says of a host, what an application declares in its own files,
// and which default holds where neither says anything. It holds no opinion on any
// of it, and a value that cannot be read with certainty stays unknown, with a
// [source.Skip] that says why. The notations of the files and the tables of defaults
// are packages below it.
package appconf

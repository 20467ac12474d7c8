// Package source is the ground floor of tunelint: files, places in them, and
// edits to them. It depends on the standard library alone and every other
// package depends on it. Nothing here knows what a file means.
package source

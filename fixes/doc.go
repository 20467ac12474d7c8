// Package fixes turns the fixes that rules suggest into new texts: it merges them
// without conflict, applies them in memory and prints them as a diff. It knows edits
// and files, not rules, and writes nothing.
package fixes

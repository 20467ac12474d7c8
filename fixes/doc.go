// Package fixes turns the fixes that rules suggest into new files: it merges
// them without conflict, applies them in memory, prints them as a diff and
// writes them. It knows edits and files, not rules.
package fixes

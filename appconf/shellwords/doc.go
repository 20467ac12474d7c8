// Package shellwords cuts command lines into words as a shell does, fills in the
// variables that are known, and finds the words in the file they come from. What a
// program makes of its arguments is no matter of this package.
package shellwords

// Package pyexpr reads Python files as far as they are plain: statements, assignments,
// calls, and expressions of numbers and texts. It runs nothing, and what a name
// means to a server is no matter of this package.
package pyexpr

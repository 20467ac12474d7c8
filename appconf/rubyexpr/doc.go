// Package rubyexpr reads Ruby files as far as they are plain: statements, arguments,
// and expressions of integers and texts. It runs nothing, and what a name means to a
// server is no matter of this package.
package rubyexpr

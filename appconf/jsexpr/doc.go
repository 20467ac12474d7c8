// Package jsexpr reads JavaScript files: the places of their expressions, and the
// values of plain ones. It runs nothing, and which names belong to a server is no
// matter of this package.
package jsexpr

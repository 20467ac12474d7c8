// Package syntax reads the notations that files of applications share, such as YAML,
// JSON, XML, ini and Java properties, into keys and texts with their places. What a
// key means, and to which program, is no matter of this package.
package syntax

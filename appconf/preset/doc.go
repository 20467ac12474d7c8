// Package preset holds what is known of application servers and load balancers by
// name and version: the defaults that hold when nothing is declared. What files
// declare, and which of the two wins, is no matter of this package.
package preset

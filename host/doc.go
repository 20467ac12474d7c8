// Package host loads everything that decides how one machine behaves under
// load as one thing: nginx with its includes, sysctl files, limits and units,
// the applications behind nginx and the load balancers in front. It is the
// only place that knows which value wins.
package host

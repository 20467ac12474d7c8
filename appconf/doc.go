// Package appconf knows what stands behind nginx and in front of it: what
// tunelint.yaml says of a host, what an application declares in its own files,
// and the defaults of application servers and load balancers. It holds no
// opinion on any of it, and a value that cannot be read with certainty stays
// unknown, with a [source.Skip] that says why.
package appconf

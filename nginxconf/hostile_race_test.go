//go:build race

package nginxconf

// allowance: under the race detector regular expressions now and then allocate their
// machines anew.
const allowance = 5

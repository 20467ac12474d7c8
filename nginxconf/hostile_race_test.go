//go:build race

package nginxconf

// allowance: under the race detector regular expressions allocate their
// machines anew.
const allowance = 5

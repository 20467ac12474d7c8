//go:build !race

package nginxconf

// allowance is what a measured allocation may be above the limit.
const allowance = 1

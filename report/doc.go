// Package report prints what a run found: one file a format. It reads a
// [lint.Result] and never changes it, decides nothing about findings, and gives
// the same bytes for the same result. Text that comes from configuration files
// is untrusted: no format lets it act on a terminal, a browser or a CI runner.
package report

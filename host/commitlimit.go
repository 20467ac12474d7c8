package host

import "github.com/tunelint/tunelint/source"

// A CommitLimit is what programs may reserve where vm.overcommit_memory is 2: swap
// and a share of the memory (mm/util.c: vm_commit_limit).
type CommitLimit struct {
	// Ratio is the share in percent, vm.overcommit_ratio.
	Ratio source.Setting[int64]
	// Memory and Swap are the machine's, in bytes.
	Memory, Swap source.Setting[int64]
}

// Bytes returns the limit; false where nobody knows how large the machine is.
func (c CommitLimit) Bytes() (int64, bool) {
	return c.Swap.Value + c.Memory.Value/100*c.Ratio.Value, c.Memory.Known && c.Swap.Known
}

// CommitLimit returns the limit that a vm.overcommit_memory of 2 would set; false
// where vm.overcommit_kbytes takes the place of the share, and where the share is not
// known.
func (h *Host) CommitLimit() (CommitLimit, bool) {
	c := CommitLimit{Ratio: h.Sysctl.Int("vm.overcommit_ratio"), Memory: h.Facts.Memory, Swap: h.Facts.Swap}
	return c, c.Ratio.Known && len(h.Sysctl.Lines("vm.overcommit_kbytes")) == 0
}

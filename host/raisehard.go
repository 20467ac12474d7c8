package host

import (
	"github.com/tunelint/tunelint/limits"
	"github.com/tunelint/tunelint/source"
)

// RaiseHard returns the edit that raises the hard limit of [Host.HardNoFile] in nginx's
// unit, where the soft one stays; none where no file of the administrator sets it there,
// and for more than every kernel grants.
func (h *Host) RaiseHard(hard source.Setting[int64], to int64) []source.Edit {
	u := h.Limits.Unit(h.Service)
	if u == nil || to > lowestNrOpen {
		return nil
	}
	line, started := u.Last("Service", "LimitNOFILE"), h.Limits.ServiceNoFile(h.Service)
	if line == nil || line.Template || !started.Known || hard.Origin.Span != line.Span || h.IsVendor(line.Span.File) {
		return nil
	}
	raised := limits.Range{Soft: started.Value.Soft, Hard: uint64(to)}
	return []source.Edit{line.SetValue(raised.String())}
}

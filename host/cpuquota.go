package host

import (
	"strconv"
	"strings"

	"github.com/tunelint/tunelint/source"
)

// CPUQuota returns how much processor time nginx gets, in processors, where it is
// less than all: what is declared or read of the running container, else the limit
// of nginx's own container in the files of an application, else CPUQuota= of its
// unit. It is unknown where nothing says so. Which processors nginx may run on is
// another question.
func (h *Host) CPUQuota() source.Setting[float64] {
	if h.Facts.CPUQuota.Known {
		return h.Facts.CPUQuota
	}
	if quota := h.containerQuota(); quota.Known {
		return quota
	}
	return h.unitQuota()
}

// containerQuota is the limit of nginx's own container.
func (h *Host) containerQuota() source.Setting[float64] {
	c, _ := h.ownContainer()
	return c.CPUs
}

// unitQuota is CPUQuota= of nginx's unit, in percent of one processor
// (systemd.resource-control(5)).
func (h *Host) unitQuota() source.Setting[float64] {
	u := h.Limits.Unit(h.Service)
	if u == nil || !h.HasSystemd() {
		return source.Setting[float64]{}
	}
	a := u.Last("Service", "CPUQuota")
	if a == nil || a.Template {
		return source.Setting[float64]{}
	}
	text, ok := strings.CutSuffix(a.Value, "%")
	n, err := strconv.ParseFloat(text, 64)
	ok = ok && err == nil && n > 0 && strings.Trim(text, "0123456789.") == ""
	return source.Setting[float64]{Value: n / 100, Known: ok, Origin: source.Origin{Span: a.Span}}
}

package host

import "github.com/tunelint/tunelint/nginxconf/verdict"

// Verdicts returns what nginx would refuse of the host's configuration, each
// place once; none where there is no configuration. It may be asked concurrently.
func (h *Host) Verdicts() []verdict.Verdict {
	if h.Nginx == nil {
		return nil
	}
	h.judged.Do(func() { h.verdicts = verdict.Of(h.Nginx) })
	return h.verdicts
}

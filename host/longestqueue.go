package host

// LongestQueue returns what asks for the longest accept queue of the host's own
// network, nginx's default of 511 included, and how long it is: not longer than
// net.core.somaxconn. It is false where nothing listens or the limit cannot be told.
func (h *Host) LongestQueue() (b Backlog, length int64, ok bool) {
	limit := h.Sysctl.Int(somaxconn)
	if !limit.Known || h.Facts.Container.Value {
		return b, 0, false
	}
	consider := func(x Backlog) {
		if n := min(x.Value, limit.Value); n > length {
			b, length, ok = x, n, true
		}
	}
	for _, x := range h.Backlogs() {
		if x.Elsewhere == "" && !x.Own && x.Value > 0 {
			consider(x)
		}
	}
	for _, s := range h.Sockets() {
		if asked := s.Listens[0]; s.DefaultBacklog() {
			consider(Backlog{Who: "listen " + asked.Directive.Arg(0), Value: asked.Backlog().Value, Span: asked.Directive.HeadSpan(), Limit: limit})
		}
	}
	return b, length, ok
}

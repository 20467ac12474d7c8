package appconf

// CutsReused reports whether the runtime is surely a Node that starts the timer of
// headersTimeout with the end of the previous answer on a connection, so that it
// also runs while the connection is idle: since 8.15.1, 10.15.2 and 11.10.1, until
// 12.19.0 (nodejs/node#27363, #32329). Later releases of 10 and those of 14, of
// which the first may have it, count as repaired.
func (r *Runtime) CutsReused() bool {
	if r == nil || r.ID != "node-legacy" {
		return false
	}
	v, ok := parseVersion(r.Version)
	if !ok || len(v) == 0 {
		return false
	}
	for _, span := range [...]struct{ since, below version }{
		{version{8, 15, 1}, version{9}}, {version{10, 15, 2}, version{10, 21}}, {version{11, 10, 1}, version{12, 19}}, {version{13}, version{14}},
	} {
		if _, within := v.meets(span.since, span.below); within {
			return true
		}
	}
	return false
}

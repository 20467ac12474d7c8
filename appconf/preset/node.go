package preset

import "time"

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

// KeepAliveSlack returns how much longer than keepAliveTimeout node keeps an idle
// connection: one second since 20.18.0 and 22.9.0 (nodejs/node#54863; measured
// on 20.20.2: 5 s end at 6.0 s). Versions that may lack it count as lacking it,
// but 20 and 22 stand for their current releases. It is 0 for every other runtime
// and for nil.
func (r *Runtime) KeepAliveSlack() time.Duration {
	if r == nil || r.Family != "node" {
		return 0
	}
	v, ok := parseVersion(r.Version)
	if !ok || len(v) == 0 {
		return 0
	}
	current := len(v) == 1
	switch {
	case v[0] >= 23,
		v[0] == 22 && (current || v[1] >= 9),
		v[0] == 20 && (current || v[1] >= 18):
		return time.Second
	}
	return 0
}

package host

import (
	"time"

	"github.com/tunelint/tunelint/nginxconf"
	"github.com/tunelint/tunelint/source"
)

// FailSettings is when nginx takes a server out: after so many failures within
// a time, and for that time.
type FailSettings struct {
	MaxFails    int64
	FailTimeout time.Duration
	// Span is the server line; Default reports that it sets neither.
	Span    source.Span
	Default bool
}

// The defaults of max_fails and fail_timeout (ngx_http_upstream_server).
const (
	defaultMaxFails    = 1
	defaultFailTimeout = 10 * time.Second
)

// FailSettingsOf reads max_fails and fail_timeout of a server; false where nginx
// would refuse them.
func FailSettingsOf(s *nginxconf.Server) (FailSettings, bool) {
	f := FailSettings{defaultMaxFails, defaultFailTimeout, s.Directive.HeadSpan(), true}
	ok := true
	if i, text := s.Directive.Param("max_fails"); i >= 0 {
		f.Default = false
		f.MaxFails, ok = nginxconf.ParseNumber(text)
	}
	if i, text := s.Directive.Param("fail_timeout"); i >= 0 && ok {
		f.Default = false
		f.FailTimeout, ok = nginxconf.ParseTime(text, true)
	}
	return f, ok
}

// AllMayFail reports whether every server that may get a request is taken out
// after failures, so that none may be left, and returns the settings of the one
// that comes back first.
func AllMayFail(u *nginxconf.Upstream) (shortest FailSettings, all bool) {
	for _, s := range u.Servers {
		f, ok := FailSettingsOf(s)
		switch {
		case s.Down:
		case !ok || f.MaxFails == 0 || f.FailTimeout == 0:
			return FailSettings{}, false
		case !all || f.FailTimeout < shortest.FailTimeout:
			shortest, all = f, true
		}
	}
	return shortest, all
}
